// Raised hands and reactions, over the room's own messages: nothing is stored, and who comes later is told of hands that are up.
import type { AppMessage } from "@aldis/client";
import type { Call } from "@aldis/media";
import { useCallback, useEffect, useRef, useState } from "react";
import { r } from "../strings/room.ts";

export const REACTIONS = ["👍", "👏", "❤️", "😂", "🎉"] as const;
export type Reaction = (typeof REACTIONS)[number];

const HAND = "aldis.hand";
const REACTION = "aldis.reaction";
/** Between two reactions of ours. Milliseconds. */
const PAUSE_MS = 500;

/** What a message of these topics says; others may send anything. Pure. */
export function readReaction({ topic, data }: AppMessage): { hand: boolean } | { reaction: Reaction } | null {
  if (topic === HAND) {
    const up: unknown = typeof data === "object" && data !== null && "up" in data ? data.up : null;
    return typeof up === "boolean" ? { hand: up } : null;
  }
  const reaction = topic === REACTION ? REACTIONS.find((each) => each === data) : undefined;
  return reaction ? { reaction } : null;
}

export interface Hands {
  /** User ids of the others whose hand is up, in the order in which they raised it. */
  up: readonly string[];
  isOwnUp: boolean;
  toggle: () => void;
  react: (reaction: Reaction) => void;
}

/** `notice` shows a short text. */
export function useReactions(call: Call, notice: (text: string) => void): Hands {
  const [up, setUp] = useState<readonly string[]>([]);
  const [isOwnUp, setOwnUp] = useState(false);
  const own = useRef(isOwnUp);
  own.current = isOwnUp;
  const reactedAt = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    const nameOf = (userId: string) => call.view.peers.find((peer) => peer.userId === userId)?.name;
    const tell = (to?: string) => {
      if (own.current) say(call, HAND, { up: true }, to);
    };
    const offs = [
      call.on("message", (message) => {
        const [said, name] = [readReaction(message), nameOf(message.from)];
        if (!said || name === undefined) return;
        const { raised, reacted } = r().reactions;
        if ("reaction" in said) return notice(reacted(name, said.reaction));
        setUp((before) => {
          const others = before.filter((userId) => userId !== message.from);
          return said.hand ? [...others, message.from] : others;
        });
        if (said.hand) notice(raised(name));
      }),
      call.on("memberJoined", ({ userId }) => tell(userId)),
      call.on("memberLeft", ({ member }) =>
        setUp((before) => before.filter((userId) => userId !== member.userId)),
      ),
      // After a session that was lost, nobody knows of our hand any more.
      call.room.on("joined", () => tell()),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [call, notice]);

  const toggle = useCallback(() => {
    const next = !own.current;
    setOwnUp(next);
    say(call, HAND, { up: next });
  }, [call]);
  const react = useCallback(
    (reaction: Reaction) => {
      const now = performance.now();
      if (now - reactedAt.current < PAUSE_MS) return;
      reactedAt.current = now;
      say(call, REACTION, reaction);
      notice(reaction);
    },
    [call, notice],
  );
  return { up, isOwnUp, toggle, react };
}

/** A sign that does not arrive is not worth a word. */
function say(call: Call, topic: string, data: unknown, to?: string): void {
  call.room.send(topic, data, to === undefined ? {} : { to }).catch(() => {});
}
