// The call's texts, in the page's language; loaded with the call's part of the program.
import { addTable, type Language } from "../strings.ts";
import { type RoomStrings, roomEn } from "./room-en.ts";

let table: RoomStrings = roomEn;
let loaded: Promise<void> | null = null;

/** The texts of the call, in the present language. */
export function r(): RoomStrings {
  return table;
}

/** Before the call is shown. */
export function loadRoomStrings(): Promise<void> {
  loaded ??= addTable(load).catch(() => {});
  return loaded;
}

async function load(language: Language): Promise<() => void> {
  const next = language === "de" ? (await import("./room-de.ts")).roomDe : roomEn;
  return () => {
    table = next;
  };
}
