// What this person sends: wanted and actual, and the steps from one to the other. Muted is a microphone's producer that is
// paused: a fact of the room, asserted from what the person wants, never from what a server remembers.
import type { Room } from "@aldis/client";
import { LIMITS } from "../limits.ts";
import type { Extra, Slot, Status } from "../peer.ts";
import type { Producer } from "./device.ts";
import { codeOf, faultOf } from "./faults.ts";
import { encodings } from "./layers.ts";
import { extraSource } from "./sources.ts";
import type { ProducerData, SfuTransport } from "./transport.ts";

type Key = Slot | Extra;

interface Made {
  readonly producer: Producer;
  track: MediaStreamTrack;
  /** As the room knows it; `null`: nobody is sure. */
  paused: boolean | null;
}

export interface SenderPort {
  readonly room: Pick<Room, "request">;
  readonly transport: SfuTransport;
  epoch(): number;
}

export class Sender {
  readonly #port: SenderPort;
  readonly #wanted = new Map<Key, MediaStreamTrack>();
  readonly #made = new Map<Key, Made>();
  /** Ids of producers that are closed here, and that the room announces until it is told. */
  readonly #ending = new Set<string>();
  /** What was refused for good, with its track and why; another track may fare better. */
  readonly #refused = new Map<Key, { track: MediaStreamTrack; error: unknown }>();
  #isMuted = false;

  constructor(port: SenderPort) {
    this.#port = port;
  }

  /** Whether there is anything to send. */
  get isWanted(): boolean {
    return this.#wanted.size > 0;
  }

  set(slot: Slot, track: MediaStreamTrack | null): void {
    this.#want(slot, track);
  }
  publish(extra: Extra): void {
    this.#want(extra, extra.track);
  }
  unpublish(extra: Extra): void {
    this.#want(extra, null);
  }
  say({ microphone }: Status): void {
    this.#isMuted = !microphone;
  }

  /** What the room knows of the microphone's pause may have been lost: it is told again. */
  doubt(): void {
    const microphone = this.#made.get("microphone");
    if (microphone) microphone.paused = null;
  }

  /** The transport is gone, with all that it carried. */
  lost(): void {
    for (const { producer } of this.#made.values()) producer.close();
    this.#made.clear();
    this.#ending.clear();
  }

  /** What was refused may be tried again. */
  forgive(): void {
    this.#refused.clear();
  }

  /** Makes the actual as the wanted. Whatever changes meanwhile is for the next run. Throws what stopped it, and what is refused. */
  async reconcile(): Promise<void> {
    for (const [key, made] of [...this.#made]) if (!this.#wanted.has(key)) this.#end(key, made);
    const unclosed = await this.#closeEnding();
    for (const [key, track] of [...this.#wanted]) {
      try {
        await this.#bring(key, track);
      } catch (error) {
        // One track that is refused does not keep the others.
        if (faultOf(error) !== "refused") throw error;
        this.#refused.set(key, { track, error });
      }
    }
    for (const error of [...unclosed, ...[...this.#refused.values()].map((each) => each.error)]) throw error;
  }

  #want(key: Key, track: MediaStreamTrack | null): void {
    if (track) this.#wanted.set(key, track);
    else this.#wanted.delete(key);
    this.#refused.delete(key);
  }

  async #bring(key: Key, track: MediaStreamTrack): Promise<void> {
    if (track.readyState === "ended" || this.#refused.get(key)?.track === track) return;
    const made = this.#made.get(key) ?? (await this.#make(key, track));
    if (made.track !== track) {
      await made.producer.replaceTrack({ track });
      made.track = track;
    }
    await this.#pause(key, made);
  }

  async #make(key: Key, track: MediaStreamTrack): Promise<Made> {
    const transport = await this.#port.transport.ensure();
    const appData: ProducerData = { source: sourceOf(key), paused: this.#isPaused(key) };
    // Devices are the application's.
    const options = { track, ...encoded(key, track), stopTracks: false, disableTrackOnPause: false, appData };
    const producer = await transport.produce(options);
    const made: Made = { producer, track, paused: appData.paused };
    // A transport that was given up meanwhile took it along.
    if (transport === this.#port.transport.present) this.#made.set(key, made);
    return made;
  }

  async #pause(key: Key, made: Made): Promise<void> {
    const paused = this.#isPaused(key);
    if (made.paused === paused || this.#made.get(key) !== made) return;
    made.paused = null;
    const data = { epoch: this.#port.epoch(), producerId: made.producer.id };
    await this.#port.room.request(paused ? "sfu_pause_producer" : "sfu_resume_producer", data);
    made.paused = paused;
  }

  #end(key: Key, { producer }: Made): void {
    this.#made.delete(key);
    producer.close();
    this.#ending.add(producer.id);
  }

  /** Before anything new of the same source is announced. Throws what stopped it, for the next run; gives what was refused. */
  async #closeEnding(): Promise<unknown[]> {
    const refused: unknown[] = [];
    for (const producerId of this.#ending) {
      try {
        await this.#port.room.request("sfu_close_producer", { epoch: this.#port.epoch(), producerId });
        this.#ending.delete(producerId);
      } catch (error) {
        if (codeOf(error) === "media_not_found") this.#ending.delete(producerId);
        else if (faultOf(error) === "refused") refused.push(error);
        else throw repeatable(error);
      }
    }
    return refused;
  }

  #isPaused(key: Key): boolean {
    return key === "microphone" && this.#isMuted;
  }
}

/** What may be done twice is asked again, although it may have been done. */
function repeatable(error: unknown): unknown {
  if (faultOf(error) !== "gone") return error;
  return Object.assign(new Error("Whether a track has ended was not answered."), { code: "unavailable" });
}

function sourceOf(key: Key): string {
  return typeof key === "string" ? key : extraSource(key.name);
}

function encoded(key: Key, track: MediaStreamTrack) {
  if (track.kind === "audio") return { codecOptions: { opusDtx: true } };
  if (key !== "camera") return { encodings: [{ maxBitrate: LIMITS.screenBits }] };
  // Who does not know the width has three sizes; the browser drops those that do not fit.
  return { encodings: encodings(track.getSettings().width ?? LIMITS.cameraThreeLayersWidth) };
}
