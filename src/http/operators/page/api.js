// Requests to this listener, with the operators' token. The token is kept for this tab, until it is closed.

const KEY = "aldis.operator";
/** A request that takes longer is given up. Milliseconds. */
const WITHIN_MS = 20_000;

export const token = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  forget: () => sessionStorage.removeItem(KEY),
};

/** The node refused, or could not be reached (`status` 0). */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function answer(path, method) {
  const headers = token.get() ? { authorization: `Bearer ${token.get()}` } : {};
  try {
    return await fetch(path, { method, headers, cache: "no-store", redirect: "error", signal: AbortSignal.timeout(WITHIN_MS) });
  } catch {
    throw new Refused(0, "The node does not answer. Is it running, and is this machine connected to it?");
  }
}

/** The answer's JSON; `null` if it has none. */
export async function ask(path, method = "GET") {
  const response = await answer(path, method);
  const body = response.status === 204 ? null : await response.json().catch(() => null);
  if (response.ok) return body;
  throw new Refused(response.status, body?.detail ?? `The node answered ${response.status}.`);
}

/** The answer's text. */
export async function read(path) {
  const response = await answer(path, "GET");
  if (!response.ok) throw new Refused(response.status, `The node answered ${response.status}.`);
  return response.text();
}

/** The path of a room, or of something of it. */
export function room(id, rest = "") {
  return `/internal/rooms/${encodeURIComponent(id)}${rest}`;
}
