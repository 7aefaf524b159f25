// src/address.ts
function e(e, n = "") {
	if (e === "/") return r(n) ?? { page: "home" };
	let i = /^\/r\/([^/]+)\/?$/.exec(e)?.[1], a = i === void 0 ? null : t(i);
	return a ? {
		page: "room",
		roomId: a
	} : { page: "missing" };
}
function t(e) {
	let t = n(e).toLowerCase().replaceAll(/^[^a-z]+|[^a-z]+$/g, "").replaceAll(/[\s-]/g, "");
	return /^[a-z]{10}$/.test(t) ? `${t.slice(0, 3)}-${t.slice(3, 7)}-${t.slice(7)}` : null;
}
function n(e) {
	try {
		return decodeURIComponent(e);
	} catch {
		return e;
	}
}
function r(e) {
	let [t, n] = e.replace(/^#?\/?/, "").split("?", 2), r = new URLSearchParams(n), i = r.get("token") ?? "";
	return t === "reset" || t === "verify" ? {
		page: t,
		token: i
	} : t === "signup" ? {
		page: "home",
		invite: r.get("invite") ?? ""
	} : null;
}
// src/language.ts
var i = {
	en: "English",
	de: "Deutsch"
};
function a(e, t) {
	let n = (e) => Object.keys(i).find((t) => t === e.toLowerCase().split("-")[0]);
	return [e ?? "", ...t].map(n).find((e) => e !== void 0) ?? "en";
}
// src/remember.ts
var o = "aldis.signed-in", s = "aldis.guest", c = "aldis.language", l = "aldis.probe";
function u() {
	return !p() || h("local", o) === !0;
}
function d() {
	let { roomId: e, name: t, token: n } = h("session", s) ?? {};
	return typeof e != "string" || typeof t != "string" ? null : {
		roomId: e,
		name: t,
		...typeof n == "string" && { token: n }
	};
}
function f() {
	let e = h("local", c);
	return typeof e == "string" ? e : null;
}
function p() {
	try {
		return localStorage.setItem(l, "1"), localStorage.removeItem(l), !0;
	} catch {
		return !1;
	}
}
function m(e) {
	return e === "local" ? localStorage : sessionStorage;
}
function h(e, t) {
	try {
		return JSON.parse(m(e).getItem(t) ?? "null");
	} catch {
		return null;
	}
}
// src/strings/first.ts
var g = {
	en: {
		welcome: "Calls that stay up",
		what: "Create a room, share its link, talk. Nothing to install; in small rooms audio and video go directly from browser to browser.",
		invited: (e) => `You are invited to “${e}”`
	},
	de: {
		welcome: "Gespräche, die halten",
		what: "Raum anlegen, Link teilen, sprechen. Nichts zu installieren; in kleinen Räumen gehen Ton und Bild direkt von Browser zu Browser.",
		invited: (e) => `Sie sind zu „${e}“ eingeladen`
	}
}, _ = "Aldis";
function v() {
	let t = e(location.pathname, location.hash), n = g[a(f(), navigator.languages)];
	if (u()) return null;
	if (t.page === "home") return n.welcome;
	if (t.page !== "room" || t.roomId !== x || d()?.roomId === t.roomId) return null;
	let r = document.querySelector("meta[property=\"og:title\"]")?.content ?? _;
	return r === _ ? null : n.invited(r);
}
function y() {
	let e = g[a(f(), navigator.languages)];
	return v() === e.welcome ? e.what : null;
}
var b = e(location.pathname), x = b.page === "room" ? b.roomId : null;
// src/first/view.ts
function S(e, t, ...n) {
	let r = Object.assign(document.createElement(e), { className: t });
	return r.append(...n), r;
}
var C = document.getElementById("root"), w = v();
if (C && w !== null && !C.firstChild) {
	let e = S("section", "welcome__say", S("h1", "page-title", w)), t = y();
	t !== null && e.append(S("p", "", t));
	let n = S("main", "page welcome welcome--opening", e);
	C.append(S("div", "shell", S("header", "shell__head"), n));
}
