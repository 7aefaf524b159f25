// What the functions of this package throw and reject with: one class per kind of failure, each with a code for programs.
import type { StopReason } from "./connection/closing.ts";
import type { Code } from "./gen/protocol.ts";
import type { Refusal } from "./wire.ts";

/** Every error of Aldis. `code` is stable; `message` is a sentence for people. */
export class AldisError extends Error {
  override name = "AldisError";
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The person must sign in again. A `token` callback throws it to end the session instead of trying again. */
export class SignedOut extends AldisError {
  override name = "SignedOut";

  constructor(message = "The sign-in has ended. Sign in again.", options?: ErrorOptions) {
    super("signed_out", message, options);
  }
}

/** No answer at all. */
export class Unreachable extends AldisError {
  override name = "Unreachable";

  constructor(
    message = "The server does not answer. Check your connection and try again.",
    options?: ErrorOptions,
  ) {
    super("unreachable", message, options);
  }
}

/** The server refused a request, as `application/problem+json` (RFC 9457). */
export class Problem extends AldisError {
  override name = "Problem";
  readonly status: number;
  /** For support. */
  readonly requestId: string | null;
  /** By field, where a body was wrong. */
  readonly errors: unknown;
  /** When to try again, from `Retry-After`. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: Record<string, unknown>, retryAfterSeconds: number | null) {
    const text = (value: unknown) => (typeof value === "string" && value ? value : null);
    super(
      text(body.code) ?? "internal",
      text(body.detail) ?? text(body.title) ?? `The server answered ${status}.`,
    );
    this.status = status;
    this.requestId = text(body.requestId);
    this.errors = body.errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A room was left, or could not be joined. `code` says why. */
export class RoomEnded extends AldisError {
  override name = "RoomEnded";
  declare readonly code: StopReason;
  /** What the server said, if it did. */
  readonly refusal: Refusal | null;

  constructor(reason: StopReason, refusal: Refusal | null) {
    super(reason, refusal?.message ?? ENDED[reason]);
    this.refusal = refusal;
  }
}

/** A message was refused, or its session ended before the server acknowledged it (`lost`: it may have arrived). */
export class NotSent extends AldisError {
  override name = "NotSent";
  declare readonly code: Code | "lost";

  constructor(refusal: Refusal | null) {
    super(
      refusal?.code ?? "lost",
      refusal?.message ?? "The session ended before the message was acknowledged; it may have arrived.",
    );
  }
}

/**
 * A request (`sfu_*`) was refused. Beside the protocol's codes: `lost` (the session ended before the answer; it may have been
 * done) and `timeout` (no answer although the connection works).
 */
export class RequestRefused extends AldisError {
  override name = "RequestRefused";
  declare readonly code: Code | "lost" | "timeout";
  /** When to ask again; with `media_unavailable`. */
  readonly retryAfterMs: number | null;
  /** The request's number, for `again` of `Room.request`; `null` if the server did not refuse it. */
  readonly rid: number | null;

  constructor(code: Code | "lost" | "timeout", refusal: Refusal | null = null) {
    const unanswered =
      code === "lost"
        ? "The session ended before the request was answered; it may have been done."
        : "The server did not answer the request in time.";
    super(code, refusal?.message ?? unanswered);
    this.retryAfterMs = refusal?.retryAfterMs ?? null;
    this.rid = refusal?.rid ?? null;
  }
}

const ENDED: Record<StopReason, string> = {
  left: "You left the room.",
  replaced: "The same user joined this room from another page or device.",
  auth: "The token is no longer accepted. Sign in again.",
  forbidden: "This user may not join the room.",
  removed: "The host has removed you from the room. You may join again.",
  banned: "The host has removed you from the room, and you may not come back.",
  room_not_found: "There is no such room.",
  room_closed: "The room is closed.",
  room_full: "The room is full.",
  room_locked: "The host has locked the room: nobody new may join.",
  protocol:
    "Client and server do not understand each other; their versions may differ, or the address is wrong.",
  unreachable: "The server did not answer for several minutes.",
};
