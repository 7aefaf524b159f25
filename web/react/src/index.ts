"use client";

/**
 * Calls with Aldis in React: hooks, tiles and controls.
 *
 * @packageDocumentation
 */
export { Controls, type ControlsProps } from "./controls.tsx";
export { initials } from "./initials.ts";
export { ENGLISH, type Labels } from "./labels.ts";
export { type Fit, fit, GAP } from "./layout.ts";
export { loudness, useLevel } from "./level.ts";
export { useSeen } from "./seen.ts";
export { playAll, useSoundBlocked } from "./sound.ts";
export { useTileSize } from "./tile-size.ts";
export { PeerTile, type PeerTileProps, SPEAKING, Tiles, type TilesProps } from "./tiles.tsx";
export { type UsedCall, useCall } from "./use-call.ts";
export { type MediaWish, useMedia } from "./use-media.ts";
export { Video, type VideoProps } from "./video.tsx";
export { useView, type Viewed } from "./view.ts";
