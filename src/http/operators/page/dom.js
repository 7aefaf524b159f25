// Elements from plain values: text is always text, never markup.

/** An element. Attributes that are functions listen; `false` and `null` are left out, as are such children. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** The same in SVG. */
export function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== false && child !== null && child !== undefined));
}

/** A table: `columns` are `[title, cell(row), class?]`; the first one heads its row. */
export function table(caption, columns, rows) {
  const head = columns.map(([title, , kind]) => h("th", { scope: "col", class: kind }, title));
  const cells = (row) =>
    columns.map(([, cell, kind], place) =>
      place === 0 ? h("th", { scope: "row", class: kind }, cell(row)) : h("td", { class: kind }, cell(row)),
    );
  const body = rows.map((row) => h("tr", {}, cells(row)));
  const whole = h("table", {}, h("caption", {}, caption), h("thead", {}, h("tr", {}, head)), h("tbody", {}, body));
  // What scrolls must be reachable by keyboard.
  return h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": caption }, whole);
}

/** Says something to everybody, also to who does not see the page. */
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => said.replaceChildren(), 8_000);
}

/** Whether an operator means it. */
export function confirmed({ title, text, yes }) {
  const dialog = document.getElementById("confirm");
  document.getElementById("confirm-title").textContent = title;
  document.getElementById("confirm-text").textContent = text;
  document.getElementById("confirm-yes").textContent = yes;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

/** A button that asks first, acts, and says what became of it. */
export function action(label, question, act) {
  const click = async ({ currentTarget: button }) => {
    if (!(await confirmed(question))) return;
    button.disabled = true;
    try {
      say(await act());
    } catch (error) {
      say(`${label}: ${error.message}`);
    } finally {
      button.disabled = false;
    }
  };
  return h("button", { type: "button", class: "danger", click }, label);
}

/** A moment of the day, in the operator's time zone. */
export function clock(timestamp) {
  return new Date(timestamp).toLocaleTimeString([], { hour12: false });
}
