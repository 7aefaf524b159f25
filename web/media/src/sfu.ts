/**
 * Media through a media server, for rooms of mode `sfu`. A `Call` loads it by itself where a room needs it; it is here to be
 * loaded earlier, or from elsewhere: `new Call({ …, sfu: () => import("@aldis/media/sfu") })`.
 *
 * @packageDocumentation
 */
import { makeDevice } from "./sfu/device.ts";

/** Loads what a call through a media server needs from the network, for a page that sees one coming: its first picture comes sooner. */
export async function prepare(): Promise<void> {
  await makeDevice();
}

export type { MakeDevice } from "./sfu/device.ts";
export { type SfuOptions, SfuPath, type SfuRoom } from "./sfu/path.ts";
