// What the page says of a member's connection, in the page's language.
import type { PeerView, Trouble } from "@aldis/media";
import { r } from "../strings/room.ts";

/** The state of a connection that is not, or no longer, there. */
export function progress(connection: RTCPeerConnectionState): string | null {
  switch (connection) {
    case "new":
    case "connecting":
      return r().words.connecting;
    case "disconnected":
    case "failed":
      return r().words.reconnecting;
    default:
      return null;
  }
}

/** What failed, why, and what to do. */
export function troubleText(name: string, { stage, cause }: Trouble): string {
  const { causes, stages } = r().words;
  return `${causes[cause](name)} ${stages[stage]}`;
}

type Hinted = Pick<PeerView, "name" | "presence" | "unsent">;

/** What is unusual although the picture goes on; the most urgent. */
export function hint({ name, presence, unsent }: Hinted, isWeak: boolean): string | null {
  const { away, unsent: texts, weak } = r().words;
  if (presence === "away") return away;
  const [first] = unsent;
  if (first) return texts[first](name);
  return isWeak ? weak : null;
}
