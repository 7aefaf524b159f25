// The guests who wait, as the host's page gets to know of them.
import { Emitter, type RoomEvents, type WaitingGuest } from "@aldis/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WaitingList } from "../src/room/waiting-list.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

class FakeRoom extends Emitter<RoomEvents> {
  tell<K extends keyof RoomEvents>(type: K, event: Partial<RoomEvents[K]> = {}): void {
    this.emit(type, event as RoomEvents[K]);
  }
}
const guest = (id: string): WaitingGuest => ({ id, name: id.toUpperCase() }) as WaitingGuest;

function stage() {
  const room = new FakeRoom();
  const read = vi.fn(async (): Promise<WaitingGuest[]> => []);
  const shown: string[][] = [];
  const list = new WaitingList({ room, read, show: (who) => shown.push(who.map(({ id }) => id)) });
  return { room, read, list, shown, last: () => shown.at(-1) };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

test("a guest who knocked while the host's session was lost is shown when the host is back", async () => {
  const { room, read, list, last } = stage();
  list.watch();
  await settle();
  expect(last()).toEqual([]);
  read.mockResolvedValue([guest("gus")]);
  room.tell("resumed", { lost: false });
  await settle();
  expect(last()).toEqual([]);
  room.tell("joined");
  await settle();
  expect(last()).toEqual(["gus"]);
});

test("a list that could not be read is read again", async () => {
  const { read, list, last } = stage();
  read.mockRejectedValueOnce(new Error("503"));
  list.watch();
  await settle();
  expect(last()).toBeUndefined();
  read.mockResolvedValue([guest("gus")]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(last()).toEqual(["gus"]);
});

test("it is read anew while somebody waits, and not at all once nobody watches", async () => {
  const { room, read, list, last } = stage();
  read.mockResolvedValueOnce([guest("gus")]);
  const stop = list.watch();
  await settle();
  expect(last()).toEqual(["gus"]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect([last(), read.mock.calls.length]).toEqual([[], 2]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(read.mock.calls.length).toBe(2);
  stop();
  room.tell("guestsWaiting");
  list.load();
  await settle();
  expect(read.mock.calls.length).toBe(2);
});

test("an answer that comes after a later one is of no concern", async () => {
  const { room, read, list, shown } = stage();
  let late: (who: WaitingGuest[]) => void = () => {};
  read.mockReturnValueOnce(
    new Promise((resolve) => {
      late = resolve;
    }),
  );
  list.watch();
  read.mockResolvedValueOnce([guest("gus")]);
  room.tell("guestsWaiting");
  await settle();
  late([]);
  await settle();
  expect(shown).toEqual([["gus"]]);
});
