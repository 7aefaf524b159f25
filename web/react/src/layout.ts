// How tiles share a rectangle. Pure, so that it can be tested without a page.

export interface Fit {
  columns: number;
  /** Pixels. */
  width: number;
  height: number;
}

/** The space between tiles, in pixels; the style sheet uses the same. */
export const GAP = 10;
/** Width to height of a tile: never wider than a camera's picture, and upright only on an upright screen. */
const WIDEST = 16 / 9;
const NARROWEST = { landscape: 5 / 4, portrait: 3 / 4 };

/** The arrangement of `count` equal tiles that covers most of `width` × `height`. */
export function fit(count: number, width: number, height: number): Fit {
  const narrowest = width >= height ? NARROWEST.landscape : NARROWEST.portrait;
  let best: Fit = { columns: 1, width: 0, height: 0 };
  for (let columns = 1; columns <= Math.max(1, count); columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = tile((width - GAP * (columns - 1)) / columns, (height - GAP * (rows - 1)) / rows, narrowest);
    if (cell.width * cell.height > best.width * best.height) best = { columns, ...cell };
  }
  return best;
}

function tile(width: number, height: number, narrowest: number): { width: number; height: number } {
  const most = Math.max(0, Math.min(width, height * WIDEST));
  return { width: Math.floor(most), height: Math.floor(Math.max(0, Math.min(height, most / narrowest))) };
}
