// Watches a page at 10 Hz: how long each tile's picture stood still, and every notice that was shown. Frames are counted as
// they are presented: Firefox has no other count of a stream's.

/** Runs in the page, until `window.stopWatch()` returns what was seen. */
export function watch() {
  const [pictures, notices] = [new Map(), []];
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
    for (const tile of document.querySelectorAll("[data-testid=tile]")) {
      const video = tile.querySelector("video");
      if (video && video.presented === undefined) count(video);
      const frames = video?.presented ?? 0;
      const known = pictures.get(tile.dataset.userId) ?? { frames, since: now, longestMs: 0 };
      pictures.set(tile.dataset.userId, known);
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
  window.stopWatch = () => {
    clearInterval(timer);
    observer.disconnect();
    look();
    const gaps = Array.from(pictures, ([userId, { longestMs }]) => [userId, Math.round(longestMs)]);
    return { gaps: Object.fromEntries(gaps), notices };
  };
}
