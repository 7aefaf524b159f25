// Which of many members are shown: pages of tiles, or one large and some beside. Pure.

/** Tiles on a page, the own one beside them: faces are still faces. */
export const PER_PAGE = 8;
/** Tiles beside a large one. */
export const BESIDE = 6;

export interface Page {
  /** The members whose pictures are shown; the others are heard. */
  shown: ReadonlySet<string>;
  /** From 0; never past the last one. */
  page: number;
  pages: number;
}

/** `large`: who is shown large, on every page. */
export function pageOf(userIds: readonly string[], large: string | null, wished: number): Page {
  const others = userIds.filter((userId) => userId !== large);
  const size = large === null ? PER_PAGE : BESIDE;
  const pages = Math.max(1, Math.ceil(others.length / size));
  const page = Math.min(Math.max(0, wished), pages - 1);
  const shown = new Set(others.slice(page * size, (page + 1) * size));
  if (large !== null && userIds.includes(large)) shown.add(large);
  return { shown, page, pages };
}

/** Who is large in the speaker view: who speaks, or spoke last, or whoever is there. */
export function largeOf(
  userIds: readonly string[],
  speaker: string | null,
  last: string | null,
): string | null {
  for (const candidate of [speaker, last]) if (candidate && userIds.includes(candidate)) return candidate;
  return userIds[0] ?? null;
}
