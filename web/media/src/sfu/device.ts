// What is used of mediasoup-client, so that tests can do without a browser.
import type { types } from "mediasoup-client";

export type Transport = types.Transport;
export type Consumer = types.Consumer;
export type Producer = types.Producer;
export type Device = Pick<
  types.Device,
  "load" | "recvRtpCapabilities" | "createSendTransport" | "createRecvTransport"
>;

/** Made for each router anew; rejects where the browser cannot do WebRTC. */
export type MakeDevice = () => Promise<Device>;

/** The browser's own. Asked for early, it is loaded when it is needed. */
export const makeDevice: MakeDevice = async () => {
  const { Device } = await import("mediasoup-client");
  return Device.factory();
};
