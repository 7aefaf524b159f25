// One request to the node's HTTP API.
import { Problem, Unreachable } from "../errors.ts";

/** The part of a response that is used. */
export interface HttpAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  json(): Promise<unknown>;
}

/** `fetch`, or something like it. */
export type Fetch = (url: string, init: HttpInit) => Promise<HttpAnswer>;

export interface HttpInit {
  method: string;
  headers: Record<string, string>;
  credentials: "include" | "same-origin" | "omit";
  keepalive: boolean;
  signal: AbortSignal;
  body?: string;
}

/** A request. */
export interface HttpRequest {
  method: string;
  path: string;
  body?: object | undefined;
  /** Sent as `Authorization: Bearer`. */
  token?: string | undefined;
  headers?: Record<string, string> | undefined;
  /** Gives it up. */
  signal?: AbortSignal | undefined;
}

/** Timeout of a response; a login may wait in a queue for a slow hash, but not this long. */
const TIMEOUT_MS = 15_000;
const NO_CONTENT = 204;

export class Http {
  readonly #base: string;
  readonly #fetch: Fetch;
  readonly #credentials: HttpInit["credentials"];

  constructor(base: string, fetcher: Fetch, credentials: HttpInit["credentials"]) {
    this.#base = base.replace(/\/+$/, "");
    this.#fetch = fetcher;
    this.#credentials = credentials;
  }

  /** Rejects with `Problem` or `Unreachable`. */
  async send<T>(request: HttpRequest): Promise<T> {
    const response = await this.#request(request);
    if (response.ok) return (response.status === NO_CONTENT ? null : await content(response)) as T;
    const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    throw new Problem(response.status, await explained(response), Number.isFinite(seconds) ? seconds : null);
  }

  async #request({ method, path, body, token, headers: extra, signal }: HttpRequest): Promise<HttpAnswer> {
    const headers: Record<string, string> = {
      accept: "application/json, application/problem+json",
      ...extra,
    };
    if (body) headers["content-type"] = "application/json";
    if (token) headers.authorization = `Bearer ${token}`;
    const time = within(TIMEOUT_MS, signal);
    try {
      return await this.#fetch(`${this.#base}${path}`, {
        method,
        headers,
        credentials: this.#credentials,
        signal: time.signal,
        // Changes are completed even if the page is closed: a refresh whose response is lost leaves the browser with a
        // used cookie, and using it again ends the login.
        keepalive: method !== "GET",
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw new Unreachable(undefined, { cause: error });
    } finally {
      time.over();
    }
  }
}

/** A signal that ends after so many milliseconds, or with the caller's; `over` once the answer is there. */
function within(ms: number, signal: AbortSignal | undefined): { signal: AbortSignal; over: () => void } {
  if (!signal) return { signal: AbortSignal.timeout(ms), over: () => {} };
  const both = new AbortController();
  const abort = () => both.abort();
  const timer = setTimeout(abort, ms);
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  const over = () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  };
  return { signal: both.signal, over };
}

/** What a request was answered. An answer that breaks off on its way is none: nobody knows what it said. */
async function content(response: HttpAnswer): Promise<unknown> {
  try {
    return await response.json();
  } catch (error) {
    throw new Unreachable(undefined, { cause: error });
  }
}

/** What a refusal says; nothing, if something else than a node refuses. */
async function explained(response: HttpAnswer): Promise<Record<string, unknown>> {
  const value: unknown = await response.json().catch(() => null);
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
