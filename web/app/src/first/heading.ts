// The heading of a stranger's first page, as far as the page that the server sent tells it: a room's name is in its preview.
import { routeOf } from "../address.ts";
import { preferredLanguage } from "../language.ts";
import { guestVisit, mayBeSignedIn, rememberedLanguage } from "../remember.ts";
import { firstStrings } from "../strings/first.ts";

/** What the preview says where no room is named. */
const NOBODY = "Aldis";

/** Of the address that the page was loaded with; `null` where it is known only to the app, or somebody may be signed in. */
export function firstHeading(): string | null {
  const route = routeOf(location.pathname, location.hash);
  const texts = firstStrings[preferredLanguage(rememberedLanguage(), navigator.languages)];
  if (mayBeSignedIn()) return null;
  if (route.page === "home") return texts.welcome;
  if (route.page !== "room" || route.roomId !== loadedRoom || guestVisit()?.roomId === route.roomId)
    return null;
  const name = document.querySelector<HTMLMetaElement>('meta[property="og:title"]')?.content ?? NOBODY;
  return name === NOBODY ? null : texts.invited(name);
}

/** What stands below that heading; `null` where nothing is known. */
export function firstText(): string | null {
  const texts = firstStrings[preferredLanguage(rememberedLanguage(), navigator.languages)];
  return firstHeading() === texts.welcome ? texts.what : null;
}

const loaded = routeOf(location.pathname);
/** The preview is of this room, whatever page is shown later. */
const loadedRoom = loaded.page === "room" ? loaded.roomId : null;
