// Watches a page at 10 Hz: how long each tile's picture stood still, one's own among them, and every notice that was shown. Frames
// are counted as they are presented: Firefox has no other count of a stream's.

/** One's own picture, which comes over no connection: how long it stands still is the machine's doing. */
export const OWN = "own";

/**
 * Runs in the page. `window.readWatch()` returns what was seen since the last time: the longest stand of each picture, in milliseconds.
 * `window.stopWatch()` returns the same, and ends.
 */
export function watch() {
  const pictures = new Map();
  let notices = [];
  const count = (video) => {
    video.presented = 0;
    const next = () => {
      video.presented += 1;
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  const look = () => {
    const now = performance.now();
    for (const tile of document.querySelectorAll("[data-testid=tile], [data-testid=local-tile]")) {
      const video = tile.querySelector("video");
      if (video && video.presented === undefined) count(video);
      const frames = video?.presented ?? 0;
      const key = tile.dataset.testid === "tile" ? tile.dataset.userId : "own";
      const known = pictures.get(key) ?? { frames, since: now, longestMs: 0 };
      pictures.set(key, known);
      known.longestMs = Math.max(known.longestMs, now - known.since);
      if (frames !== known.frames) Object.assign(known, { frames, since: now });
    }
  };
  const timer = setInterval(look, 100);
  const observer = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.dataset?.testid === "notice") notices.push(node.textContent);
    }
  });
  observer.observe(document.body, { childList: true, subtree: true });
  window.readWatch = () => {
    look();
    const gaps = Array.from(pictures, ([key, { longestMs }]) => [key, Math.round(longestMs)]);
    const seen = { gaps: Object.fromEntries(gaps), notices };
    // A stand that goes on counts from now on.
    for (const known of pictures.values()) Object.assign(known, { longestMs: 0, since: performance.now() });
    notices = [];
    return seen;
  };
  window.stopWatch = () => {
    clearInterval(timer);
    observer.disconnect();
    return window.readWatch();
  };
}
