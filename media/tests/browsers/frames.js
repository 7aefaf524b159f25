// When a page presents frames of each member's picture, and plays their sound, whichever element does and whichever way they come.

/** A picture that stands, or a voice that pauses, for so long is noted; shorter is a frame rate. Milliseconds. */
const STAND_MS = 100;

/**
 * Runs in a page: `window.frames` has, by user id, the times of the first and last frame and of each stand, in Unix milliseconds;
 * `window.sounds` the same of the sound that is played.
 */
export function recordFrames(standMs) {
  const [frames, sounds] = [{}, {}];
  const seen = new WeakSet();
  const receivers = new WeakMap();
  const unix = (now) => performance.timeOrigin + now;
  const note = (all, userId, at) => {
    all[userId] ??= { first: at, last: at, stands: [] };
    const of = all[userId];
    if (at - of.last > standMs) of.stands.push({ from: of.last, until: at });
    of.last = Math.max(of.last, at);
  };
  const follow = (video, userId) => {
    const next = (now) => {
      note(frames, userId, unix(now));
      if (window.frames === frames) video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  };
  const receiverOf = (track) => {
    if (!receivers.get(track)) {
      const all = window.madeConnections.flatMap(({ pc }) => pc.getReceivers());
      receivers.set(track, all.find((receiver) => receiver.track === track));
    }
    return receivers.get(track);
  };
  const listen = (video, userId) => {
    const track = video.srcObject?.getAudioTracks()[0];
    const [source] = (track && receiverOf(track)?.getSynchronizationSources()) ?? [];
    if (source) note(sounds, userId, source.timestamp);
  };
  const look = () => {
    for (const tile of document.querySelectorAll("[data-testid=tile]")) {
      const video = tile.querySelector("video");
      if (!video) continue;
      listen(video, tile.dataset.userId);
      if (seen.has(video)) continue;
      seen.add(video);
      follow(video, tile.dataset.userId);
    }
    if (window.frames === frames) setTimeout(look, 20);
  };
  Object.assign(window, { frames, sounds });
  look();
}

/** From now on, in the page that is open. */
export const record = ({ page }) => page.evaluate(recordFrames, STAND_MS);
/** From the beginning of each page that is opened. */
export const recordAlways = ({ context }) => context.addInitScript(`(${recordFrames})(${STAND_MS})`);

/** What a page has presented of others; `what` is `frames` or `sounds`. */
export async function framesOf(person, others, what = "frames") {
  const all = await person.page.evaluate((what) => window[what], what);
  return others.filter((other) => other !== person).map(({ userId }) => all[userId] ?? null);
}

/** The longest time in which a picture of these people stood still for another of them while `during` ran, in milliseconds. */
export async function longestStand(people, during) {
  await Promise.all(people.map(record));
  await during();
  return longestOf(people, "frames");
}

/** The longest time since `record` in which one of these people saw no new frame of another, or heard nothing, in milliseconds. */
export async function longestOf(people, what) {
  const end = await people[0].page.evaluate(() => performance.timeOrigin + performance.now());
  const seen = (await Promise.all(people.map((person) => framesOf(person, people, what)))).flat();
  const lengths = seen.flatMap((each) => [end - (each?.last ?? 0), ...(each?.stands ?? []).map(({ from, until }) => until - from)]);
  return Math.round(Math.max(...lengths));
}
