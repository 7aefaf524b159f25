// How long a chat message may be, as the server counts: characters, of which a sign beyond the first 65 536 is one.

/** As in `welcome`: `limits.chatCharsMax`. */
const CHARACTERS_MAX = 4_000;
/** From so few on it is told how many are left. */
export const TOLD_LEFT = 200;

/** How many characters more fit into a message; below zero: how many are too many. */
export function charactersLeft(text: string): number {
  return CHARACTERS_MAX - [...text].length;
}

/** A text, or so much of its beginning, with no sign cut in two and an ellipsis for the rest. */
export function beginning(text: string, characters: number): string {
  const all = [...text];
  return all.length <= characters
    ? text
    : `${all
        .slice(0, characters - 1)
        .join("")
        .trimEnd()}…`;
}
