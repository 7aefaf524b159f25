// One room: its settings, who is in it, what happened, and what an operator does about it.
import { ask, room as path } from "./api.js";
import { action, clock, h, table } from "./dom.js";
import { lanes } from "./lanes.js";
import { findings, seats, sentence } from "./words.js";

/** `again` shows the view anew. */
export async function room(id, again) {
  const [{ room: settings, live }, events] = await Promise.all([ask(path(id)), timeline(id)]);
  const title = settings.name ? `${settings.name} (${id})` : `Room ${id}`;
  return h(
    "section",
    {},
    h("h2", {}, title),
    facts(settings),
    h("div", { class: "actions" }, h("button", { type: "button", click: again }, "Refresh"), closing(settings, again)),
    members(id, live?.members ?? [], again),
    happened(events, live?.members ?? []),
  );
}

/** The events, or why there are none. */
async function timeline(id) {
  try {
    return (await ask(path(id, "/timeline"))).events;
  } catch (error) {
    return error.message;
  }
}

function facts(room) {
  const all = [
    ["State", room.active ? "open" : "closed"],
    ["People", room.participants ?? "cannot be asked now"],
    ["Seats", room.maxParticipants],
    ["Mode", room.mode],
    ["Guests", room.guests],
    ["Host", h("span", { class: "id" }, room.hostId)],
    ["Made", new Date(room.createdAt).toLocaleString()],
  ];
  return h("dl", {}, all.map(([title, value]) => h("div", {}, h("dt", {}, title), h("dd", {}, value))));
}

function closing({ roomId, active }, again) {
  const question = active
    ? { title: `Close ${roomId}?`, text: "Everybody in it is disconnected, and nobody can join until it is opened.", yes: "Close the room" }
    : { title: `Open ${roomId}?`, text: "It can be joined again.", yes: "Open the room" };
  return action(question.yes, question, async () => {
    await ask(path(roomId, active ? "/close" : "/open"), "POST");
    await again();
    return active ? `Room ${roomId} is closed.` : `Room ${roomId} is open.`;
  });
}

function members(id, list, again) {
  if (list.length === 0) return h("p", {}, "Nobody is in it.");
  const kick = ({ user, name }) =>
    action(
      `Remove ${name}`,
      { title: `Remove ${name}?`, text: `${user} is disconnected; the others see them leave. They can join again.`, yes: "Remove" },
      async () => {
        await ask(path(id, `/participants/${encodeURIComponent(user)}`), "DELETE");
        await again();
        return `${name} was removed.`;
      },
    );
  const columns = [
    ["Name", (member) => member.name],
    ["User", (member) => h("span", { class: "id" }, member.user)],
    ["Place", (member) => member.order, "number"],
    ["Connection", (member) => (member.connected ? "connected" : h("span", { class: "bad" }, "disconnected"))],
    ["Action", kick],
  ];
  return table("Who is in it, on all nodes", columns, list);
}

function happened(events, present) {
  const title = h("h2", {}, "What happened in the last 24 hours");
  if (typeof events === "string") return h("div", {}, title, h("p", { class: "note" }, events));
  if (events.length === 0) return h("div", {}, title, h("p", {}, "Nothing."));
  const names = new Map(present.map((member) => [member.user, member.name]));
  for (const { data } of events) if (data.name) names.set(data.userId, data.name);
  const owners = seats(events, present);
  const found = findings(events, names, owners);
  const advice = h("div", { class: `note${found.length > 0 ? " bad" : ""}` }, h("strong", {}, "What is wrong, and what to try"), found.length > 0 ? h("ul", {}, found.map((text) => h("li", {}, text))) : h("p", {}, "Nothing that was kept says that anything went wrong."));
  const columns = [
    ["Time", ({ timestamp }) => h("time", { datetime: timestamp }, clock(timestamp))],
    ["What", (event) => sentence(event, names, owners)],
    ["Event", ({ type }) => h("code", {}, type)],
  ];
  const drawn = lanes(events, names);
  const picture = drawn && h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Picture of the timeline" }, drawn);
  return h("div", {}, title, advice, picture, table("Timeline, the newest first", columns, [...events].reverse()));
}
