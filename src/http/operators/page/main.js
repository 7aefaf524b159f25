// The page of operators: who may see it, which view is shown, and the counters above it.
import { ask, token } from "./api.js";
import { count } from "./counters.js";
import { h, say } from "./dom.js";
import { nodes } from "./nodes.js";
import { room } from "./room.js";
import { rooms } from "./rooms.js";

const find = (id) => document.getElementById(id);
const main = find("main");
let counting = null;
/** Counts views, so that a slow answer does not replace a newer view. */
let turn = 0;

function view() {
  const [, kind = "", id = ""] = location.hash.split("/");
  if (kind === "room") return { title: `Room ${id}`, make: () => room(decodeURIComponent(id), show) };
  if (kind === "rooms") return { title: "All rooms", make: () => rooms(false) };
  if (kind === "nodes") return { title: "Nodes", make: () => nodes(show) };
  return { title: "Live rooms", make: () => rooms(true) };
}

async function show() {
  if (!token.get()) return askForToken("");
  turn += 1;
  const mine = turn;
  const { title, make } = view();
  open(true);
  document.title = `${title} · Aldis operators`;
  main.setAttribute("aria-busy", "true");
  try {
    const shown = await make();
    if (mine === turn) main.replaceChildren(shown);
  } catch (error) {
    if (mine !== turn) return;
    if (error.status === 401) return askForToken(error.message);
    const again = h("button", { type: "button", click: show }, "Try again");
    main.replaceChildren(h("h2", {}, title), h("p", { class: "note bad", role: "alert" }, error.message), again);
  } finally {
    if (mine === turn) main.removeAttribute("aria-busy");
  }
}

/** What only operators see. */
function open(isOpen) {
  for (const id of ["nav", "find", "forget", "counters"]) find(id).hidden = !isOpen;
  for (const link of find("nav").children) {
    const is = link.getAttribute("href") === (location.hash || "#/");
    if (is) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (isOpen && !counting) {
    counting = new AbortController();
    count(find("counters-list"), (error) => error && say(error.message), counting.signal);
  } else if (!isOpen) {
    counting?.abort();
    counting = null;
  }
}

function askForToken(why) {
  turn += 1;
  token.forget();
  open(false);
  document.title = "Aldis operators";
  const submit = async (event) => {
    event.preventDefault();
    token.set(new FormData(event.currentTarget).get("token").trim());
    try {
      await ask("/internal/tree");
      await show();
      main.focus();
    } catch (error) {
      askForToken(error.message);
    }
  };
  main.replaceChildren(
    h(
      "div",
      { class: "card" },
      h("h2", {}, "The operators’ token"),
      h("p", {}, "It is in the file ", h("code", {}, "admin.token"), " of the node’s data directory (", h("code", {}, "admin.token_file"), "). This tab keeps it until it is closed."),
      h(
        "form",
        { submit },
        h("label", { for: "token" }, "Token"),
        h("input", { id: "token", name: "token", type: "password", autocomplete: "off", required: true, "aria-describedby": why ? "why" : null }),
        why && h("p", { id: "why", class: "bad", role: "alert" }, why),
        h("div", { class: "actions" }, h("button", {}, "Continue")),
      ),
    ),
  );
  find("token").focus();
}

find("forget").addEventListener("click", () => askForToken(""));
find("find").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = `#/room/${encodeURIComponent(new FormData(event.currentTarget).get("room").trim())}`;
});
addEventListener("hashchange", async () => {
  if (!location.hash.startsWith("#/")) return; // a link within the page
  await show();
  main.focus();
});
show();
