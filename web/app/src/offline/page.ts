// The page that the service worker keeps: shown instead of a page of the app while there is no network, or no server behind it.
import { preferredLanguage } from "../language.ts";
import { rememberedLanguage } from "../remember.ts";
import { offlineStrings } from "../strings/offline.ts";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/buttons.css";
import "./page.css";

/** Between two looks whether the server is back; pages of one outage do not all ask at once. Milliseconds. */
const PAUSE_MS = { least: 4_000, most: 9_000 };

const language = preferredLanguage(rememberedLanguage(), navigator.languages);
const texts = offlineStrings[language];

function element<K extends keyof HTMLElementTagNameMap>(kind: K, text: string): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(kind), { textContent: text });
}

function show(): void {
  document.documentElement.lang = language;
  document.title = `${texts.title} · Aldis`;
  const again = Object.assign(element("button", texts.again), {
    type: "button",
    className: "button button--accent",
  });
  again.addEventListener("click", () => location.reload());
  const text = element("p", navigator.onLine ? texts.away : texts.offline);
  text.setAttribute("role", "status");
  document.querySelector("main")?.replaceChildren(element("h1", texts.title), text, again);
}

/** The same address, once there is somebody to ask. */
async function look(): Promise<void> {
  const answer = await fetch("/health/live", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
  else wait();
}

function wait(): void {
  setTimeout(() => void look(), PAUSE_MS.least + Math.random() * (PAUSE_MS.most - PAUSE_MS.least));
}

show();
addEventListener("online", () => location.reload());
addEventListener("offline", show);
wait();
