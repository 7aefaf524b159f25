import { Emitter, type RoomEvents } from "@aldis/client";
import { expect, test } from "vitest";
import { AskedToMute } from "../src/room/asked-to-mute.ts";

class Source<Events extends object> extends Emitter<Events> {
  tell<K extends keyof Events>(type: K, event: Events[K]): void {
    this.emit(type, event);
  }
}
class FakeMedia extends Source<{ changed: undefined }> {
  view = { microphone: { on: true }, camera: { on: false } } as never;
  turn(on: boolean): void {
    this.view = { microphone: { on }, camera: { on: false } } as never;
    this.tell("changed", undefined);
  }
}

function stage() {
  const [room, media] = [new Source<RoomEvents>(), new FakeMedia()];
  const requests = new AskedToMute({ room, media });
  const stop = requests.watch();
  const ask = (kind: "audio" | "video" = "audio") => room.tell("muteRequested", { by: "ann", kind });
  return { room, media, requests, ask, stop };
}

test("a request that was answered by muting does not come back when one speaks again", () => {
  const { media, requests, ask } = stage();
  ask();
  expect(requests.view).toEqual({ by: "ann", device: "microphone" });
  media.turn(false);
  expect(requests.view).toBe(null);
  media.turn(true);
  expect(requests.view).toBe(null);
});

test("nobody is asked to switch off what is off", () => {
  const { requests, ask } = stage();
  ask("video");
  expect(requests.view).toBe(null);
});

test("the host of the room before is of no concern in another room", () => {
  const { room, requests, ask } = stage();
  ask();
  room.tell("moved", { roomId: "xyz-abcd-efg" });
  expect(requests.view).toBe(null);
});

test("other news of devices leave a request as it is, until it is refused", () => {
  const { media, requests, ask } = stage();
  ask();
  media.turn(true);
  expect(requests.view).not.toBe(null);
  requests.answered();
  expect(requests.view).toBe(null);
});
