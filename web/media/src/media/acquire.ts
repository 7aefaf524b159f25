/** Why a device could not be opened, or is off although nobody turned it off (`ended`), for an app to act on. */
export type DeviceTrouble = "denied" | "missing" | "busy" | "unavailable" | "ended";

/** A track, and a screen's sound if the person shares it too; or why there is none. */
export type Acquired = { track: MediaStreamTrack; sound?: MediaStreamTrack } | { trouble: DeviceTrouble };

const VIDEO: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30 },
};
const AUDIO: MediaTrackConstraints = {
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
};

/** Opens one device; `deviceId` is a preference, another device is better than none. */
export async function acquire(kind: "microphone" | "camera", deviceId: string | null): Promise<Acquired> {
  const wish = deviceId ? { deviceId: { ideal: deviceId } } : {};
  const constraints = kind === "camera" ? { video: { ...VIDEO, ...wish } } : { audio: { ...AUDIO, ...wish } };
  return first(() => navigator.mediaDevices.getUserMedia(constraints));
}

/** Asks the person for a screen, window or tab; where the browser can, with its sound. */
export async function acquireScreen(): Promise<Acquired> {
  const video = { frameRate: { ideal: 15, max: 30 } };
  const acquired = await first(() => navigator.mediaDevices.getDisplayMedia({ video, audio: true }));
  // Text stays readable when bandwidth is short: fewer frames rather than fewer pixels.
  if ("track" in acquired) acquired.track.contentHint = "detail";
  return acquired;
}

async function first(open: () => Promise<MediaStream>): Promise<Acquired> {
  // Without a secure context (HTTPS or localhost) browsers hide the devices altogether.
  if (!globalThis.navigator?.mediaDevices) return { trouble: "unavailable" };
  try {
    const tracks = (await open()).getTracks();
    const track = tracks.find(({ kind }) => kind === "video") ?? tracks[0];
    const sound = tracks.find((each) => each !== track && each.kind === "audio");
    return track ? { track, ...(sound && { sound }) } : { trouble: "missing" };
  } catch (error) {
    return { trouble: trouble(error) };
  }
}

function trouble(error: unknown): DeviceTrouble {
  switch (error instanceof Error ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "unavailable";
  }
}
