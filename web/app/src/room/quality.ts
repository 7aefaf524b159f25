// How good the connections to the others are, by what the browser measures.
import type { Call, PeerStats } from "@aldis/media";
import { useEffect, useState } from "react";

/** Long enough for some hundred packets. */
const EVERY_MS = 4_000;
/** Above this share of lost packets voices break up; above this round trip people interrupt each other. */
const LOSS_MAX = 0.05;
const ROUND_TRIP_MAX_SECONDS = 0.6;

/** Whether a connection is weak, from two measurements. Pure. */
export function isWeak(before: PeerStats | undefined, now: PeerStats): boolean {
  if (now.connectionState !== "connected") return false;
  if ((now.roundTripTime ?? 0) > ROUND_TRIP_MAX_SECONDS) return true;
  if (before?.connectionNumber !== now.connectionNumber) return false;
  const lost = now.packetsLost - before.packetsLost;
  const all = lost + now.packetsReceived - before.packetsReceived;
  return all > 0 && lost / all > LOSS_MAX;
}

/** The user ids of members whose connection is weak at the moment. */
export function useWeak(call: Call): ReadonlySet<string> {
  const [weak, setWeak] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    let before = new Map<string, PeerStats>();
    const measure = async () => {
      // A connection that was just closed has no statistics: the next time then.
      const all = await call.stats().catch(() => null);
      if (!all) return;
      const found = all
        .filter((stats) => isWeak(before.get(stats.userId), stats))
        .map(({ userId }) => userId);
      before = new Map(all.map((stats) => [stats.userId, stats]));
      setWeak((old) =>
        old.size === found.length && found.every((id) => old.has(id)) ? old : new Set(found),
      );
    };
    const timer = setInterval(() => void measure(), EVERY_MS);
    return () => clearInterval(timer);
  }, [call]);
  return weak;
}
