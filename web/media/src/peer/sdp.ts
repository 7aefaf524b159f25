// What this SDK reads in a description, and the one line it adds. Pure: no connection, no browser.

/** One media section of a description (RFC 8866 §5.14). */
export interface Section {
  mid: string;
  /** `audio`, `video`, `application` … */
  kind: string;
  /** The sender's `a=content` (RFC 4796): `slides` is a screen, `alt` a further track. */
  content: string | null;
  /** Whether the sender of this description receives in this section. */
  receives: boolean;
}

/** The sections that are in use: a rejected one has port 0, unless it is bundled. */
export function sections(sdp: string): Section[] {
  return split(sdp).flatMap((lines) => {
    const [, kind, port] = /^m=(\S+) (\d+)/.exec(lines[0] ?? "") ?? [];
    const mid = value(lines, "a=mid:");
    if (kind === undefined || mid === null) return [];
    if (port === "0" && !lines.includes("a=bundle-only")) return [];
    return [{ mid, kind, content: value(lines, "a=content:"), receives: !isSendOnly(lines) }];
  });
}

/** `sdp` with `a=content` in the sections of these `mid`s, so that the receiver need not guess. */
export function withContents(sdp: string, contents: ReadonlyMap<string, string>): string {
  if (contents.size === 0) return sdp;
  return sdp.replace(/^a=mid:(\S+)\r\n/gm, (line, mid: string) => {
    const content = contents.get(mid);
    return content ? `${line}a=content:${content}\r\n` : line;
  });
}

/**
 * Whether two descriptions of one side belong to one connection. The certificate tells (`a=fingerprint`, RFC 8122): it stays
 * for a connection's life, while some implementations take a new session id in `o=` for every description.
 */
export function isSameConnection(before: string, now: string): boolean {
  const [old, fresh] = [fingerprints(before), fingerprints(now)];
  if (old.size === 0 || fresh.size === 0) return old.size === fresh.size;
  return [...fresh].some((fingerprint) => old.has(fingerprint));
}

function fingerprints(sdp: string): Set<string> {
  const found = sdp.matchAll(/^a=fingerprint:(\S+) (\S+)/gim);
  return new Set(Array.from(found, ([, hash, digits]) => `${hash} ${digits}`.toLowerCase()));
}

function split(sdp: string): string[][] {
  return sdp
    .split(/^(?=m=)/m)
    .slice(1)
    .map((section) => section.split(/\r?\n/));
}

function value(lines: string[], key: string): string | null {
  return lines.find((line) => line.startsWith(key))?.slice(key.length) ?? null;
}

function isSendOnly(lines: string[]): boolean {
  return lines.includes("a=sendonly") || lines.includes("a=inactive");
}
