// What strangers see until the app is here: the heading that the app then shows in the same place.
import { firstHeading, firstText } from "./heading.ts";

function element(kind: string, className: string, ...children: (Node | string)[]): HTMLElement {
  const made = Object.assign(document.createElement(kind), { className });
  made.append(...children);
  return made;
}

const root = document.getElementById("root");
const title = firstHeading();
// The app may have been faster: its files come from the browser's cache.
if (root && title !== null && !root.firstChild) {
  const says = element("section", "welcome__say", element("h1", "page-title", title));
  const text = firstText();
  if (text !== null) says.append(element("p", "", text));
  const page = element("main", "page welcome welcome--opening", says);
  root.append(element("div", "shell", element("header", "shell__head"), page));
}
