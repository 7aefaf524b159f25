// The camera of all people: a small moving picture, so that a dozen encoders fit on two cores. Twice as large, browsers send it
// in two sizes.
import { writeFile } from "node:fs/promises";

const FRAMES_PER_SECOND = 10;
const FRAMES = 30;
const RADIUS = 22;

/** Writes the picture as YUV4MPEG2, which Chromium plays in a loop; returns the path. */
export async function camera(path, size = { width: 320, height: 180 }) {
  const head = `YUV4MPEG2 W${size.width} H${size.height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420\n`;
  const frames = Array.from({ length: FRAMES }, (_, at) => frame(at, size));
  await writeFile(path, Buffer.concat([Buffer.from(head), ...frames]));
  return path;
}

/** A ball on a round course over a soft gradient. */
function frame(at, { width, height }) {
  const turn = (2 * Math.PI * at) / FRAMES;
  const x = width / 2 + Math.cos(turn) * 30;
  const y = height / 2 + Math.sin(turn) * 50;
  const plane = (step, value) => shaded(width, height, step, value);
  const isBall = (column, row) => (column - x) ** 2 + (row - y) ** 2 < RADIUS ** 2;
  const luma = plane(1, (column, row) => (isBall(column, row) ? 205 : 50 + (row * 60) / height));
  const blue = plane(2, (column, row) => (isBall(column, row) ? 90 : 150));
  const red = plane(2, (column, row) => (isBall(column, row) ? 170 : 118));
  return Buffer.concat([Buffer.from("FRAME\n"), luma, blue, red]);
}

function shaded(width, height, step, value) {
  const bytes = Buffer.alloc((width / step) * (height / step));
  for (let row = 0, at = 0; row < height; row += step) {
    for (let column = 0; column < width; column += step, at += 1) bytes[at] = value(column, row);
  }
  return bytes;
}
