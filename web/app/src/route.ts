// Addresses of the app, over the History API: `/` and `/r/{room}`; and after `#`, which stays in the browser, what mails
// and invites link to: `/#/reset?token=…`, `/#/verify?token=…`, `/#/signup?invite=…`.
import { type MouseEvent, useSyncExternalStore } from "react";

export type Route =
  | { page: "home"; invite?: string }
  | { page: "room"; roomId: string }
  | { page: "reset" | "verify"; token: string }
  | { page: "missing" };

const ROOM_ID = /^[a-z]{3}-[a-z]{4}-[a-z]{3}$/;

/** Which page an address names. */
export function routeOf(pathname: string, hash = ""): Route {
  if (pathname === "/") return linked(hash) ?? { page: "home" };
  const roomId = /^\/r\/([^/]+)\/?$/.exec(pathname)?.[1]?.toLowerCase();
  return roomId && ROOM_ID.test(roomId) ? { page: "room", roomId } : { page: "missing" };
}

/** What a mail or an invite links to. */
function linked(hash: string): Route | null {
  const [page, query] = hash.replace(/^#?\/?/, "").split("?", 2);
  const values = new URLSearchParams(query);
  const token = values.get("token") ?? "";
  if (page === "reset" || page === "verify") return { page, token };
  if (page === "signup") return { page: "home", invite: values.get("invite") ?? "" };
  return null;
}

/** The room id in a code or a pasted link; `null` if there is none. */
export function roomIdOf(text: string): string | null {
  const trimmed = text.trim().toLowerCase();
  const inLink = /\/r\/([a-z-]+)\/?(?:[?#].*)?$/.exec(trimmed)?.[1];
  const letters = (inLink ?? trimmed).replaceAll(/[\s-]/g, "");
  if (!/^[a-z]{10}$/.test(letters)) return null;
  return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
}

/** The room of the page's address, if it is one's. */
export function roomOfPage(): string | null {
  const route = routeOf(location.pathname);
  return route.page === "room" ? route.roomId : null;
}

/** The link that brings others into a room. */
export function roomLink(roomId: string): string {
  return `${location.origin}/r/${roomId}`;
}

const listeners = new Set<() => void>();
/** The address that is shown; while a guard holds, the browser's may differ for a moment. */
let shown: string | null = null;
let guard: (() => boolean) | null = null;

/** `isFree` is asked when "Back" or "Forward" has led elsewhere; if it is not, the page stays. Until the returned function is called. */
export function guardRoute(isFree: () => boolean): () => void {
  guard = isFree;
  return () => {
    if (guard === isFree) guard = null;
  };
}

export function navigate(path: string): void {
  if (path === location.pathname + location.search + location.hash) return;
  history.pushState(null, "", path);
  moved();
}

function moved(): void {
  shown = location.pathname + location.hash;
  for (const listener of listeners) listener();
}

function popped(): void {
  if (guard && !guard()) history.forward();
  else moved();
}

/** For links: a plain click stays in the app, any other (new tab, new window) is the browser's. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname + event.currentTarget.search);
}

export function useRoute(): Route {
  const address = useSyncExternalStore(subscribe, () => shown ?? location.pathname + location.hash);
  const [pathname, hash] = address.split("#", 2);
  return routeOf(pathname ?? "/", hash);
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    shown = location.pathname + location.hash;
    addEventListener("popstate", popped);
    addEventListener("hashchange", popped);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    removeEventListener("popstate", popped);
    removeEventListener("hashchange", popped);
    shown = null;
  };
}
