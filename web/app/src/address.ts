// What an address of the app names. Must not know React: the page reads it before the app is here.

export type Route =
  | { page: "home"; invite?: string }
  | { page: "room"; roomId: string }
  | { page: "reset" | "verify"; token: string }
  | { page: "missing" };

/** Which page an address names. */
export function routeOf(pathname: string, hash = ""): Route {
  if (pathname === "/") return linked(hash) ?? { page: "home" };
  const code = /^\/r\/([^/]+)\/?$/.exec(pathname)?.[1];
  const roomId = code === undefined ? null : roomIdIn(code);
  return roomId ? { page: "room", roomId } : { page: "missing" };
}

/**
 * The room id in what somebody typed, or copied with what stood beside it (`abc-defg-hij).`); `null` if there is none. Capitals,
 * blanks and missing hyphens are no mistakes.
 */
export function roomIdIn(code: string): string | null {
  const around = /^[^a-z]+|[^a-z]+$/g;
  const letters = decoded(code).toLowerCase().replaceAll(around, "").replaceAll(/[\s-]/g, "");
  if (!/^[a-z]{10}$/.test(letters)) return null;
  return `${letters.slice(0, 3)}-${letters.slice(3, 7)}-${letters.slice(7)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
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

/** The room of the page's address, if it is one's. */
export function roomOfPage(): string | null {
  const route = routeOf(location.pathname);
  return route.page === "room" ? route.roomId : null;
}
