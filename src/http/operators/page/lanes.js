// A timeline as a picture: a lane for each person, a bar while they were there, a dashed line while their connection was lost,
// a mark where something failed. The table below it says the same in words.
import { clock, s } from "./dom.js";
import { spans } from "./spans.js";

const [WIDTH, LEFT, LANE, TOP] = [1000, 170, 26, 24];
/** People that are drawn, those of the newest events. */
const LANES_MAX = 40;

/** The picture; `null` where nobody was. */
export function lanes(events, names) {
  const people = spans(events).slice(-LANES_MAX);
  if (people.length === 0) return null;
  const [first, last] = [Date.parse(events[0].timestamp), Date.parse(events.at(-1).timestamp)];
  const x = (at) => LEFT + ((at - first) / Math.max(1, last - first)) * (WIDTH - LEFT - 20);
  const height = TOP + people.length * LANE + 10;
  const times = [0, 0.25, 0.5, 0.75, 1].map((part) => first + part * (last - first));
  const grid = times.map((at) => [
    s("line", { class: "grid", x1: x(at), x2: x(at), y1: TOP - 4, y2: height }),
    s("text", { class: "time", x: x(at), y: 14, "text-anchor": at === last ? "end" : "middle" }, clock(at)),
  ]);
  const rows = people.map(({ user, bars, marks }, place) => {
    const y = TOP + place * LANE;
    const bar = ({ from, to, isAway }) => {
      const width = Math.max(2, x(to) - x(from));
      return isAway
        ? s("line", { class: "away", x1: x(from), x2: x(from) + width, y1: y + LANE / 2, y2: y + LANE / 2 })
        : s("rect", { class: "here", x: x(from), y: y + 6, width, height: LANE - 12, rx: 3 });
    };
    const mark = (at) => s("path", { class: "mark", d: `M${x(at) - 5} ${y + 5}l10 ${LANE - 10}m0 ${10 - LANE}l-10 ${LANE - 10}` });
    return s("g", {}, s("text", { x: 8, y: y + 17 }, (names.get(user) ?? user).slice(0, 22)), bars.map(bar), marks.map(mark));
  });
  const label = `${people.length} people from ${clock(first)} to ${clock(last)}; the table below says what happened.`;
  return s("svg", { class: "lanes", viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label }, grid, rows);
}
