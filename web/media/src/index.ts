/**
 * Calls over an Aldis room: microphone, camera, screen and any other track, sent to every member and received from each.
 *
 * @packageDocumentation
 */
export { Call, type CallEvents, type CallOptions, type CallView, type Publication } from "./call.ts";
export type { GetIceServers } from "./ice.ts";
export { LIMITS as MEDIA_LIMITS } from "./limits.ts";
export { type DeviceTrouble, type DeviceView, Media, type MediaEvents, type MediaView } from "./media.ts";
export type { ExtraStream, PeerView, Slot, Trouble, TroubleCause } from "./peer.ts";
export type { PeerStats } from "./stats.ts";
