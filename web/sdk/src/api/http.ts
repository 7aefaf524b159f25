/** The server refused, as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override name = "Problem";
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** For support. */
  readonly requestId: string | null;
  /** By field, where a body was wrong. */
  readonly errors: unknown;
  /** When to try again, from `Retry-After`. */
  readonly retryAfterSeconds: number | null;

  constructor(status: number, body: Record<string, unknown>, retryAfterSeconds: number | null) {
    const text = (value: unknown) => (typeof value === "string" && value ? value : null);
    super(text(body.detail) ?? text(body.title) ?? `The server answered ${status}.`);
    this.status = status;
    this.code = text(body.code) ?? "internal";
    this.requestId = text(body.requestId);
    this.errors = body.errors;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** No answer at all. */
export class Unreachable extends Error {
  override name = "Unreachable";
}

/** Timeout of a response; a login may wait in a queue for a slow hash, but not this long. */
const TIMEOUT_MS = 15_000;

export class Http {
  readonly #base: string;
  readonly #fetch: typeof fetch;

  constructor(base: string, fetcher: typeof fetch) {
    this.#base = base;
    this.#fetch = fetcher;
  }

  /** Rejects with `Problem` or `Unreachable`. */
  async send<T>(method: string, path: string, body?: object, token?: string): Promise<T> {
    const response = await this.#request(method, path, body, token);
    const answer = await read(response);
    if (response.ok) return answer as T;
    const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    throw new Problem(response.status, answer ?? {}, Number.isFinite(seconds) ? seconds : null);
  }

  async #request(method: string, path: string, body?: object, token?: string): Promise<Response> {
    const headers: Record<string, string> = { accept: "application/json, application/problem+json" };
    if (body) headers["content-type"] = "application/json";
    if (token) headers.authorization = `Bearer ${token}`;
    try {
      return await this.#fetch(`${this.#base}${path}`, {
        method,
        headers,
        credentials: this.#base ? "include" : "same-origin",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        // Changes are completed even if the page is closed: a refresh whose response is lost leaves the browser with a
        // used cookie, and using it again ends the login.
        keepalive: method !== "GET",
        ...(body && { body: JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Unreachable("The server does not answer. Check your connection and try again.", {
        cause: error,
      });
    }
  }
}

async function read(response: Response): Promise<Record<string, unknown> | null> {
  try {
    const value: unknown = await response.json();
    return typeof value === "object" ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}
