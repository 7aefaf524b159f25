// src/language.ts
var e = {
	en: "English",
	de: "Deutsch"
};
function t(t, n) {
	let r = (t) => Object.keys(e).find((e) => e === t.toLowerCase().split("-")[0]);
	return [t ?? "", ...n].map(r).find((e) => e !== void 0) ?? "en";
}
// src/remember.ts
var n = "aldis.language";
function r() {
	let e = a("local", n);
	return typeof e == "string" ? e : null;
}
function i(e) {
	return e === "local" ? localStorage : sessionStorage;
}
function a(e, t) {
	try {
		return JSON.parse(i(e).getItem(t) ?? "null");
	} catch {
		return null;
	}
}
// src/strings/offline.ts
var o = {
	en: {
		title: "No connection",
		offline: "This device is offline. The page opens by itself as soon as it is back.",
		away: "The server does not answer at the moment. The page opens by itself as soon as it does.",
		again: "Try again"
	},
	de: {
		title: "Keine Verbindung",
		offline: "Dieses Gerät ist offline. Die Seite öffnet sich von selbst, sobald es wieder Netz hat.",
		away: "Der Server antwortet gerade nicht. Die Seite öffnet sich von selbst, sobald er es tut.",
		again: "Noch einmal versuchen"
	}
}, s = {
	least: 4e3,
	most: 9e3
}, c = t(r(), navigator.languages), l = o[c];
function u(e, t) {
	return Object.assign(document.createElement(e), { textContent: t });
}
function d() {
	document.documentElement.lang = c, document.title = `${l.title} · Aldis`;
	let e = Object.assign(u("button", l.again), {
		type: "button",
		className: "button button--accent"
	});
	e.addEventListener("click", () => location.reload());
	let t = u("p", navigator.onLine ? l.away : l.offline);
	t.setAttribute("role", "status"), document.querySelector("main")?.replaceChildren(u("h1", l.title), t, e);
}
async function f() {
	(await fetch("/health/live", { cache: "no-store" }).catch(() => null))?.ok ? location.reload() : p();
}
function p() {
	setTimeout(() => void f(), s.least + Math.random() * (s.most - s.least));
}
d(), addEventListener("online", () => location.reload()), addEventListener("offline", d), p();
