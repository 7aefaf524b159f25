import { Call, type CallOptions, type CallView } from "@aldis/media";
import { useEffect, useRef, useState } from "react";
import { useView } from "./view.ts";

export interface UsedCall {
  call: Call | null;
  /** Another object after each change; `null` before the call was made. */
  view: CallView | null;
}

const NONE = { view: null, on: () => () => {} };

/**
 * A call that is joined while this is mounted and `options` are given, and left otherwise; another room is another call.
 * Other changes of the options count from the next call on. Why it ended is in `view.stopped`.
 */
export function useCall(options: CallOptions | null): UsedCall {
  const [call, setCall] = useState<Call | null>(null);
  const latest = useRef(options);
  latest.current = options;
  const roomId = options?.roomId;
  useEffect(() => {
    const now = latest.current;
    if (roomId === undefined || !now) return;
    const made = new Call(now);
    setCall(made);
    // Why it could not be joined is in the view.
    made.join().catch(() => {});
    return () => {
      made.leave();
      setCall(null);
    };
  }, [roomId]);
  const view = useView<CallView | null>(call ?? NONE);
  return { call, view };
}
