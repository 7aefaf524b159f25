// Raised hands are attributes: who comes later knows of them. Reactions are messages: nothing is stored.
import type { AppMessage } from "@aldis/client";
import type { Call, CallView } from "@aldis/media";
import { useCallback, useEffect, useRef, useState } from "react";
import { r } from "../strings/room.ts";

export const REACTIONS = ["👍", "👏", "❤️", "😂", "🎉"] as const;
export type Reaction = (typeof REACTIONS)[number];

/** The attribute; its value is when the hand was raised, in milliseconds since the epoch. */
const HAND = "hand";
const REACTION = "aldis.reaction";
/** Between two reactions of ours. Milliseconds. */
const PAUSE_MS = 500;

/** What a message of the topic says; others may send anything. Pure. */
export function readReaction({ topic, data }: AppMessage): Reaction | null {
  return topic === REACTION ? (REACTIONS.find((each) => each === data) ?? null) : null;
}

/** Whose hand is up, in the order in which they raised it; a value that is no time comes last. Pure. */
export function handsUp(
  members: readonly { userId: string; attributes?: Readonly<Record<string, string>> | undefined }[],
): string[] {
  const raised = members.flatMap(({ userId, attributes }) => {
    const value = attributes?.[HAND];
    return value === undefined ? [] : [{ userId, at: Number(value) || Number.POSITIVE_INFINITY }];
  });
  return raised.sort((a, b) => (a.at === b.at ? 0 : a.at - b.at)).map(({ userId }) => userId);
}

export interface Hands {
  /** User ids of the others whose hand is up, in the order in which they raised it. */
  up: readonly string[];
  isOwnUp: boolean;
  toggle: () => void;
  react: (reaction: Reaction) => void;
}

/** `notice` shows a short text. */
export function useReactions(call: Call, view: CallView, notice: (text: string) => void): Hands {
  // Until the room has it, what was pressed last.
  const [wish, setWish] = useState<boolean | null>(null);
  const isOwnUp = wish ?? HAND in call.room.attributes;
  const reactedAt = useRef(Number.NEGATIVE_INFINITY);
  const up = useRaised(call, view);

  useEffect(() => {
    const offs = [
      call.on("message", (message) => {
        const reaction = readReaction(message);
        const name = call.view.peers.find((peer) => peer.userId === message.from)?.name;
        if (reaction && name !== undefined) notice(r().reactions.reacted(name, reaction));
      }),
      call.room.on("attributesChanged", ({ member, changes }) => {
        if (typeof changes[HAND] === "string") notice(r().reactions.raised(member.name));
      }),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [call, notice]);

  const toggle = useCallback(() => {
    setWish(!isOwnUp);
    // The room sets it again where a session was lost.
    call.room
      .setAttributes({ [HAND]: isOwnUp ? null : String(Date.now()) })
      .catch(() => {})
      .finally(() => setWish(null));
  }, [call, isOwnUp]);
  const react = useCallback(
    (reaction: Reaction) => {
      const now = performance.now();
      if (now - reactedAt.current < PAUSE_MS) return;
      reactedAt.current = now;
      // A sign that does not arrive is not worth a word.
      call.room.send(REACTION, reaction).catch(() => {});
      notice(reaction);
    },
    [call, notice],
  );
  return { up, isOwnUp, toggle, react };
}

/** Of the others. A new view comes with each change. */
function useRaised(call: Call, view: CallView): readonly string[] {
  const before = useRef<readonly string[]>([]);
  const now = view.state === "joined" ? handsUp(call.room.members) : before.current;
  before.current = now;
  return now;
}
