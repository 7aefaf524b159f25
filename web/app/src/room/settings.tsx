import type { Media } from "@aldis/sdk";
import { useEffect, useRef } from "react";
import { Icon } from "../parts/icon.tsx";
import { CAN_SHARE } from "./controls.tsx";
import { Devices } from "./devices.tsx";

const KEYS: [string, string][] = [
  ["M", "Mute or unmute"],
  ["V", "Camera on or off"],
  ...(CAN_SHARE ? [["S", "Share or stop sharing the screen"] as [string, string]] : []),
  ["C", "Open or close the chat"],
  ["L", "Copy the link"],
];

/** Devices during the call, and keyboard shortcuts. */
export function Settings({ media, onClose }: { media: Media; onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog
      className="dialog"
      ref={ref}
      onClose={onClose}
      aria-labelledby="settings-title"
      data-testid="settings-dialog"
    >
      <header className="dialog__head">
        <h2 id="settings-title">Devices and shortcuts</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label="Close"
          onClick={() => ref.current?.close()}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <Devices media={media} />
      <dl className="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
