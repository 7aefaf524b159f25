// Who is in the room and what they send through its media server, from the session's messages. Pure.
import type { AttributeChanges, Member, Numbered, Producer, Said } from "./wire.ts";

/** Why somebody left. */
export type LeaveReason = Said<"user_left">["reason"];

/** Who came, left, or changed by one message. */
export interface Change {
  joined?: Member;
  left?: { member: Member; reason: LeaveReason };
  /** Who tells something else of themselves now. */
  changed?: Member | undefined;
}

/** Attributes after a change; `null` removes one. */
export function merged(
  attributes: Record<string, string> = {},
  changes: AttributeChanges = {},
): Record<string, string> {
  const after = Object.entries({ ...attributes, ...changes });
  return Object.fromEntries(after.filter((entry): entry is [string, string] => entry[1] !== null));
}

export class Members {
  #list: readonly Member[] = [];

  /** In join order; another array after each change. */
  get list(): readonly Member[] {
    return this.#list;
  }

  /** The list that `room_joined` and `resumed` bring. */
  replace(members: readonly Member[]): void {
    this.#list = [...members].sort((a, b) => a.rev - b.rev);
  }

  find(userId: string): Member | undefined {
    return this.#list.find((member) => member.userId === userId);
  }

  /** What a message changes. A repeated notice of the same seat changes nothing. */
  hear(message: Numbered): Change {
    if (message.type === "user_joined") {
      const member: Member = { ...message.data, state: "on" };
      if (this.find(member.userId)?.rev === member.rev) return {};
      this.replace([...this.#list.filter(({ userId }) => userId !== member.userId), member]);
      return { joined: member };
    }
    if (message.type === "attributes_changed") {
      const { userId, attributes } = message.data;
      this.replace(
        this.#list.map((each) =>
          each.userId === userId ? { ...each, attributes: merged(each.attributes, attributes) } : each,
        ),
      );
      return { changed: this.find(userId) };
    }
    if (message.type !== "user_left") return {};
    const { userId, reason } = message.data;
    const member = this.find(userId);
    if (!member) return {};
    this.replace(this.#list.filter((each) => each !== member));
    return { left: { member, reason } };
  }

  /** What a message changes about what members send; `epoch` is that of the room's media. False if it is no news. */
  hearMedia(message: Numbered, epoch: number): boolean {
    switch (message.type) {
      case "sfu_new_producer": {
        const { userId, epoch: of, ...producer } = message.data;
        if (of < epoch) return false;
        return this.#send(userId, (all) => [
          ...all.filter(({ producerId }) => producerId !== producer.producerId),
          producer,
        ]);
      }
      case "sfu_producer_changed": {
        const { userId, producerId, paused } = message.data;
        return this.#send(userId, (all) =>
          all.map((each) => (each.producerId === producerId ? { ...each, paused } : each)),
        );
      }
      case "sfu_producer_closed": {
        const { userId, producerId } = message.data;
        return this.#send(userId, (all) => all.filter((each) => each.producerId !== producerId));
      }
      default:
        return false;
    }
  }

  /** The media server is another one, or there is none: whatever was sent through the last one has ended. */
  sendNothing(): void {
    this.#list = this.#list.map(({ producers: _, ...member }) => member);
  }

  #send(userId: string, change: (producers: readonly Producer[]) => Producer[]): boolean {
    const member = this.find(userId);
    if (!member) return false;
    const changed: Member = { ...member, producers: change(member.producers ?? []) };
    this.#list = this.#list.map((each) => (each === member ? changed : each));
    return true;
  }
}
