/**
 * Calls over an Aldis room: microphone, camera, screen and any other track, sent to every member and received from each.
 *
 * @packageDocumentation
 */
export {
  Call,
  type CallEvents,
  type CallOptions,
  type CallView,
  type PathView,
  type Publication,
  type SfuModule,
} from "./call.ts";
export type { GetIceServers } from "./ice.ts";
export { LIMITS as MEDIA_LIMITS } from "./limits.ts";
export {
  type Device,
  type DeviceTrouble,
  type DeviceView,
  Media,
  type MediaEvents,
  type MediaView,
} from "./media.ts";
export type { PathState, PathTrouble } from "./paths.ts";
export {
  type ExtraStream,
  type PeerView,
  SLOTS,
  type Slot,
  type Trouble,
  type TroubleCause,
} from "./peer.ts";
export type { PeerStats } from "./stats.ts";
