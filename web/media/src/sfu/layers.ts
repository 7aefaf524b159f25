// Sizes: in which a camera is sent, and in which it is received. Pure.
import { LIMITS } from "../limits.ts";

/** One size of a camera's picture, as WebRTC's encodings have it. */
export interface Encoding {
  scaleResolutionDownBy: number;
  maxBitrate: number;
}

/**
 * The sizes in which a camera of this width is sent, the smallest first: three, if the smallest is still a face. Browsers drop
 * sizes of small pictures by themselves; sizes that never come would be waited for.
 */
export function encodings(width: number): Encoding[] {
  const { cameraLayerBits: bits } = LIMITS;
  const count = width >= LIMITS.cameraThreeLayersWidth ? 3 : width >= LIMITS.cameraTwoLayersWidth ? 2 : 1;
  return bits.slice(0, count).map((maxBitrate, at) => ({
    scaleResolutionDownBy: 2 ** (count - 1 - at),
    maxBitrate,
  }));
}

/** How many sizes a consumer has, by its `scalabilityMode` (`L3T1`, `S2T3`). */
export function layersOf(rtpParameters: { encodings?: readonly { scalabilityMode?: string }[] }): number {
  const found = /^[LS]([1-9])T[1-9]/.exec(rtpParameters.encodings?.[0]?.scalabilityMode ?? "")?.[1];
  return Number(found ?? 1);
}

/** The layer for a picture that is shown `width` device pixels wide; `undefined`: nobody has said, so the largest. */
export function layerFor(width: number | undefined, layers: number): number {
  const largest = layers - 1;
  if (width === undefined) return largest;
  const wanted = LIMITS.layerWidths.findIndex((widest) => width <= widest);
  return wanted < 0 ? largest : Math.min(largest, wanted);
}
