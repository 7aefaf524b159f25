// What the page says of a member's connection. Pure.
import type { PeerView, Slot, Trouble } from "@aldis/sdk";

/** The state of a connection that is not, or no longer, there. */
export function progress(connection: RTCPeerConnectionState): string | null {
  switch (connection) {
    case "new":
    case "connecting":
      return "Connecting…";
    case "disconnected":
    case "failed":
      return "Reconnecting…";
    default:
      return null;
  }
}

/** What failed, why, and what to do. */
export function troubleText(name: string, { stage, cause }: Trouble): string {
  return `${CAUSES[cause](name)} ${STAGES[stage]}`;
}

const CAUSES: Record<Trouble["cause"], (name: string) => string> = {
  no_answer: (name) => `${name}'s browser does not answer.`,
  no_path: (name) => `There is no network path to ${name} yet.`,
  no_keys: (name) => `${name} is reached, but the encrypted connection does not come about.`,
};

const STAGES: Record<Trouble["stage"], string> = {
  slow: "Trying again…",
  relay: "Trying through a relay…",
  unreachable:
    "Your network or theirs may block calls. Try another network, such as a phone's, or ask them to reload the page.",
};

const SENT: Record<Slot, string> = { microphone: "voice", camera: "camera", screen: "screen" };

type Hinted = Pick<PeerView, "name" | "presence" | "unsent">;

/** What is unusual although the picture goes on; the most urgent. */
export function hint({ name, presence, unsent }: Hinted, isWeak: boolean): string | null {
  if (presence === "away") return "Reconnecting to the service…";
  const [first] = unsent;
  if (first) return `${name}'s program cannot show your ${SENT[first]}`;
  return isWeak ? "Weak connection" : null;
}
