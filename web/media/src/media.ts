// This person's microphone, camera and screen: opened on request, released when not needed (the camera's light turns off).
import { Emitter } from "@aldis/client";
import { type Acquired, acquire, acquireScreen, type DeviceTrouble } from "./media/acquire.ts";
import type { Slot } from "./peer/slots.ts";

export type { DeviceTrouble } from "./media/acquire.ts";

export interface DeviceView {
  on: boolean;
  /** Opening or closing at the moment. */
  busy: boolean;
  /** Why it could not be switched on last time. */
  trouble: DeviceTrouble | null;
  deviceId: string | null;
}

export interface MediaView {
  microphone: DeviceView;
  camera: DeviceView;
  screen: DeviceView;
  microphones: MediaDeviceInfo[];
  cameras: MediaDeviceInfo[];
  /** Where sound can be played, as far as the browser tells. */
  speakers: MediaDeviceInfo[];
}

export interface MediaEvents {
  changed: undefined;
  /** The track to send in this slot from now on. */
  track: { slot: Slot; track: MediaStreamTrack | null };
  /** The sound of the shared screen, if it has one. */
  screenSound: MediaStreamTrack | null;
}

/** What `Media` opens by itself. */
export type Device = "microphone" | "camera";
const off = (): DeviceView => ({ on: false, busy: false, trouble: null, deviceId: null });

export class Media extends Emitter<MediaEvents> {
  /** The own camera for showing, the own microphone for a level meter; their tracks change. */
  readonly preview = new MediaStream();
  readonly voice = new MediaStream();
  readonly #tracks = new Map<Slot, MediaStreamTrack>();
  readonly #state: Record<Slot, DeviceView> = { microphone: off(), camera: off(), screen: off() };
  #devices: MediaDeviceInfo[] = [];
  #view: MediaView | null = null;
  #released = false;
  #screenSound: MediaStreamTrack | null = null;
  readonly #relist = () => void this.#list();

