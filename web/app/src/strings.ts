// The language of the page: which one, its table of texts, and times in its manner. The call's texts are in strings/room.ts.
import { useSyncExternalStore } from "react";
import { type Language, preferredLanguage } from "./language.ts";
import { rememberedLanguage, rememberLanguage } from "./remember.ts";
import { type PageStrings, pageEn } from "./strings/page-en.ts";

export { LANGUAGES, type Language, preferredLanguage } from "./language.ts";

let language: Language = "en";
let table: PageStrings = pageEn;
const listeners = new Set<() => void>();
/** Further tables that are in use; they are loaded before the language changes. */
const tables: ((language: Language) => Promise<() => void>)[] = [];

/** The texts, in the present language. */
export function t(): PageStrings {
  return table;
}

export function currentLanguage(): Language {
  return language;
}

/** The present language; renders again when it changes. */
export function useLanguage(): Language {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentLanguage);
}

/** Changes the language, once its texts are here; if they do not come, the present one stays. */
export async function changeLanguage(next: Language): Promise<void> {
  rememberLanguage(next);
  await load(next);
}

/** Before the first view. */
export function startLanguage(): Promise<void> {
  return load(preferredLanguage(rememberedLanguage(), navigator.languages));
}

/** Another table, whose `load` fetches it and answers what puts it in use. */
export async function addTable(loadTable: (language: Language) => Promise<() => void>): Promise<void> {
  tables.push(loadTable);
  (await loadTable(language))();
}

async function load(next: Language): Promise<void> {
  try {
    const page = next === "de" ? (await import("./strings/page-de.ts")).pageDe : pageEn;
    const uses = await Promise.all(tables.map((each) => each(next)));
    [language, table] = [next, page];
    for (const use of uses) use();
  } catch {
    // A part of the page could not be loaded: English, or what was before, is better than nothing.
  }
  document.documentElement.lang = table.documentLanguage;
  for (const listener of listeners) listener();
}

/** The time of day, and the date unless it was today. `time`: milliseconds since the epoch. */
export function when(time: number, now = Date.now()): string {
  const isToday = new Date(time).toDateString() === new Date(now).toDateString();
  const style = isToday
    ? { timeStyle: "short" as const }
    : { dateStyle: "short" as const, timeStyle: "short" as const };
  return new Intl.DateTimeFormat(language, style).format(time);
}

/** A day; empty if it is none. `date`: ISO 8601. */
export function day(date: string): string {
  const at = new Date(date);
  return Number.isNaN(at.valueOf())
    ? ""
    : new Intl.DateTimeFormat(language, { dateStyle: "medium" }).format(at);
}
