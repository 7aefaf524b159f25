// Whether the browser asks the person for their devices. Nobody is told so: a device that does not open, and is not allowed, says it.
import type { Media } from "@aldis/media";
import { useView } from "@aldis/react";
import { useEffect, useState } from "react";

/** Devices that are allowed mostly open sooner than this. Milliseconds. */
const OPENED_MS = 1_500;
const DEVICES = ["microphone", "camera"] as const;

/** Whether somebody may have to answer the browser. */
export function useAsked(media: Media): boolean {
  const view = useView(media);
  const busy = DEVICES.filter((device) => view[device].busy).join(" ");
  const [isAsked, setAsked] = useState(false);
  useEffect(() => {
    setAsked(false);
    if (!busy) return;
    let over = false;
    const ask = async () => {
      const allowed = await Promise.all(busy.split(" ").map(isAllowed));
      if (!over) setAsked(allowed.includes(false));
    };
    const timer = setTimeout(() => void ask(), OPENED_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [busy]);
  return isAsked;
}

/** Whether the browser allows this device without asking; as far as it tells. */
async function isAllowed(device: string): Promise<boolean> {
  try {
    return (await navigator.permissions.query({ name: device as PermissionName })).state === "granted";
  } catch {
    return false;
  }
}