  constructor() {
    super();
    globalThis.navigator?.mediaDevices?.addEventListener("devicechange", this.#relist);
  }

  /** An immutable snapshot; another object after each change. */
  get view(): MediaView {
    this.#view ??= {
      ...structuredCopy(this.#state),
      microphones: this.#devices.filter((device) => device.kind === "audioinput"),
      cameras: this.#devices.filter((device) => device.kind === "videoinput"),
      speakers: this.#devices.filter((device) => device.kind === "audiooutput"),
    };
    return this.#view;
  }

  track(slot: Slot): MediaStreamTrack | null {
    return this.#tracks.get(slot) ?? null;
  }

  /** The sound of the shared screen, if it has one. */
  get screenSound(): MediaStreamTrack | null {
    return this.#screenSound;
  }

  /** Remembers a device to use when it is switched on. */
  prefer(device: Device, deviceId: string | null): void {
    this.#state[device].deviceId = deviceId;
  }

  /** Opens the requested devices together, so that the browser asks only once if it can. */
  async start(wish: { microphone: boolean; camera: boolean }): Promise<void> {
    await Promise.all([
      wish.microphone ? this.turnOn("microphone") : undefined,
      wish.camera ? this.turnOn("camera") : undefined,
    ]);
    await this.#list();
  }

  /** A muted microphone stays open, so that speaking again is instant; a camera that is off is released. */
  async toggle(device: Device): Promise<void> {
    if (!this.#state[device].on) return this.turnOn(device);
    const track = this.#tracks.get(device);
    if (device === "microphone" && track) {
      track.enabled = false;
      this.#set("microphone", { on: false });
    } else this.#drop(device);
  }

  async turnOn(device: Device): Promise<void> {
    const track = this.#tracks.get(device);
    if (track) {
      track.enabled = true;
      return this.#set(device, { on: true, trouble: null });
    }
    await this.#open(device, () => acquire(device, this.#state[device].deviceId));
    if (!this.#devices.some((each) => each.label)) await this.#list();
  }

  /** Uses another device from now on; it is opened if this kind is in use. */
  async choose(device: Device, deviceId: string): Promise<void> {
    this.#set(device, { deviceId });
    if (!this.#tracks.has(device)) return;
    const { on } = this.#state[device];
    this.#drop(device, true);
    await this.#open(device, () => acquire(device, deviceId));
    const track = this.#tracks.get(device);
    // None follows after all: the others keep no picture that has stopped.
    if (!track) return this.emit("track", { slot: device, track: null });
    if (on) return;
    track.enabled = false;
    this.#set(device, { on: false });
  }

  /** A person has read what was wrong. */
  dismiss(slot: Slot): void {
    if (this.#state[slot].trouble) this.#set(slot, { trouble: null });
  }

  async toggleScreen(): Promise<void> {
    if (this.#state.screen.on) this.#drop("screen");
    else await this.#open("screen", acquireScreen);
  }

  /** Releases every device. The object cannot be used afterwards. */
  release(): void {
    this.#released = true;
    globalThis.navigator?.mediaDevices?.removeEventListener("devicechange", this.#relist);
    for (const slot of [...this.#tracks.keys()]) this.#drop(slot);
  }

  async #open(slot: Slot, open: () => Promise<Acquired>): Promise<void> {
    if (this.#state[slot].busy) return;
    this.#set(slot, { busy: true });
    const acquired = await open();
    if (this.#released) {
      if ("track" in acquired) for (const each of [acquired.track, acquired.sound]) each?.stop();
      return;
    }
    if ("trouble" in acquired) return this.#set(slot, { busy: false, on: false, trouble: acquired.trouble });
    const { track } = acquired;
    this.#tracks.set(slot, track);
    track.onended = () => this.#ended(slot);
    this.#shown(slot)?.addTrack(track);
    const deviceId = track.getSettings().deviceId ?? this.#state[slot].deviceId;
    this.#set(slot, { busy: false, on: true, trouble: null, deviceId });
    this.emit("track", { slot, track });
    if (slot === "screen") this.#setSound(acquired.sound ?? null);
  }

  #setSound(sound: MediaStreamTrack | null): void {
    if (this.#screenSound === sound) return;
    this.#screenSound?.stop();
    this.#screenSound = sound;
    if (sound) sound.onended = () => this.#setSound(null);
    this.emit("screenSound", sound);
  }

  /** Unplugged or taken by the system, which is a trouble; or a screen whose sharing was ended from the browser's own bar. */
  #ended(slot: Slot): void {
    this.#drop(slot);
    if (slot !== "screen") this.#set(slot, { trouble: "ended" });
  }

  /** `replacing`: another track follows at once, so other members are not notified that it ended. */
  #drop(slot: Slot, replacing = false): void {
    const track = this.#tracks.get(slot);
    if (!track) return;
    this.#tracks.delete(slot);
    if (slot === "screen") this.#setSound(null);
    track.onended = null;
    track.stop();
    this.#shown(slot)?.removeTrack(track);
    this.#set(slot, { on: false });
    if (!replacing) this.emit("track", { slot, track: null });
  }

  #shown(slot: Slot): MediaStream | null {
    if (slot === "screen") return null;
    return slot === "microphone" ? this.voice : this.preview;
  }

  async #list(): Promise<void> {
    try {
      this.#devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch {
      this.#devices = [];
    }
    this.#changed();
  }

  #set(slot: Slot, change: Partial<DeviceView>): void {
    Object.assign(this.#state[slot], change);
    this.#changed();
  }

  #changed(): void {
    this.#view = null;
    this.emit("changed", undefined);
  }
}

function structuredCopy(state: Record<Slot, DeviceView>): Record<Slot, DeviceView> {
  return { microphone: { ...state.microphone }, camera: { ...state.camera }, screen: { ...state.screen } };
}
