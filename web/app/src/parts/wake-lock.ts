import { useEffect } from "react";

/** Keeps the screen on while this is shown, where the browser can; it lets go of the lock itself when the page is hidden. */
export function useAwake(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | null = null;
    let isOver = false;
    const take = async () => {
      if (document.visibilityState !== "visible") return;
      // Refused when the battery is low: the screen may go dark, the call goes on.
      const taken = await navigator.wakeLock?.request("screen").catch(() => null);
      if (isOver) void taken?.release();
      else lock = taken ?? null;
    };
    void take();
    document.addEventListener("visibilitychange", take);
    return () => {
      isOver = true;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, []);
}
