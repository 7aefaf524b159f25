// Whether media of a member has arrived on a way that is being made. Pure.
import type { PeerView } from "../peer.ts";
import type { PeerStats } from "../stats.ts";

type Sent = Pick<PeerView, "microphone" | "camera" | "screen">;

/** What is known of a member beside the way that is being made. */
interface Known {
  /** As the way before shows them. */
  before?: Sent | undefined;
  /** How wide their camera is shown here; 0: not at all, so no picture comes by a media server. */
  width?: number | undefined;
}

/** Connected, all that is shown of them the way `before` is there, and something of it has come. */
export function hasArrived(
  view: PeerView,
  stats: PeerStats | undefined,
  { before, width }: Known = {},
): boolean {
  if (view.connection !== "connected" || !stats || (before && lacks(view, before))) return false;
  const isAwaited = view.camera && width !== 0;
  const isSeen = (!isAwaited || stats.framesDecoded > 0) && (!view.screen || stats.screenFramesDecoded > 0);
  return isSeen && (!view.microphone || stats.microphonePacketsReceived > 0);
}

/** They do not send by the new way yet. Whoever has just been muted sends a picture at least, or is waited for in vain. */
function lacks(view: Sent, before: Sent): boolean {
  const isSilent = !view.camera && !view.screen && !view.microphone;
  return (
    (before.camera && !view.camera) || (before.screen && !view.screen) || (before.microphone && isSilent)
  );
}
