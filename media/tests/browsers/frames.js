// When a page presents frames of each member's picture, whichever element shows it and whichever way they come.

/** A picture that stands so long is noted; shorter is a frame rate. Milliseconds. */
const STAND_MS = 100;

/** Runs in a page: `window.frames` has, by user id, the times of the first and last frame and of each stand, in Unix milliseconds. */
export function recordFrames(standMs) {
  const frames = {};
  const seen = new WeakSet();
  const unix = (now) => performance.timeOrigin + now;
  const follow = (video, userId) => {
    const next = (now) => {
      const at = unix(now);
      frames[userId] ??= { first: at, last: at, stands: [] };
      const of = frames[userId];
      if (at - of.last > standMs) of.stands.push({ from: of.last, until: at });
      of.last = at;
      if (window.frames === frames) video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  const look = () => {
    for (const tile of document.querySelectorAll("[data-testid=tile]")) {
      const video = tile.querySelector("video");
      if (!video || seen.has(video)) continue;
      seen.add(video);
      follow(video, tile.dataset.userId);
    }
    if (window.frames === frames) setTimeout(look, 20);
  };
  window.frames = frames;
  look();
}

/** From now on, in the page that is open. */
export const record = ({ page }) => page.evaluate(recordFrames, STAND_MS);
/** From the beginning of each page that is opened. */
export const recordAlways = ({ context }) => context.addInitScript(`(${recordFrames})(${STAND_MS})`);

/** What a page has presented of others. */
export async function framesOf(person, others) {
  const frames = await person.page.evaluate(() => window.frames);
  return others.filter((other) => other !== person).map(({ userId }) => frames[userId] ?? null);
}

/** The longest time in which a picture of these people stood still for another of them while `during` ran, in milliseconds. */
export async function longestStand(people, during) {
  await Promise.all(people.map(record));
  await during();
  const end = Date.now();
  const seen = (await Promise.all(people.map((person) => framesOf(person, people)))).flat();
  const lengths = seen.flatMap((each) => [end - (each?.last ?? 0), ...(each?.stands ?? []).map(({ from, until }) => until - from)]);
  return Math.round(Math.max(...lengths));
}
