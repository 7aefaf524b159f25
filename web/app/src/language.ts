// Which language a page is in.

/** Every language there is, by what it calls itself. */
export const LANGUAGES = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof LANGUAGES;

/** The language chosen in this browser, else the first of the browser's own that there is. */
export function preferredLanguage(chosen: string | null, wished: readonly string[]): Language {
  const known = (tag: string) =>
    Object.keys(LANGUAGES).find((each) => each === tag.toLowerCase().split("-")[0]);
  const found = [chosen ?? "", ...wished].map(known).find((each) => each !== undefined);
  return (found as Language | undefined) ?? "en";
}
