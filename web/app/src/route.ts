// Addresses of the app, over the History API: `/` and `/r/{room}`; and after `#`, which stays in the browser, what mails
// and invites link to: `/#/reset?token=…`, `/#/verify?token=…`, `/#/signup?invite=…`.
import { type MouseEvent, useSyncExternalStore } from "react";
import { type Route, roomIdIn, routeOf } from "./address.ts";

export { type Route, roomOfPage, routeOf } from "./address.ts";

/** The room id in a code or a pasted link; `null` if there is none. */
export function roomIdOf(text: string): string | null {
  return roomIdIn(/\/r\/([^/?#\s]+)/.exec(text)?.[1] ?? text);
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

/** The room in which a call began that is in this one now. */
const begunIn = new Map<string, string>();

/** The same for all rooms that a call was moved through: the page of the call stays the same one. */
export function callKey(roomId: string): string {
  return begunIn.get(roomId) ?? roomId;
}

/** A backend has moved the call from one room to the other: the address follows. */
export function followCall(from: string, to: string): void {
  begunIn.set(to, callKey(from));
  history.replaceState(null, "", `/r/${to}`);
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
