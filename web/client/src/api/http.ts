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
}

/** Timeout of a response; a login may wait in a queue for a slow hash, but not this long. */
const TIMEOUT_MS = 15_000;

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
    const answer = await read(response);
    if (response.ok) return answer as T;
    const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    throw new Problem(response.status, answer ?? {}, Number.isFinite(seconds) ? seconds : null);
  }

  async #request({ method, path, body, token, headers: extra }: HttpRequest): Promise<HttpAnswer> {
    const headers: Record<string, string> = {
      accept: "application/json, application/problem+json",
      ...extra,
    };
    if (body) headers["content-type"] = "application/json";
    if (token) headers.authorization = `Bearer ${token}`;
    try {
      return await this.#fetch(`${this.#base}${path}`, {
        method,
        headers,
        credentials: this.#credentials,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // Changes are completed even if the page is closed: a refresh whose response is lost leaves the browser with a
        // used cookie, and using it again ends the login.
        keepalive: method !== "GET",
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Unreachable(undefined, { cause: error });
    }
  }
}

async function read(response: HttpAnswer): Promise<Record<string, unknown> | null> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
