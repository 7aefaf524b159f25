import { useEffect, useRef, useState } from "react";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import { type Hands, REACTIONS } from "./reactions.ts";

/** One's hand, and a few reactions, above a button of the controls. */
export function ReactionMenu({ hands }: { hands: Hands }) {
  const [open, setOpen] = useState(false);
  const ref = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const texts = r().reactions;
  useEffect(() => {
    if (!open) return;
    const press = (event: PointerEvent) => !ref.current?.contains(event.target as Node) && setOpen(false);
    const key = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      setOpen(false);
      button.current?.focus();
    };
    addEventListener("pointerdown", press);
    addEventListener("keydown", key, { capture: true });
    return () => {
      removeEventListener("pointerdown", press);
      removeEventListener("keydown", key, { capture: true });
    };
  }, [open]);
  return (
    <div className="reactions" ref={ref}>
      {open && (
        <fieldset className="reactions__menu" data-testid="reactions">
          <legend className="unseen">{r().controls.react}</legend>
          <button
            type="button"
            className="button"
            data-testid="hand"
            data-on={hands.isOwnUp}
            onClick={() => {
              hands.toggle();
              setOpen(false);
              button.current?.focus();
            }}
          >
            <Icon name="hand" size={18} />
            {hands.isOwnUp ? texts.lower : texts.raise}
          </button>
          <div className="reactions__row">
            {REACTIONS.map((reaction) => (
              <button
                key={reaction}
                type="button"
                className="button button--quiet button--icon"
                data-testid="reaction"
                aria-label={texts.names[reaction]}
                onClick={() => hands.react(reaction)}
              >
                {reaction}
              </button>
            ))}
          </div>
        </fieldset>
      )}
      <button
        type="button"
        ref={button}
        className={hands.isOwnUp ? "round round--active" : "round"}
        data-testid="react"
        aria-label={r().controls.react}
        aria-expanded={open}
        aria-keyshortcuts="h"
        title={`${r().controls.react} (H)`}
        onClick={() => setOpen(!open)}
      >
        <Icon name="hand" />
      </button>
    </div>
  );
}
