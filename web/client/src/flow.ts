// How media flows in the room, from the session's messages. Pure.
import type { Numbered, Said } from "./wire.ts";

/** How media flows in a room. Another object after each change. */
export interface Flow {
  /** How it is meant to flow: between the browsers, or through a media server; in a room of mode `auto` as suits its size. */
  readonly meant: "mesh" | "sfu";
  /** How it flows now: `mesh` also in a room with a media server, while there is none. */
  readonly mode: "mesh" | "sfu";
  /** Ids of the media server are good in one epoch only; 0 before anybody has asked for it. */
  readonly epoch: number;
  /** Who speaks, as far as a media server tells. */
  readonly speaker: string | null;
}

/** Before anything is known. */
export const NO_FLOW: Flow = { meant: "mesh", mode: "mesh", epoch: 0, speaker: null };

/** As `room_joined` or `resumed` says. A node of an earlier version says nothing of media. */
export function flowOf(
  { media, mode }: { media?: Said<"resumed">["media"]; mode?: Said<"room_joined">["mode"] },
  before: Flow,
): Flow {
  const meant = mode ?? before.meant;
  return {
    meant,
    mode: media?.mode ?? meant,
    epoch: media?.epoch ?? before.epoch,
    speaker: media?.speaker ?? null,
  };
}

/** What a message changes; the same object if it is no news. */
export function heard(flow: Flow, message: Numbered): Flow {
  if (message.type !== "media_changed") return flow;
  const { mode, epoch, reason } = message.data;
  const meant = reason === "grown" || reason === "shrunk" ? mode : flow.meant;
  if (epoch > flow.epoch) return { ...flow, meant, mode, epoch, speaker: null };
  // `resumed` has told how media flows before it repeats why.
  return meant === flow.meant ? flow : { ...flow, meant };
}
