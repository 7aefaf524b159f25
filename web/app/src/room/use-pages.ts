import type { CallView } from "@aldis/media";
import { useRef, useState } from "react";
import { largeOf, type Page, pageOf } from "./pages.ts";

export interface Pages extends Page {
  /** Who is large, by the person's choice or because they speak. */
  large: string | null;
  isSpeakerView: boolean;
  turn: (by: number) => void;
  toggleSpeakerView: () => void;
}

/** Which members are shown. `pinned`: the person's choice, which goes before who speaks. */
export function usePages({ peers, path }: CallView, pinned: string | null): Pages {
  const [wished, setWished] = useState(0);
  const [speakerView, setSpeakerView] = useState(false);
  const last = useRef<string | null>(null);
  const userIds = peers.map(({ userId }) => userId);
  const isSpeakerView = speakerView && path.meant === "sfu" && userIds.length > 1;
  // Who spoke last stays large while nobody, or oneself, speaks.
  if (isSpeakerView) last.current = largeOf(userIds, path.speaker, last.current);
  const large = pinned ?? (isSpeakerView ? last.current : null);
  const page = pageOf(userIds, large, wished);
  return {
    ...page,
    large,
    isSpeakerView,
    turn: (by) => setWished(page.page + by),
    toggleSpeakerView: () => setSpeakerView(!speakerView),
  };
}
