// Whether the host has asked us to switch something off, and we have not answered. Whoever switches it off has answered.
import { Emitter, type RoomEvents } from "@aldis/client";
import type { MediaView } from "@aldis/media";

export interface Asked {
  /** The host's user id. */
  by: string;
  device: "microphone" | "camera";
}

export interface AskedPort {
  room: { on<K extends keyof RoomEvents>(type: K, listener: (event: RoomEvents[K]) => void): () => void };
  media: { readonly view: MediaView; on(type: "changed", listener: () => void): () => void };
}

export class AskedToMute extends Emitter<{ changed: undefined }> {
  readonly #port: AskedPort;
  view: Asked | null = null;

  constructor(port: AskedPort) {
    super();
    this.#port = port;
  }

  /** From now on, until the returned function is called. */
  watch(): () => void {
    const { room, media } = this.#port;
    const isOn = ({ device }: Asked) => media.view[device].on;
    const offs = [
      room.on("muteRequested", ({ by, kind }) => {
        const asked: Asked = { by, device: kind === "audio" ? "microphone" : "camera" };
        if (isOn(asked)) this.#show(asked);
      }),
      media.on("changed", () => this.view && !isOn(this.view) && this.answered()),
      // Another room has another host.
      room.on("moved", () => this.answered()),
    ];
    return () => {
      for (const off of offs) off();
      this.answered();
    };
  }

  /** It is of no concern any more. */
  answered(): void {
    if (this.view) this.#show(null);
  }

  #show(view: Asked | null): void {
    this.view = view;
    this.emit("changed", undefined);
  }
}
