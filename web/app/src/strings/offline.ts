// What the page says that a browser keeps for when the server is away; small, so in one table for all languages.
import type { Language } from "../language.ts";

export interface OfflineStrings {
  title: string;
  offline: string;
  away: string;
  again: string;
}

export const offlineStrings: Record<Language, OfflineStrings> = {
  en: {
    title: "No connection",
    offline: "This device is offline. The page opens by itself as soon as it is back.",
    away: "The server does not answer at the moment. The page opens by itself as soon as it does.",
    again: "Try again",
  },
  de: {
    title: "Keine Verbindung",
    offline: "Dieses Gerät ist offline. Die Seite öffnet sich von selbst, sobald es wieder Netz hat.",
    away: "Der Server antwortet gerade nicht. Die Seite öffnet sich von selbst, sobald er es tut.",
    again: "Noch einmal versuchen",
  },
};
