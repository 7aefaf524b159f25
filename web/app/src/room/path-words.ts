// What the page says of the way to a media server, in the page's language.
import type { PathView } from "@aldis/media";
import { r } from "../strings/room.ts";

/** What is unusual; `null`: nothing, or nothing that concerns this room. `isBusy`: it is being mended. */
export function pathText(path: PathView): { text: string; isBusy: boolean } | null {
  if (path.meant !== "sfu") return null;
  const { away, direct, reconnecting, codes, unreachable, other } = r().path;
  if (path.mode === "mesh") return { text: direct, isBusy: false };
  const { trouble } = path;
  if (trouble?.code === "unreachable") return { text: unreachable(trouble.tried.join(", ")), isBusy: true };
  if (trouble && Object.hasOwn(codes, trouble.code)) {
    return { text: codes[trouble.code as keyof typeof codes], isBusy: false };
  }
  if (path.state === "unavailable") return { text: away, isBusy: true };
  if (path.state === "failed") return { text: other(trouble?.code ?? path.state), isBusy: true };
  return path.state === "reconnecting" ? { text: reconnecting, isBusy: true } : null;
}
