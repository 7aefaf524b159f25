import { CLOSE_CODES, type Close } from "../gen/protocol.ts";
import type { Refusal } from "../wire.ts";

/** Why a session ended permanently. Only a person (or the app on their behalf) starts another. */
export type StopReason =
  | "left"
  | "replaced"
  | "auth"
  | "forbidden"
  | "removed"
  | "banned"
  | "room_not_found"
  | "room_closed"
  | "room_full"
  | "room_locked"
  | "protocol"
  | "unreachable";

/** The client's reaction to a close code. */
export type Verdict = { next: "come_back" } | { next: "fresh_token" } | { next: "stop"; reason: StopReason };

/** The codes after which the client does not reconnect automatically; the table covers every other code. */
const NEVER: Partial<Record<Close, StopReason>> = {
  normal: "left",
  forbidden: "forbidden",
  room_gone: "room_closed",
  // Another tab or device took the seat. Reconnecting automatically would take it from that one again.
  replaced: "replaced",
};

/** Reads a close code; `last` is the `error` that came before it on the same socket, if any. */
export function verdict(code: number, last?: Refusal): Verdict {
  const entry = Object.entries(CLOSE_CODES).find(([, { number }]) => number === code);
  // Codes that the table does not know: 44xx stop, and 1006 or whatever a proxy invents is a lost socket.
  if (!entry)
    return code >= 4400 && code < 4500 ? { next: "stop", reason: "forbidden" } : { next: "come_back" };
  const [name, { comeback }] = entry as [Close, (typeof CLOSE_CODES)[Close]];
  if (name === "token") return { next: "fresh_token" };
  if (comeback === "resume") return { next: "come_back" };
  // The server reports a protocol error of this client: a retry cannot help.
  if (comeback === "after_mending") return { next: "stop", reason: "protocol" };
  if (name === "room_gone" && last?.code === "room_not_found") return { next: "stop", reason: last.code };
  // The host has removed us; the `error` says whether for good.
  if (name === "forbidden" && (last?.code === "removed" || last?.code === "banned"))
    return { next: "stop", reason: last.code };
  return { next: "stop", reason: NEVER[name] ?? "forbidden" };
}
