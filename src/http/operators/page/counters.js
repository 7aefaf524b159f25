// The node's own metrics, read every few seconds: what is, and what happens a second.
import { read } from "./api.js";
import { h } from "./dom.js";

const EVERY_MS = 3_000;

/** The sums over all labels of each metric of a page in Prometheus' text format. */
export function sums(page) {
  const found = new Map();
  for (const line of page.split("\n")) {
    const at = line.lastIndexOf(" ");
    if (at < 0 || line.startsWith("#")) continue;
    const [name, value] = [line.slice(0, at).split("{", 1)[0], Number(line.slice(at + 1))];
    if (Number.isFinite(value)) found.set(name, (found.get(name) ?? 0) + value);
  }
  return found;
}

const whole = (value) => Math.round(value).toLocaleString();
const mib = (value) => `${whole(value / 1_048_576)} MiB`;

/** What is shown: a title, and the text of it from now and, for rates, from before. */
const SHOWN = [
  ["Sockets", (now) => whole(now.of("aldis_sockets"))],
  ["Users", (now) => whole(now.of("aldis_users"))],
  ["Rooms", (now) => whole(now.of("aldis_rooms"))],
  ["Received a second", (now) => whole(now.rate("aldis_messages_received_total"))],
  ["Sent a second", (now) => whole(now.rate("aldis_messages_sent_total"))],
  ["Refused a second", (now) => whole(now.rate("aldis_messages_refused_total"))],
  ["Buffered", (now) => mib(now.of("aldis_buffered_bytes"))],
  ["Memory", (now) => mib(now.of("process_resident_memory_bytes"))],
  ["CPU", (now) => `${whole(100 * now.rate("process_cpu_seconds_total"))} %`],
  ["Lag of the loop", (now) => `${whole(1000 * now.of("aldis_loop_lag_seconds"))} ms`],
  ["Webhooks that wait", (now) => whole(now.of("aldis_webhook_queued"))],
];

/** Two readings as texts by title. */
export function texts(before, now, seconds) {
  const of = (name) => now.get(name) ?? 0;
  const rate = (name) => Math.max(0, of(name) - (before.get(name) ?? 0)) / Math.max(seconds, 0.001);
  return SHOWN.map(([title, text]) => [title, text({ of, rate })]);
}

/** Shows them in `list` until `stop` is aborted; `lost` is told why they could not be read, and `null` when they could. */
export async function count(list, lost, stop) {
  let before = null;
  while (!stop.aborted) {
    try {
      const now = { at: performance.now(), sums: sums(await read("/metrics")) };
      if (before) show(list, texts(before.sums, now.sums, (now.at - before.at) / 1000));
      before = now;
      lost(null);
    } catch (error) {
      lost(error);
    }
    await new Promise((resolve) => setTimeout(resolve, document.hidden ? 5 * EVERY_MS : EVERY_MS));
  }
}

function show(list, shown) {
  list.replaceChildren(...shown.map(([title, text]) => h("div", {}, h("dt", {}, title), h("dd", {}, text))));
}
