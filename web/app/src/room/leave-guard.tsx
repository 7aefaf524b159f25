import { useEffect, useRef, useState } from "react";
import { guardRoute, navigate } from "../route.ts";
import { r } from "../strings/room.ts";

/** While `isOn`, "Back" asks first, and closing the tab lets the browser ask. */
export function useLeaveGuard(isOn: boolean): { asks: boolean; stay: () => void } {
  const [asks, setAsks] = useState(false);
  useEffect(() => {
    if (!isOn) return setAsks(false);
    const { pathname } = location;
    const off = guardRoute(() => {
      if (location.pathname === pathname) return true;
      setAsks(true);
      return false;
    });
    const unload = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", unload);
    return () => {
      off();
      removeEventListener("beforeunload", unload);
    };
  }, [isOn]);
  return { asks, stay: () => setAsks(false) };
}

interface LeaveDialogProps {
  others: number;
  onStay: () => void;
  onLeave: () => void;
}

/** "Back" was pressed in a call. */
export function LeaveDialog({ others, onStay, onLeave }: LeaveDialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const texts = r().leave;
  const leave = () => {
    onLeave();
    navigate("/");
  };
  return (
    <dialog
      className="dialog"
      ref={ref}
      onClose={onStay}
      aria-labelledby="leave-title"
      data-testid="leave-dialog"
    >
      <header className="dialog__head">
        <h2 id="leave-title">{texts.title}</h2>
      </header>
      <p>{texts.others(others)}</p>
      <div className="dialog__actions">
        <button type="button" className="button" data-testid="leave-no" onClick={() => ref.current?.close()}>
          {texts.stay}
        </button>
        <button type="button" className="button button--accent" data-testid="leave-yes" onClick={leave}>
          {texts.leave}
        </button>
      </div>
    </dialog>
  );
}
