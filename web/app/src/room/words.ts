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

/** What is unusual although the picture goes on. */
export function hint({
  name,
  presence,
  unsent,
}: Pick<PeerView, "name" | "presence" | "unsent">): string | null {
  if (presence === "away") return "Reconnecting to the service…";
  const [first] = unsent;
  return first ? `${name}'s program cannot show your ${SENT[first]}` : null;
}
