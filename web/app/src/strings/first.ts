// What strangers see first: before the app is here, and in it.
import type { Language } from "../language.ts";

interface FirstStrings {
  welcome: string;
  /** Below it. */
  what: string;
  invited: (name: string) => string;
}

export const firstStrings: Record<Language, FirstStrings> = {
  en: {
    welcome: "Calls that stay up",
    what: "Create a room, share its link, talk. Nothing to install; in small rooms audio and video go directly from browser to browser.",
    invited: (name) => `You are invited to “${name}”`,
  },
  de: {
    welcome: "Gespräche, die halten",
    what: "Raum anlegen, Link teilen, sprechen. Nichts zu installieren; in kleinen Räumen gehen Ton und Bild direkt von Browser zu Browser.",
    invited: (name) => `Sie sind zu „${name}“ eingeladen`,
  },
};
