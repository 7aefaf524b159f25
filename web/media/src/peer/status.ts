/** A member's status, told by an attribute, and sent directly from browser to browser. */
export interface Status {
  /** False when muted: the track still runs, so no description shows it. */
  microphone: boolean;
}

/** The attribute that says the same to everybody in the room: `muted`, or nothing. */
export const MICROPHONE = "microphone";
export const MUTED = "muted";

/** What attributes, or their changes, say; `null` if nothing. Pure. */
export function statusOf(attributes: Readonly<Record<string, string | null>> = {}): Status | null {
  const microphone = attributes[MICROPHONE];
  return microphone === undefined ? null : { microphone: microphone !== MUTED };
}

/** A small data channel beside the media; the offering side opens it. */
export class StatusChannel {
  #channel: RTCDataChannel | null = null;
  #mine: Status;
  readonly #heard: (status: Status) => void;

  constructor(mine: Status, heard: (status: Status) => void) {
    this.#mine = mine;
    this.#heard = heard;
  }

  open(pc: RTCPeerConnection): void {
    this.#use(pc.createDataChannel("status"));
  }

  await(pc: RTCPeerConnection): void {
    pc.ondatachannel = ({ channel }) => {
      if (channel.label === "status") this.#use(channel);
    };
  }

  say(status: Status): void {
    this.#mine = status;
    if (this.#channel?.readyState === "open") this.#channel.send(JSON.stringify(status));
  }

  #use(channel: RTCDataChannel): void {
    this.#channel = channel;
    channel.onopen = () => this.say(this.#mine);
    channel.onmessage = ({ data }) => {
      const status = read(data);
      if (status) this.#heard(status);
    };
    if (channel.readyState === "open") this.say(this.#mine);
  }
}

function read(data: unknown): Status | null {
  if (typeof data !== "string" || data.length > 1_000) return null;
  try {
    const value = JSON.parse(data) as Partial<Status> | null;
    return typeof value?.microphone === "boolean" ? { microphone: value.microphone } : null;
  } catch {
    return null;
  }
}
