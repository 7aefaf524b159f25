import { AldisError } from "./errors.ts";

/** The WebSocket of a node: of `base` (`https://…`), or of the page's own; an address of a socket stays as it is. */
export function socketUrl(base: string | undefined = globalThis.location?.href): string {
  if (base === undefined) {
    throw new AldisError(
      "no_url",
      "Which node? There is no page here whose own it could be: pass `url`, as https://….",
    );
  }
  if (/^wss?:/.test(base)) return base;
  const url = new URL("/ws", base);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}
