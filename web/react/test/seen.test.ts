import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchWidth } from "../src/seen.ts";

/** An observer that, as in older browsers, tells nothing by itself. */
let resized: () => void = () => {};
beforeEach(() => {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      constructor(tell: () => void) {
        resized = tell;
      }
      observe(): void {}
      disconnect(): void {}
    },
  );
});
afterEach(() => void vi.unstubAllGlobals());

class FakeTile extends EventTarget {
  clientWidth = 320;
}
class FakeWindow extends EventTarget {
  width = 240;
}

function stage(clientWidth: number) {
  const tile = Object.assign(new FakeTile(), { clientWidth });
  const told: number[] = [];
  const stop = watchWidth(tile as unknown as HTMLElement, (width) => told.push(width));
  const turn = (width: number) => {
    tile.clientWidth = width;
    resized();
  };
  const float = (pictureInPictureWindow: FakeWindow) =>
    tile.dispatchEvent(Object.assign(new Event("enterpictureinpicture"), { pictureInPictureWindow }));
  return { tile, told, stop, turn, float };
}

test("an element that is hidden at first is told as not shown, whatever the browser's observer does", () => {
  expect(stage(0).told).toEqual([0]);
});

test("a picture that floats is as wide as its window, also when its tile is paged away, and as its tile again afterwards", () => {
  const { tile, told, stop, turn, float } = stage(320);
  const small = new FakeWindow();
  float(small);
  turn(0);
  small.width = 500;
  small.dispatchEvent(new Event("resize"));
  expect(told).toEqual([320, 240, 240, 500]);
  tile.dispatchEvent(new Event("leavepictureinpicture"));
  small.dispatchEvent(new Event("resize"));
  expect(told.slice(4)).toEqual([0]);
  stop();
  expect(told.slice(5)).toEqual([0]);
});
