// One transport to the media server, made when it is first needed, and mended: an ICE restart when it is interrupted, and another
// transport when restarts do not help.
import type { Answer, Room } from "@aldis/client";
import { LIMITS } from "../limits.ts";
import type { Transport } from "./device.ts";
import { faultOf, pauseAfter } from "./faults.ts";
import { Patience } from "./patience.ts";

type Created = Answer<"sfu_create_transport">;

/** A producer's own data: what it is for the others, and whether it begins paused. */
export interface ProducerData {
  source: string;
  paused: boolean;
  [key: string]: unknown;
}

export interface TransportPort {
  readonly room: Pick<Room, "request">;
  readonly direction: "send" | "recv";
  epoch(): number;
  /** In the browser. */
  open(created: Created): Transport;
  changed(): void;
  /** Why what it carries next has to wait; `null`: it need not wait any longer. */
  waits(error: unknown): void;
  /** It was given up, with all that it carried. */
  lost(): void;
  /** Everything is of an earlier epoch. */
  stale(): void;
}

export class SfuTransport {
  readonly #port: TransportPort;
  readonly #patience: Patience;
  #transport: Transport | null = null;
  #making: Promise<Transport> | null = null;
  /** Asked for before it was needed. */
  #ahead: { epoch: number; created: Promise<Created> } | null = null;
  #protocols = new Set<string>();
  #restarts = 0;
  #rebuilds = 0;
  /** How many there have been. */
  number = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the media server was ever reached; `long`: not for long since the first attempt. */
  #reach: "new" | "trying" | "long" | "reached" = "new";
  #reaching: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(port: TransportPort) {
    this.#port = port;
    this.#patience = new Patience(port);
  }

  get present(): Transport | null {
    return this.#transport;
  }
  get state(): RTCPeerConnectionState {
    return this.#transport?.connectionState ?? "new";
  }
  /** The paths that were tried, if all of them were, several times; else `null`. */
  get unreachableBy(): readonly string[] | null {
    return this.#rebuilds > LIMITS.sfuRebuildsMax && this.state !== "connected" ? [...this.#protocols] : null;
  }

  /** Asks the media server for one that will be needed, in the epoch that the room is in as far as is known. */
  ahead(epoch: number): void {
    if (this.#ahead?.epoch === epoch || this.#transport || this.#making || epoch === 0) return;
    const ahead = { epoch, created: this.#create(epoch) };
    this.#ahead = ahead;
    ahead.created.catch(() => {
      if (this.#ahead === ahead) this.#ahead = null;
    });
  }

  /** Whether the media server was ever reached. */
  get wasReached(): boolean {
    return this.#reach === "reached";
  }
  /** The paths that are tried, if none has worked for long, or never has. */
  get triedBy(): readonly string[] | null {
    return this.unreachableBy ?? (this.#reach === "long" ? [...this.#protocols] : null);
  }

  /** The transport, made if there is none; whoever asks at the same time gets the same one. */
  ensure(): Promise<Transport> {
    if (this.#transport) return Promise.resolve(this.#transport);
    this.#making ??= this.#make().finally(() => {
      this.#making = null;
    });
    return this.#making;
  }

  /** Signaling is back, or the network has changed: nothing waits any longer, and an interrupted one is restarted. */
  check(): void {
    if (this.state === "disconnected" || this.state === "failed") this.#step(this.#transport);
    this.#patience.hurry();
  }

  /** Gives it up, for another one. */
  rebuild(): void {
    const old = this.#transport;
    if (!old || this.#closed) return;
    clearTimeout(this.#timer);
    this.#transport = null;
    this.#restarts = 0;
    this.#rebuilds += 1;
    old.close();
    this.#patience.hurry();
    const { room } = this.#port;
    // If that fails, the server's own reaper does it.
    room.request("sfu_close_transport", { epoch: this.#port.epoch(), transportId: old.id }).catch(() => {});
    this.#port.lost();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#reaching);
    this.#transport?.close();
    this.#patience.hurry();
  }

  async #make(): Promise<Transport> {
    const epoch = this.#port.epoch();
    const ahead = this.#ahead;
    this.#ahead = null;
    const created = await (ahead?.epoch === epoch ? ahead.created : this.#create(epoch));
    if (this.#closed) throw Object.assign(new Error("It was closed meanwhile."), { code: "lost" });
    const transport = this.#port.open(created);
    this.#transport = transport;
    this.number += 1;
    this.#protocols = tried(created);
    const works = () =>
      transport === this.#transport && !this.#closed && !["disconnected", "failed"].includes(this.state);
    transport.on("connect", ({ dtlsParameters }, done, failed) => {
      const data = { epoch: this.#port.epoch(), transportId: transport.id, dtlsParameters };
      this.#patience.ask("sfu_connect_transport", data, works).then(() => {
        this.#await();
        done();
      }, failed);
    });
    transport.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      const { source, paused } = appData as ProducerData;
      const data = {
        epoch: this.#port.epoch(),
        transportId: transport.id,
        kind,
        source,
        paused,
        rtpParameters,
      };
      this.#patience.ask("sfu_produce", data, works).then(done, failed);
    });
    transport.on("connectionstatechange", () => this.#see(transport));
    return transport;
  }

  #create(epoch: number): Promise<Created> {
    const { room, direction } = this.#port;
    return room.request("sfu_create_transport", { epoch, direction });
  }

  #see(transport: Transport): void {
    if (transport !== this.#transport) return;
    clearTimeout(this.#timer);
    switch (this.state) {
      case "connected":
        this.#restarts = 0;
        this.#rebuilds = 0;
        this.#reach = "reached";
        clearTimeout(this.#reaching);
        break;
      case "disconnected":
        this.#later(transport, LIMITS.sfuDisconnectedMs);
        break;
      case "connecting":
        this.#later(transport, LIMITS.sfuConnectingMs);
        break;
      case "failed":
        if (this.wasReached) this.#step(transport);
        else this.#later(transport, LIMITS.sfuFailedMs);
        break;
      default:
        break;
    }
    this.#port.changed();
  }

  /** The first attempt has begun. */
  #await(): void {
    if (this.#reach !== "new") return;
    this.#reach = "trying";
    this.#reaching = setTimeout(() => {
      this.#reach = "long";
      this.#port.changed();
    }, LIMITS.sfuReachMs);
  }

  #later(transport: Transport, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#step(transport), ms);
  }

  /** The next attempt to mend it. */
  #step(transport: Transport | null): void {
    if (this.#closed || !transport || transport !== this.#transport || this.state === "connected") return;
    clearTimeout(this.#timer);
    // The browser would restart it only after what waits.
    this.#patience.hurry();
    if (this.#restarts >= LIMITS.sfuRestartsMax) return this.rebuild();
    this.#restarts += 1;
    void this.#restart(transport);
  }

  async #restart(transport: Transport): Promise<void> {
    const { room } = this.#port;
    try {
      const data = { epoch: this.#port.epoch(), transportId: transport.id };
      const { iceParameters } = await room.request("sfu_restart_ice", data);
      if (transport !== this.#transport) return;
      await transport.restartIce({ iceParameters } as Parameters<Transport["restartIce"]>[0]);
      // If nothing changes, no event tells.
      if (transport === this.#transport) this.#later(transport, LIMITS.sfuConnectingMs);
    } catch (error) {
      if (transport !== this.#transport || this.#closed) return;
      const fault = faultOf(error);
      if (fault === "stale") return this.#port.stale();
      if (fault === "gone") return this.rebuild();
      // It was not tried.
      this.#restarts -= 1;
      this.#later(transport, pauseAfter(error, 1, Math.random()));
    }
  }
}

function tried({ iceCandidates, iceServers }: Created): Set<string> {
  const protocols = (iceCandidates as { protocol?: string }[]).map(({ protocol }) => protocol ?? "udp");
  const hasRelay = iceServers.some(({ urls }) => urls.some((url) => /^turns?:/.test(url)));
  return new Set(hasRelay ? [...protocols, "relay"] : protocols);
}
