// Members as a page sees them, from what they announce and what is received of them.
import type { Member } from "@aldis/client";
import { Streams } from "../peer/streams.ts";
import type { PeerView, Slot } from "../peer.ts";
import type { Got } from "./receiver.ts";
import { extraName, slotOf } from "./sources.ts";

export interface Seen {
  members: readonly Member[];
  of(userId: string): Got[];
  /** Whether something that they announce is yet to come. */
  lacks(member: Member): boolean;
  /** The transport that receives; `new` before it is needed. */
  state: RTCPeerConnectionState;
  /** Whether the media server has answered at all. */
  isOpen: boolean;
}

export class Faces {
  /** Streams keep their identity while tracks come and go. */
  readonly #streams = new Map<string, Streams>();

  views(seen: Seen): PeerView[] {
    const present = new Set(seen.members.map(({ userId }) => userId));
    for (const userId of [...this.#streams.keys()]) if (!present.has(userId)) this.#streams.delete(userId);
    return seen.members.map((member) => this.#view(member, seen));
  }

  #view(member: Member, seen: Seen): PeerView {
    const { userId, name, rev, producers = [] } = member;
    const got = seen.of(userId);
    const streams = this.#streams.get(userId) ?? new Streams();
    this.#streams.set(userId, streams);
    const isPaused = (producerId: string) =>
      producers.find((each) => each.producerId === producerId)?.paused ?? true;
    const inSlot = (slot: Slot) => got.find(({ announced }) => announced.source === slot);
    const further = got.filter(({ announced }) => slotOf(announced.source) === null);
    streams.names = Object.fromEntries(
      further.map(({ announced }) => [announced.producerId, extraName(announced.source) ?? ""]),
    );
    streams.show({
      receiving: (slot) => inSlot(slot)?.consumer.track ?? null,
      others: () =>
        further.map(({ announced, consumer }) => ({ mid: announced.producerId, track: consumer.track })),
    });
    const receives = (slot: Slot) => {
      const found = inSlot(slot);
      return found !== undefined && !isPaused(found.announced.producerId);
    };
    return {
      userId,
      name,
      rev,
      presence: "here",
      ...streams.view,
      microphone: receives("microphone"),
      camera: receives("camera"),
      screen: receives("screen"),
      connection: connection(seen.lacks(member), seen),
      trouble: null,
      unsent: [],
    };
  }
}

function connection(lacks: boolean, { state, isOpen }: Seen): RTCPeerConnectionState {
  if (!isOpen) return "connecting";
  if (state === "disconnected" || state === "failed") return state;
  return lacks ? "connecting" : state === "connecting" ? state : "connected";
}
