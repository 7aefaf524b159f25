// Who is in the room, from the session's messages. Pure.
import type { Member, Numbered, Said } from "./wire.ts";

/** Why somebody left. */
export type LeaveReason = Said<"user_left">["reason"];

/** Who came and who left by one message. */
export interface Change {
  joined?: Member;
  left?: { member: Member; reason: LeaveReason };
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
    if (message.type !== "user_left") return {};
    const { userId, reason } = message.data;
    const member = this.find(userId);
    if (!member) return {};
    this.replace(this.#list.filter((each) => each !== member));
    return { left: { member, reason } };
  }
}
