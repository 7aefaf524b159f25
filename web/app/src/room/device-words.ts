// What is wrong with a device, and what to do. Pure.
import type { DeviceTrouble } from "@aldis/sdk";

const DEVICE: Record<DeviceTrouble, string> = {
  denied: "is blocked. Allow it in the browser's address bar, then turn it on again.",
  missing: "was not found. Plug one in, then turn it on again.",
  busy: "is in use by another program. Close that program, then turn it on again.",
  unavailable: "cannot be used on this page; it needs HTTPS.",
  ended: "was disconnected. Plug it in again, or choose another one under Devices.",
};

/** In the call: others see or hear nothing, so it is said until it is mended. */
export function deviceTrouble(device: "microphone" | "camera", trouble: DeviceTrouble): string {
  return `Your ${device} ${DEVICE[trouble]}`;
}

/** A screen that was not shared; who has cancelled knows. */
export function screenTrouble(trouble: DeviceTrouble): string {
  if (trouble === "denied")
    return "Your screen is not shared. If you did not cancel, allow screen recording for this browser in the system's settings.";
  return "Your screen cannot be shared on this device.";
}
