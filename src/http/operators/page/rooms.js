// Lists of rooms, a page at a time.
import { ask } from "./api.js";
import { h, table } from "./dom.js";

const PAGE = 50;

/** Rooms with somebody in them, on all nodes, or all rooms, the newest first. */
export async function rooms(isLive, cursors = []) {
  const path = isLive ? "/internal/rooms/live" : "/internal/rooms";
  const cursor = cursors.at(-1);
  const answer = await ask(`${path}?limit=${PAGE}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);
  const title = isLive ? "Rooms with somebody in them, on all nodes" : "All rooms, the newest first";
  const columns = [
    ["Room", (room) => h("a", { class: "id", href: `#/room/${room.roomId}` }, room.roomId)],
    ["Name", (room) => room.name],
    isLive && ["People", (room) => room.participants ?? "?", "number"],
    ["Seats", (room) => room.maxParticipants, "number"],
    ["Mode", (room) => room.mode],
    ["Made", (room) => h("time", { datetime: room.createdAt }, new Date(room.createdAt).toLocaleString())],
    ["State", (room) => (room.active ? "open" : h("span", { class: "bad" }, "closed"))],
  ].filter(Boolean);
  const again = (next) => () => show(isLive, next);
  const pages = h(
    "div",
    { class: "actions" },
    h("button", { type: "button", click: again(cursors) }, "Refresh"),
    h("button", { type: "button", disabled: cursors.length === 0, click: again(cursors.slice(0, -1)) }, "Newer rooms"),
    h("button", { type: "button", disabled: !answer.nextCursor, click: again([...cursors, answer.nextCursor]) }, "More rooms"),
  );
  const none = isLive ? "Nobody is in a room." : "There are no rooms.";
  const list = answer.rooms.length > 0 ? table(`Page ${cursors.length + 1}`, columns, answer.rooms) : h("p", {}, none);
  const what = isLive && h("p", { class: "soft" }, "As the ledger knows it, by their ids; hidden members are not counted.");
  return h("section", {}, h("h2", {}, title), list, pages, what);
}

async function show(isLive, cursors) {
  document.getElementById("main").replaceChildren(await rooms(isLive, cursors));
}
