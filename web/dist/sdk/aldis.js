import { a as e, c as t, d as n, l as r, o as i, r as a, s as o, t as s, u as c } from "./stats-DqGGbpTo.js";
// ../client/src/errors.ts
var l = class extends Error {
	name = "AldisError";
	code;
	constructor(e, t, n) {
		super(t, n), this.code = e;
	}
}, u = class extends l {
	name = "SignedOut";
	constructor(e = "The sign-in has ended. Sign in again.", t) {
		super("signed_out", e, t);
	}
}, d = class extends l {
	name = "Unreachable";
	constructor(e = "The server does not answer. Check your connection and try again.", t) {
		super("unreachable", e, t);
	}
}, f = class extends l {
	name = "Problem";
	status;
	requestId;
	errors;
	retryAfterSeconds;
	constructor(e, t, n) {
		let r = (e) => typeof e == "string" && e ? e : null;
		super(r(t.code) ?? "internal", r(t.detail) ?? r(t.title) ?? `The server answered ${e}.`), this.status = e, this.requestId = r(t.requestId), this.errors = t.errors, this.retryAfterSeconds = n;
	}
}, p = class extends l {
	name = "RoomEnded";
	refusal;
	constructor(e, t) {
		super(e, t?.message ?? g[e]), this.refusal = t;
	}
}, m = class extends l {
	name = "NotSent";
	constructor(e) {
		super(e?.code ?? "lost", e?.message ?? "The session ended before the message was acknowledged; it may have arrived.");
	}
}, h = class extends l {
	name = "RequestRefused";
	retryAfterMs;
	rid;
	constructor(e, t = null) {
		let n = e === "lost" ? "The session ended before the request was answered; it may have been done." : "The server did not answer the request in time.";
		super(e, t?.message ?? n), this.retryAfterMs = t?.retryAfterMs ?? null, this.rid = t?.rid ?? null;
	}
}, g = {
	left: "You left the room.",
	replaced: "The same user joined this room from another page or device.",
	auth: "The token is no longer accepted. Sign in again.",
	forbidden: "This user may not join the room.",
	removed: "The host has removed you from the room. You may join again.",
	banned: "The host has removed you from the room, and you may not come back.",
	room_not_found: "There is no such room.",
	room_closed: "The room is closed.",
	room_full: "The room is full.",
	room_locked: "The host has locked the room: nobody new may join.",
	protocol: "Client and server do not understand each other; their versions may differ, or the address is wrong.",
	unreachable: "The server did not answer for several minutes."
}, ee = 15e3, te = 204, ne = class {
	#e;
	#t;
	#n;
	constructor(e, t, n) {
		this.#e = e.replace(/\/+$/, ""), this.#t = t, this.#n = n;
	}
	async send(e) {
		let t = await this.#r(e);
		if (t.ok) return t.status === te ? null : await ie(t);
		let n = Number.parseInt(t.headers.get("retry-after") ?? "", 10);
		throw new f(t.status, await ae(t), Number.isFinite(n) ? n : null);
	}
	async #r({ method: e, path: t, body: n, token: r, headers: i, signal: a }) {
		let o = {
			accept: "application/json, application/problem+json",
			...i
		};
		n && (o["content-type"] = "application/json"), r && (o.authorization = `Bearer ${r}`);
		let s = re(ee, a);
		try {
			return await this.#t(`${this.#e}${t}`, {
				method: e,
				headers: o,
				credentials: this.#n,
				signal: s.signal,
				keepalive: e !== "GET",
				...n && { body: JSON.stringify(n) }
			});
		} catch (e) {
			throw a?.aborted ? a.reason : new d(void 0, { cause: e });
		} finally {
			s.over();
		}
	}
};
function re(e, t) {
	if (!t) return {
		signal: AbortSignal.timeout(e),
		over: () => {}
	};
	let n = new AbortController(), r = () => n.abort(), i = setTimeout(r, e);
	return t.aborted ? r() : t.addEventListener("abort", r, { once: !0 }), {
		signal: n.signal,
		over: () => {
			clearTimeout(i), t.removeEventListener("abort", r);
		}
	};
}
async function ie(e) {
	try {
		return await e.json();
	} catch (e) {
		throw new d(void 0, { cause: e });
	}
}
async function ae(e) {
	let t = await e.json().catch(() => null);
	return typeof t == "object" && t ? t : {};
}
// ../client/src/limits.ts
var _ = {
	welcomeMs: 1e4,
	joinMs: 1e4,
	backoffStepsMs: [
		0,
		300,
		700,
		1500
	],
	backoffSpreadMs: 150,
	backoffSeatCapMs: 1e3,
	backoffSeatMs: 1e4,
	backoffMinuteCapMs: 3e3,
	backoffMinuteMs: 6e4,
	backoffCapMs: 1e4,
	elsewhereMs: 3e3,
	elsewhereCapMs: 3e4,
	retryAfterMaxMs: 6e4,
	giveUpMs: 6e5,
	heartbeatAnswerMs: 8e3,
	wakeAnswerMs: 2500,
	sleptMs: 2e4,
	dialMs: 1500,
	ackEvery: 8,
	ackDelayMs: 400,
	crowdedMs: 5e3,
	outboxMax: 512,
	resendMax: 5,
	resendMs: 1e3,
	requestsMax: 8,
	requestsWaitingMax: 2048,
	requestMs: 2e4,
	chatMax: 2e3,
	chatPage: 50,
	chatPagesMax: 20,
	chatCharsMax: 4e3,
	waitAgainMs: 1500,
	journalMax: 200
};
// ../client/src/api/waiting.ts
async function v(e, t, n) {
	let r = new y(e, t, n.signal), i = await r.knock();
	for (; "waiting" in i;) n.onWaiting?.(), i = await r.wait(i) ?? await r.knock();
	return i;
}
var y = class {
	#e;
	#t;
	#n;
	#r;
	constructor(e, t, n) {
		this.#e = e, this.#t = `/api/rooms/${encodeURIComponent(t.roomId)}/guests`, this.#n = t, this.#r = n;
	}
	knock() {
		let { name: e, token: t } = this.#n;
		return this.#e.send({
			method: "POST",
			path: this.#t,
			body: { name: e },
			token: t,
			signal: this.#r
		});
	}
	async wait({ waiting: e, pollAfterMs: t }) {
		let n = `${this.#t}/${encodeURIComponent(e)}`, r = t;
		try {
			for (;;) {
				await se(r, this.#r);
				let e = await this.#i(n);
				if (e === null || "accessToken" in e) return e;
				r = e.pollAfterMs;
			}
		} catch (e) {
			throw this.#r?.aborted && this.#e.send({
				method: "DELETE",
				path: n
			}).catch(() => {}), e;
		}
	}
	async #i(e) {
		try {
			return await this.#e.send({
				method: "GET",
				path: e,
				signal: this.#r
			});
		} catch (e) {
			if (this.#r?.aborted) throw e;
			if (e instanceof d || e instanceof f && oe(e.status)) return { pollAfterMs: _.waitAgainMs };
			if (e instanceof f && e.code === "waiting_gone") return null;
			throw e;
		}
	}
};
function oe(e) {
	return e >= 500 || e === 429;
}
function se(e, t) {
	return new Promise((n, r) => {
		if (t?.aborted) return r(t.reason);
		let i = () => {
			clearTimeout(a), r(t?.reason);
		}, a = setTimeout(() => {
			t?.removeEventListener("abort", i), n();
		}, e);
		t?.addEventListener("abort", i, { once: !0 });
	});
}
// ../client/src/api/sign-in.ts
var b = 3e4, ce = class {
	#e;
	#t;
	#n;
	#r = null;
	#i = !1;
	#a = null;
	#o;
	#s = null;
	#c = null;
	constructor(e, t, n = () => {}) {
		this.#e = e, this.#t = t, this.#n = t, this.#o = n;
	}
	get headers() {
		return this.#t.by === "memory" ? { "x-refresh-token": "body" } : void 0;
	}
	get body() {
		let e = this.#n;
		return e.by === "memory" && e.refreshToken ? { refreshToken: e.refreshToken } : void 0;
	}
	get present() {
		return this.#r?.value;
	}
	guestToken(e) {
		return this.#n.by === "guest" && this.#n.roomId === e ? this.present : void 0;
	}
	async token({ force: e }) {
		if (this.#n.by === "callback") return this.#n.get({ force: e });
		if (this.#i && !e) return null;
		if ((e || !this.#r || this.#r.expiresAt - Date.now() < b) && await this.refresh(), !this.#r) throw new u("There is no access token. Sign in again.");
		return this.#r.value;
	}
	refresh() {
		return this.#a ??= this.#f().finally(() => {
			this.#a = null;
		}), this.#a;
	}
	take({ accessToken: e, expiresIn: t, user: n, refreshToken: r }) {
		return this.#u(), this.#r = {
			value: e,
			expiresAt: Date.now() + t * 1e3
		}, this.#i = !1, this.#n.by === "guest" && (this.#n = this.#t), this.#n.by === "memory" && r && (this.#n = {
			by: "memory",
			refreshToken: r
		}), {
			id: n.id,
			email: n.email ?? "",
			name: n.name
		};
	}
	takeCookie() {
		this.#i = !0;
	}
	async enter(e, t, n = {}) {
		let r = this.guestToken(e) ?? n.token, i = await v(this.#e, {
			roomId: e,
			name: t,
			token: r
		}, n);
		if (n.signal?.aborted) throw n.signal.reason;
		let a = this.take(i);
		return this.#n = {
			by: "guest",
			roomId: e,
			name: t
		}, this.#l(), a;
	}
	moved(e, t) {
		this.#n.by === "guest" && this.#r && (this.#r = {
			...this.#r,
			value: t
		}, this.#n = {
			...this.#n,
			roomId: e
		}, this.#l());
	}
	stopWaiting() {
		this.#s?.abort(new u("The guest no longer waits for the host."));
	}
	forget() {
		this.stopWaiting(), this.#u(), this.#r = null, this.#i = !1, this.#n = this.#t.by === "memory" ? {
			by: "memory",
			refreshToken: null
		} : this.#t;
	}
	#l() {
		this.#u();
		let e = this.#n, t = (this.#r?.expiresAt ?? 0) - Date.now();
		if (e.by !== "guest" || t < b) return;
		let n = new AbortController();
		this.#c = n;
		let r = {
			signal: n.signal,
			onWaiting: () => n.abort()
		}, i = () => this.#c === n && this.#l(), a = setTimeout(() => this.enter(e.roomId, e.name, r).catch(i), t / 2);
		a.unref?.(), n.signal.addEventListener("abort", () => clearTimeout(a));
	}
	#u() {
		let e = this.#c;
		this.#c = null, e?.abort();
	}
	async #d(e, t) {
		let n = new AbortController();
		this.#s = n;
		let r = {
			signal: n.signal,
			onWaiting: () => this.#o(!0)
		};
		try {
			return await this.enter(e, t, r).catch((n) => {
				if (!(n instanceof f && n.status === 401 && this.#r !== null)) throw n;
				return this.#r = null, this.enter(e, t, r);
			});
		} finally {
			this.#s = null, this.#o(!1);
		}
	}
	async #f() {
		let e = this.#n;
		try {
			if (e.by === "guest") return await this.#d(e.roomId, e.name);
			if (e.by === "memory" && !e.refreshToken) throw new u("Nobody has signed in yet.");
			let t = () => this.#e.send({
				method: "POST",
				path: "/api/auth/refresh",
				body: this.body
			});
			return this.take(await (e.by === "cookie" ? le(t) : t()));
		} catch (e) {
			throw !(e instanceof f) || ![
				401,
				403,
				404
			].includes(e.status) ? e : (this.#r = null, new u(void 0, { cause: e }));
		}
	}
};
function le(e) {
	let { locks: t } = globalThis.navigator ?? {};
	return t ? t.request("aldis-refresh", e) : e();
}
// ../client/src/api.ts
var ue = class {
	#e;
	#t;
	constructor({ base: e = "", token: t, refreshToken: n, onWaiting: r, fetch: i } = {}) {
		let a = n ?? (e ? "memory" : "cookie"), o = t || a === "memory" ? "omit" : e ? "include" : "same-origin";
		this.#e = new ne(e, i ?? ((e, t) => fetch(e, t)), o);
		let s = a === "memory" ? {
			by: a,
			refreshToken: null
		} : { by: a };
		this.#t = new ce(this.#e, t ? {
			by: "callback",
			get: t
		} : s, r);
	}
	authSettings() {
		return this.#e.send({
			method: "GET",
			path: "/api/auth/settings"
		});
	}
	async signup(e, t, n, r) {
		let i = {
			email: e,
			password: t,
			name: n,
			...r && { invite: r }
		}, a = await this.#n("/api/auth/signup", i);
		return "accessToken" in a ? this.#t.take(a) : null;
	}
	async forgotPassword(e) {
		await this.#n("/api/auth/password/forgot", { email: e });
	}
	async resetPassword(e, t) {
		await this.#n("/api/auth/password/reset", {
			token: e,
			newPassword: t
		}), this.#t.forget();
	}
	async verifyEmail(e, t) {
		return this.#t.take(await this.#n("/api/auth/verify", {
			token: e,
			password: t
		}));
	}
	async login(e, t) {
		return this.#t.take(await this.#n("/api/auth/login", {
			email: e,
			password: t
		}));
	}
	async logout() {
		let { present: e, body: t } = this.#t;
		this.#t.forget(), await this.#e.send({
			method: "POST",
			path: "/api/auth/logout",
			body: t,
			token: e
		});
	}
	async restore() {
		try {
			let e = await this.#e.send({
				method: "GET",
				path: "/api/auth/me"
			});
			return this.#t.takeCookie(), e;
		} catch (e) {
			if (!(e instanceof f) || e.status !== 401) throw e;
			return this.refresh();
		}
	}
	refresh() {
		return this.#t.refresh();
	}
	token({ force: e = !1 } = {}) {
		return this.#t.token({ force: e });
	}
	card(e) {
		return this.#e.send({
			method: "GET",
			path: x(e, "/card")
		});
	}
	enterAsGuest(e, t, n = {}) {
		return this.#t.enter(e, t, n);
	}
	guestToken(e) {
		return this.#t.guestToken(e);
	}
	moved(e, t) {
		t !== void 0 && this.#t.moved(e, t);
	}
	stopWaiting() {
		this.#t.stopWaiting();
	}
	waitingGuests(e) {
		return this.#r("GET", x(e, "/waiting"));
	}
	async answerGuest(e, t, n) {
		await this.#r("POST", x(e, `/waiting/${encodeURIComponent(t)}`), { admit: n });
	}
	async admitAll(e) {
		await this.#r("POST", x(e, "/waiting"), { admitAll: !0 });
	}
	async bans(e) {
		return (await this.#r("GET", x(e, "/bans"))).bans;
	}
	async liftBan(e, t) {
		let n = t === void 0 ? "/bans" : `/bans/${encodeURIComponent(t)}`;
		await this.#r("DELETE", x(e, n));
	}
	forget() {
		this.#t.forget();
	}
	me() {
		return this.#r("GET", "/api/auth/me");
	}
	createRoom(e = {}) {
		return this.#r("POST", "/api/rooms", e);
	}
	room(e) {
		return this.#r("GET", x(e));
	}
	async rooms() {
		return (await this.#r("GET", "/api/rooms")).rooms;
	}
	changeRoom(e, t) {
		return this.#r("PATCH", x(e), t);
	}
	async deleteRoom(e) {
		await this.#r("DELETE", x(e));
	}
	messages(e, t) {
		let n = new URLSearchParams({
			limit: String(_.chatPage),
			...t && { before: t }
		});
		return this.#r("GET", x(e, `/messages?${n}`));
	}
	async deleteMessage(e, t) {
		await this.#r("DELETE", x(e, `/messages/${encodeURIComponent(t)}`));
	}
	async report(e, t) {
		await this.#r("POST", x(e, "/reports"), t);
	}
	async iceServers() {
		return (await this.#r("GET", "/api/ice-servers")).iceServers;
	}
	#n(e, t) {
		return this.#e.send({
			method: "POST",
			path: e,
			body: t,
			headers: this.#t.headers
		});
	}
	async #r(e, t, n) {
		let r = (r) => this.#e.send({
			method: e,
			path: t,
			body: n,
			token: r ?? void 0
		});
		try {
			return await r(await this.token());
		} catch (e) {
			if (!(e instanceof f) || e.status !== 401) throw e;
			return r(await this.token({ force: !0 }));
		}
	}
};
function x(e, t = "") {
	return `/api/rooms/${encodeURIComponent(e)}${t}`;
}
// ../client/src/connection/backoff.ts
function de(e, t, n = _.backoffCapMs) {
	let r = _.backoffStepsMs, i = r.length - 1, a = r[e] ?? (r[i] ?? 0) * 2 ** Math.min(e - i, 16);
	return Math.floor(a === 0 ? t * _.backoffSpreadMs : Math.min(a * (.5 + t), n * (.5 + t / 2)));
}
function fe(e, t) {
	return e < Math.min(t, _.backoffSeatMs) ? _.backoffSeatCapMs : e < _.backoffMinuteMs ? _.backoffMinuteCapMs : _.backoffCapMs;
}
function pe(e, t) {
	let n = Math.min(_.elsewhereMs * 2 ** Math.min(e, 16), _.elsewhereCapMs);
	return Math.floor(n * (1 + t / 3));
}
function S(e) {
	return typeof e != "number" || !(e >= 0) ? null : Math.min(e, _.retryAfterMaxMs);
}
// ../client/src/gen/protocol.ts
var me = {
	bad_message: { retryable: !1 },
	out_of_order: { retryable: !1 },
	unknown_type: { retryable: !1 },
	auth_required: { retryable: !1 },
	auth_invalid: { retryable: !1 },
	token_expired: { retryable: !1 },
	forbidden: { retryable: !1 },
	not_host: { retryable: !1 },
	removed: { retryable: !1 },
	banned: { retryable: !1 },
	room_locked: { retryable: !1 },
	room_not_found: { retryable: !1 },
	room_closed: { retryable: !1 },
	room_full: { retryable: !0 },
	not_in_room: { retryable: !1 },
	already_in_room: { retryable: !1 },
	peer_not_found: { retryable: !1 },
	glare: { retryable: !1 },
	candidates_overflow: { retryable: !1 },
	payload_too_large: { retryable: !1 },
	rate_limited: { retryable: !0 },
	media_unavailable: { retryable: !0 },
	media_stale: { retryable: !1 },
	media_not_found: { retryable: !1 },
	media_rejected: { retryable: !1 },
	media_limit: { retryable: !1 },
	wrong_mode: { retryable: !1 },
	replaced: { retryable: !1 },
	timeout: { retryable: !0 },
	slow_reader: { retryable: !0 },
	draining: { retryable: !0 },
	unavailable: { retryable: !0 },
	internal: { retryable: !0 }
}, C = {
	normal: {
		number: 1e3,
		comeback: "never"
	},
	draining: {
		number: 1001,
		comeback: "resume"
	},
	protocol: {
		number: 1002,
		comeback: "after_mending"
	},
	binary: {
		number: 1003,
		comeback: "after_mending"
	},
	not_utf8: {
		number: 1007,
		comeback: "after_mending"
	},
	too_big: {
		number: 1009,
		comeback: "after_mending"
	},
	internal: {
		number: 1011,
		comeback: "resume"
	},
	overload: {
		number: 1013,
		comeback: "resume"
	},
	token: {
		number: 4401,
		comeback: "never"
	},
	forbidden: {
		number: 4403,
		comeback: "never"
	},
	room_gone: {
		number: 4404,
		comeback: "never"
	},
	replaced: {
		number: 4409,
		comeback: "never"
	},
	timeout: {
		number: 4508,
		comeback: "resume"
	},
	rate: {
		number: 4529,
		comeback: "resume"
	},
	slow_reader: {
		number: 4530,
		comeback: "resume"
	}
}, he = {
	normal: "left",
	forbidden: "forbidden",
	room_gone: "room_closed",
	replaced: "replaced"
};
function ge(e, t) {
	let n = Object.entries(C).find(([, { number: t }]) => t === e);
	if (!n) return e >= 4400 && e < 4500 ? {
		next: "stop",
		reason: "forbidden"
	} : { next: "come_back" };
	let [r, { comeback: i }] = n;
	return r === "token" ? { next: "fresh_token" } : i === "resume" ? { next: "come_back" } : i === "after_mending" ? {
		next: "stop",
		reason: "protocol"
	} : r === "room_gone" && t?.code === "room_not_found" || r === "forbidden" && (t?.code === "removed" || t?.code === "banned") ? {
		next: "stop",
		reason: t.code
	} : {
		next: "stop",
		reason: he[r] ?? "forbidden"
	};
}
// ../client/src/wire.ts
var w = "aldis.v1", _e = "aldis.resume", ve = class extends n {
	#e;
	#t = !1;
	#n;
	#r = null;
	#i;
	#a;
	#o = Infinity;
	#s = Date.now();
	#c = Date.now();
	#l = !1;
	without = [];
	constructor(e, t, n) {
		super(), this.#e = new e(t, n ? [w, _e] : [w]), this.#e.onopen = () => this.emit("open", void 0), this.#e.onmessage = (e) => this.#d(e.data), this.#e.onclose = (e) => this.#f(e.code), this.#u(_.welcomeMs);
	}
	get isStuck() {
		return !this.#l && Date.now() - this.#c >= _.dialMs;
	}
	send(e) {
		return this.#t || this.#e.readyState !== 1 ? !1 : (this.#e.send(JSON.stringify(e)), !0);
	}
	keepAlive(e) {
		clearInterval(this.#i), this.#l = !0, this.#s = Date.now();
		let t = Math.max(1, e) * 1e3;
		this.#i = setInterval(() => {
			let e = Date.now() - this.#s > t + _.sleptMs;
			this.#s = Date.now(), this.probe(e ? _.wakeAnswerMs : _.heartbeatAnswerMs);
		}, t);
	}
	probe(e = _.heartbeatAnswerMs) {
		this.#a === void 0 ? (this.send({
			type: "heartbeat",
			data: {}
		}), this.#u(e)) : this.#l && Date.now() + e < this.#o && this.#u(e);
	}
	#u(e) {
		clearTimeout(this.#a), this.#o = Date.now() + e, this.#a = setTimeout(() => this.abandon(), e);
	}
	close(e = 1e3) {
		this.#p(), this.#e.close(e);
	}
	abandon() {
		this.#t || (this.#e.close(4e3), this.#f(1006));
	}
	#d(e) {
		if (this.#t) return;
		clearTimeout(this.#a), this.#a = void 0;
		let t = ye(e);
		t && (this.#n = t.type === "error" ? t.data : void 0, t.type === "server_draining" && (this.#r = t.data.retryAfterMs), t.type === "degraded" && (this.without = t.data.without), this.emit("message", t));
	}
	#f(e) {
		this.#t || (this.#p(), this.emit("closed", {
			code: e,
			...this.#n && { last: this.#n },
			retryAfterMs: this.#n?.retryAfterMs ?? this.#r
		}));
	}
	#p() {
		this.#t = !0, clearInterval(this.#i), clearTimeout(this.#a), this.#e.onopen = null, this.#e.onmessage = null, this.#e.onclose = null;
	}
};
function ye(e) {
	if (typeof e != "string") return null;
	try {
		let t = JSON.parse(e);
		return typeof t == "object" && t && "type" in t ? t : null;
	} catch {
		return null;
	}
}
// ../client/src/connection.ts
var T = class extends n {
	#e;
	#t;
	#n = null;
	#r = null;
	#i;
	#a = null;
	#o = [];
	#s;
	#c = 0;
	#l = !1;
	#u = !1;
	#d = 0;
	#f = 0;
	#p = !0;
	#m = 0;
	constructor(e) {
		super(), this.#e = e, this.#t = e.random ?? Math.random;
	}
	start() {
		this.#p && (this.#p = !1, this.#c = 0, this.#l = !1, this.#u = !1, this.#d = Date.now(), this.#g());
	}
	send(e) {
		let t = this.#n?.send(e) ?? !1;
		return t && this.emit("traffic", {
			direction: "sent",
			type: e.type
		}), t;
	}
	settled() {
		this.#c = 0, this.#u = !1, this.#d = 0;
	}
	renew() {
		this.#n?.abandon();
	}
	wake() {
		this.#p || (this.#n ? this.#n.probe(_.wakeAnswerMs) : this.#s !== void 0 && this.#h());
	}
	retry() {
		this.wake(), this.#n?.isStuck && (this.#n.abandon(), this.#h());
	}
	#h() {
		this.#c = 0, this.#g();
	}
	stop(e = "left", t) {
		this.#p || (this.#p = !0, this.#m += 1, clearTimeout(this.#s), this.#x(), this.#n?.close(), this.#n = null, this.emit("stopped", {
			reason: e,
			...t && { last: t }
		}));
	}
	async refreshToken() {
		try {
			let e = await this.#e.getToken({ force: !0 });
			e && this.send({
				type: "token_refresh",
				data: { token: e }
			});
		} catch {}
	}
	async #g() {
		clearTimeout(this.#s), this.#s = void 0, this.#m += 1;
		let e = this.#m, t;
		try {
			t = await this.#e.getToken({ force: this.#l }), this.#l = !1;
		} catch (t) {
			return e === this.#m ? be(t) ? this.stop("auth") : this.#E(1006, null) : void 0;
		}
		e === this.#m && this.#_(t);
	}
	#_(e) {
		try {
			this.#n = this.#v(e);
		} catch {
			this.stop("protocol");
		}
	}
	#v(e) {
		let { WebSocket: t = globalThis.WebSocket, url: n, resume: r } = this.#e, i = new ve(t, n, r() !== void 0), a = !1;
		return i.on("open", () => {
			let t = r();
			a = t !== void 0, i.send({
				type: "hello",
				data: {
					...e && { token: e },
					...t && { resume: t }
				}
			}), this.emit("traffic", {
				direction: "sent",
				type: "hello"
			});
		}), i.on("message", (e) => {
			this.emit("traffic", {
				direction: "received",
				type: e.type
			}), e.type === "welcome" ? (i.keepAlive(e.data.heartbeatSeconds), this.#f = e.data.resumeWindowSeconds * 1e3, i === this.#n && this.emit("welcome", {
				welcome: e.data,
				resuming: a
			})) : (i === this.#r && this.#w(e), i === this.#n && (e.type === "degraded" ? this.#b(e.data.without) : (e.type === "resumed" || e.type === "room_joined") && this.#y(i), this.emit("message", e)));
		}), i.on("closed", (e) => {
			this.#n === i ? this.#T(e) : this.#r === i && this.#S();
		}), i;
	}
	#y({ without: e }) {
		e.join() !== this.#o.join() && (this.#o = e, this.emit("message", {
			type: "degraded",
			data: { without: [...e] }
		}));
	}
	#b(e) {
		if (this.#o = e, !e.includes("signaling")) return this.#x();
		this.#a === null && this.#S();
	}
	#x() {
		clearTimeout(this.#i), this.#a = null, this.#r?.close(), this.#r = null;
	}
	#S() {
		clearTimeout(this.#i), this.#r?.close(), this.#r = null;
		let e = this.#a ?? 0;
		this.#a = e + 1, this.#i = setTimeout(() => void this.#C(), pe(e, this.#t()));
	}
	async #C() {
		let [e, t] = [this.#n, this.#a], n = await this.#e.getToken({ force: !1 }).catch(() => void 0);
		if (e !== null && e === this.#n && t === this.#a && this.#e.resume() !== void 0) {
			if (n === void 0) return this.#S();
			this.#r = this.#v(n), this.#i = setTimeout(() => this.#S(), _.joinMs);
		}
	}
	#w({ type: e }) {
		if (e !== "resumed" && e !== "resume_failed") return;
		let t = this.#r;
		e === "resumed" && (this.#n?.close(), [this.#n, this.#r] = [t, null]);
		let n = this.#a;
		this.#x(), e === "resume_failed" && (this.#a = n);
	}
	#T({ code: e, last: t, retryAfterMs: n }) {
		this.#n = null;
		let r = this.#r !== null && e === C.replaced.number;
		if (this.#x(), r) return this.#E(e, null);
		let i = ge(e, t);
		if (i.next === "stop") return this.stop(i.reason, t);
		if (i.next === "fresh_token") {
			if (this.#u) return this.stop("auth", t);
			this.#l = !0, this.#u = !0;
		}
		this.#E(e, S(n));
	}
	#E(e, t) {
		if (this.#p) return;
		let n = Date.now();
		this.#d === 0 && (this.#d = n);
		let r = this.#e.worthwhile?.() ?? !1;
		if (n - this.#d > _.giveUpMs && !r) return this.stop("unreachable");
		let i = fe(n - this.#d, this.#f), a = t ?? de(this.#c, this.#t(), i);
		this.#c += 1, this.emit("down", {
			retryInMs: a,
			code: e
		}), this.#s = setTimeout(() => void this.#g(), a);
	}
};
function be(e) {
	return e instanceof u || e?.code === "signed_out";
}
// ../client/src/chat.ts
var E = class {
	#e = [];
	#t = [];
	#n = 1;
	#r = "whole";
	#i;
	#a;
	#o = 0;
	#s = !0;
	#c = !1;
	#l = /* @__PURE__ */ new Set();
	#u = /* @__PURE__ */ new Map();
	#d;
	constructor(e) {
		this.#d = e;
	}
	get entries() {
		return this.#t;
	}
	get history() {
		return this.#r;
	}
	get complete() {
		return this.#s;
	}
	get stored() {
		return !this.#c;
	}
	degraded(e) {
		let t = this.#c;
		this.#c = e.includes("history"), t !== this.#c && (this.#d.changed(), t && this.load());
	}
	forget(e) {
		this.#l.add(e);
		let [t] = this.#l;
		this.#l.size > _.chatMax && t && this.#l.delete(t), this.#v(this.#e);
	}
	say(e) {
		let t = [...e.trim()].slice(0, _.chatCharsMax).join("");
		if (!t) return;
		let n = `mine-${this.#n}`;
		this.#n += 1;
		let r = {
			id: n,
			senderId: null,
			name: null,
			content: t,
			time: Date.now(),
			state: "sending"
		};
		this.#v([...this.#e, {
			entry: r,
			serverId: null
		}]), this.#h(n, t);
	}
	retry(e) {
		let t = this.#t.find((t) => t.id === e && t.state === "failed");
		t && (this.#g(e, "sending", null), this.#h(e, t.content));
	}
	async remove(e) {
		let { deleteMessage: t } = this.#d, n = this.#e.find((t) => t.entry.id === e)?.serverId;
		t && n && (await t(n), this.#v(this.#e.filter((t) => t.entry.id !== e)));
	}
	hear(e, t) {
		let { id: n, senderId: r, content: i, timestamp: a } = e;
		if (this.#e.some((e) => e.serverId === n)) return;
		let o = {
			id: n,
			senderId: r,
			name: t,
			content: i,
			time: a,
			state: "sent"
		};
		this.#v([...this.#e, {
			entry: o,
			serverId: n
		}]);
	}
	async load() {
		let e = new Map(this.#u), t = await this.#f(e);
		for (let { id: n, content: r, state: i } of this.#t) e.has(n) && this.#u.delete(n) && i === "sending" && (t ? this.#h(n, r) : this.#g(n, "failed", null));
	}
	async #f(e) {
		let t = /* @__PURE__ */ new Set(), n;
		for (let r = 0; r < _.chatPagesMax; r += 1) {
			let r = await this.#p(n);
			if (!r) return !1;
			for (let { id: e } of r.messages) t.add(e);
			if (!this.#e.some(({ entry: n, serverId: r }) => {
				let i = e.get(n.id), a = r !== null && t.has(r);
				return i && !a && !(i.after !== null && t.has(i.after));
			}) || !r.nextCursor) return !0;
			n = r.nextCursor;
		}
		return !1;
	}
	restart() {
		this.end(), this.#o += 1, [this.#i, this.#a, this.#s] = [
			void 0,
			void 0,
			!0
		], this.#r = "whole", this.#l.clear(), this.#v([]);
	}
	end() {
		for (let e of this.#u.keys()) this.#g(e, "failed", null);
		this.#u.clear();
	}
	async older() {
		(this.#r === "more" || this.#r === "failed") && await this.#p(this.#r === "failed" ? this.#a : this.#i ?? void 0);
	}
	async #p(e) {
		let { getMessages: t } = this.#d;
		if (!t) return null;
		this.#o += 1;
		let n = this.#o;
		this.#_("loading");
		try {
			let r = await t(e), i = new Set(this.#e.map((e) => e.serverId)), a = r.messages.some((e) => i.has(e.id));
			return !(e === void 0 && this.#i !== void 0 && a) && n === this.#o && (this.#i = r.nextCursor ?? null), r.complete === !1 && (this.#s = !1), this.#m(r.messages), n === this.#o && this.#_(this.#i ? "more" : "whole"), r;
		} catch {
			return n === this.#o && (this.#a = e, this.#_("failed")), null;
		}
	}
	#m(e) {
		let { userId: t, sessionId: n } = this.#d.self(), r = new Map(this.#e.map((e) => [e.serverId ?? e.entry.id, e])), i = [];
		for (let a of e) {
			let e = r.get(a.id);
			if (r.delete(a.id), !e && n && a.id.startsWith(`${n}-`)) continue;
			let o = e?.entry ?? D(a, t);
			i.push({
				entry: {
					...o,
					time: a.timestamp,
					state: "sent"
				},
				serverId: a.id
			});
		}
		let a = [...r.values()], o = [];
		for (let e of i) {
			for (; a[0] && a[0].entry.time < e.entry.time;) o.push(a.shift());
			o.push(e);
		}
		this.#v([...o, ...a]);
	}
	#h(e, t) {
		let n = this.#e.findLast(({ serverId: e }) => e !== null)?.serverId ?? null;
		this.#d.send({
			type: "chat_message",
			data: { content: t }
		}, (t) => {
			let { sessionId: r } = this.#d.self(), i = t.kind === "refused" ? void 0 : t.cid, a = r && i !== void 0 ? `${r}-${i}` : null;
			if (t.kind === "lost" && a && this.#d.getMessages) return this.#u.set(e, { after: n }), this.#g(e, "sending", a);
			this.#g(e, t.kind === "accepted" ? "sent" : "failed", a);
		});
	}
	#g(e, t, n) {
		this.#v(this.#e.map((r) => r.entry.id === e ? {
			entry: {
				...r.entry,
				state: t
			},
			serverId: n
		} : r));
	}
	#_(e) {
		this.#r = e, this.#d.changed();
	}
	#v(e) {
		e.length > _.chatMax && (this.#i = null), this.#e = e.filter((e) => e.serverId === null || !this.#l.has(e.serverId)).slice(-_.chatMax), this.#i === null && this.#r === "more" && (this.#r = "whole"), this.#t = this.#e.map(({ entry: e, serverId: t }) => ({
			...e,
			isStored: t !== null && e.state === "sent" && this.#d.deleteMessage !== void 0
		})), this.#d.changed();
	}
};
function D(e, t) {
	let { id: n, senderId: r, senderName: i, content: a, timestamp: o } = e, s = r !== null && r === t;
	return {
		id: n,
		senderId: s ? null : r ?? "",
		name: s ? null : i,
		content: a,
		time: o,
		state: "sent"
	};
}
// ../client/src/flow.ts
var O = {
	meant: "mesh",
	mode: "mesh",
	epoch: 0,
	speaker: null
};
function k({ media: e, mode: t }, n) {
	let r = t ?? n.meant;
	return {
		meant: r,
		mode: e?.mode ?? r,
		epoch: e?.epoch ?? n.epoch,
		speaker: e?.speaker ?? null
	};
}
function A(e, t) {
	if (t.type !== "media_changed") return e;
	let { mode: n, epoch: r, reason: i } = t.data, a = i === "grown" || i === "shrunk" ? n : e.meant;
	return r > e.epoch ? {
		...e,
		meant: a,
		mode: n,
		epoch: r,
		speaker: null
	} : a === e.meant ? e : {
		...e,
		meant: a
	};
}
// ../client/src/journal.ts
var j = class {
	#e = [];
	#t = 0;
	note(e, t) {
		this.#t += 1, this.#e.push({
			number: this.#t,
			time: (/* @__PURE__ */ new Date()).toISOString(),
			direction: e,
			type: t
		}), this.#e.length > _.journalMax && this.#e.shift();
	}
	entries() {
		return [...this.#e];
	}
};
// ../client/src/members.ts
function M(e = {}, t = {}) {
	let n = Object.entries({
		...e,
		...t
	});
	return Object.fromEntries(n.filter((e) => e[1] !== null));
}
var N = class {
	#e = [];
	get list() {
		return this.#e;
	}
	replace(e) {
		this.#e = [...e].sort((e, t) => e.rev - t.rev);
	}
	find(e) {
		return this.#e.find((t) => t.userId === e);
	}
	hear(e) {
		if (e.type === "user_joined") {
			let t = {
				...e.data,
				state: "on"
			};
			return this.find(t.userId)?.rev === t.rev ? {} : (this.replace([...this.#e.filter(({ userId: e }) => e !== t.userId), t]), { joined: t });
		}
		if (e.type === "attributes_changed") {
			let { userId: t, attributes: n } = e.data;
			return this.replace(this.#e.map((e) => e.userId === t ? {
				...e,
				attributes: M(e.attributes, n)
			} : e)), { changed: this.find(t) };
		}
		if (e.type !== "user_left") return {};
		let { userId: t, reason: n } = e.data, r = this.find(t);
		return r ? (this.replace(this.#e.filter((e) => e !== r)), { left: {
			member: r,
			reason: n
		} }) : {};
	}
	hearMedia(e, t) {
		switch (e.type) {
			case "sfu_new_producer": {
				let { userId: n, epoch: r, ...i } = e.data;
				return r < t ? !1 : this.#t(n, (e) => [...e.filter(({ producerId: e }) => e !== i.producerId), i]);
			}
			case "sfu_producer_changed": {
				let { userId: t, producerId: n, paused: r } = e.data;
				return this.#t(t, (e) => e.map((e) => e.producerId === n ? {
					...e,
					paused: r
				} : e));
			}
			case "sfu_producer_closed": {
				let { userId: t, producerId: n } = e.data;
				return this.#t(t, (e) => e.filter((e) => e.producerId !== n));
			}
			default: return !1;
		}
	}
	sendNothing() {
		this.#e = this.#e.map(({ producers: e, ...t }) => t);
	}
	#t(e, t) {
		let n = this.find(e);
		if (!n) return !1;
		let r = {
			...n,
			producers: t(n.producers ?? [])
		};
		return this.#e = this.#e.map((e) => e === n ? r : e), !0;
	}
}, xe = class {
	#e;
	#t = /* @__PURE__ */ new Set();
	#n = {};
	#r = {};
	constructor(e) {
		this.#e = e;
	}
	get all() {
		return this.#r;
	}
	async set(e) {
		this.#t.add(e), await this.#e(e).finally(() => this.#t.delete(e)), this.#n = M(this.#n, e), this.#r = M(this.#r, e);
	}
	entered(e, t) {
		if (this.#r = e, t === "kept") return null;
		let n = (t === "lost" ? [...this.#t] : []).reduce(M, this.#n);
		return Object.keys(n).length > 0 ? n : null;
	}
	forget() {
		this.#n = {}, this.#r = {};
	}
};
// ../client/src/page-life.ts
function Se(e) {
	let { window: t, document: n } = globalThis;
	if (!t || !n) return () => {};
	let r = [
		[
			t,
			"online",
			() => e.wake()
		],
		[
			t,
			"pagehide",
			() => e.hide()
		],
		[
			n,
			"visibilitychange",
			() => {
				n.visibilityState === "visible" && e.wake();
			}
		],
		[
			n,
			"resume",
			() => e.wake()
		]
	];
	for (let [e, t, n] of r) e.addEventListener(t, n);
	return () => {
		for (let [e, t, n] of r) e.removeEventListener(t, n);
	};
}
// ../client/src/url.ts
function P(e = globalThis.location?.href) {
	if (e === void 0) throw new l("no_url", "Which node? There is no page here whose own it could be: pass `url`, as https://….");
	if (/^wss?:/.test(e)) return e;
	let t = new URL("/ws", e);
	return t.protocol = t.protocol === "https:" ? "wss:" : "ws:", t.href;
}
// ../client/src/room-options.ts
function Ce({ url: e, token: t, api: n, ...r }) {
	if (!r.WebSocket && globalThis.WebSocket === void 0) throw new l("no_websocket", "There is no WebSocket here: pass one as the option `WebSocket`, such as that of the package `ws` (Node has its own from 22).");
	let i = (typeof t == "string" ? async () => t : t) ?? (n && ((e) => n.token(e)));
	return {
		...r,
		url: P(e),
		getToken: i ?? (async () => null)
	};
}
// ../client/src/session/inbox.ts
var we = class {
	#e = 0;
	#t = 0;
	#n = -1;
	#r;
	#i;
	constructor(e) {
		this.#i = e;
	}
	get last() {
		return this.#e;
	}
	take(e) {
		return e === void 0 ? "next" : e <= this.#e ? "repeat" : e > this.#e + 1 && this.#n !== this.#e ? (this.#n = this.#e, "hole") : (this.#e = e, e - this.#t >= _.ackEvery ? this.flush() : this.#r ??= setTimeout(() => this.flush(), _.ackDelayMs), "next");
	}
	flush() {
		clearTimeout(this.#r), this.#r = void 0, this.#e !== this.#t && (this.#t = this.#e, this.#i(this.#e));
	}
	restart() {
		clearTimeout(this.#r), this.#r = void 0, this.#e = 0, this.#t = 0, this.#n = -1;
	}
}, Te = class {
	#e = 1;
	#t = [];
	add(e, t = () => {}, n = 1) {
		if (this.#t.length >= _.outboxMax) return null;
		let r = {
			cid: this.#e,
			message: e,
			tries: n,
			settle: t
		};
		return this.#e += 1, this.#t.push(r), r;
	}
	acknowledge(e) {
		let t = this.#t.filter((t) => t.cid <= e);
		this.#t = this.#t.filter((t) => t.cid > e);
		for (let e of t) e.settle({
			kind: "accepted",
			cid: e.cid
		});
	}
	take(e) {
		let t = this.#t.find((t) => t.cid === e);
		return t && (this.#t = this.#t.filter((e) => e !== t)), t;
	}
	unacknowledged() {
		return this.#t;
	}
	restart() {
		let e = this.#t;
		this.#t = [], this.#e = 1;
		for (let t of e) t.settle({
			kind: "lost",
			cid: t.cid
		});
	}
}, Ee = class {
	#e;
	#t = null;
	constructor(e) {
		this.#e = e;
	}
	give(e) {
		this.#t = e;
	}
	token({ force: e }, t) {
		return e && (this.#t = null), this.#t === null ? this.#e({
			force: e,
			roomId: t
		}) : Promise.resolve(this.#t);
	}
}, De = [
	"unavailable",
	"rate_limited",
	"internal"
], Oe = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = [];
	#r = 1;
	max = _.requestsMax;
	constructor(e) {
		this.#e = e;
	}
	ask(e, t, n) {
		return this.#n.length >= _.requestsWaitingMax ? Promise.reject(ke()) : new Promise((r, i) => {
			let a = n ?? this.#r;
			a === this.#r && (this.#r += 1);
			let o = {
				type: e,
				rid: a,
				data: t
			};
			this.#n.push({
				message: o,
				resolve: r,
				reject: i,
				tries: 0,
				timer: void 0
			}), this.#i();
		});
	}
	answered(e, t) {
		let n = this.#s(e);
		return n?.resolve(t ?? {}), this.#i(), n !== void 0;
	}
	refused(e) {
		let t = e.rid === void 0 ? void 0 : this.#t.get(e.rid);
		if (!t) return !1;
		if (clearTimeout(t.timer), De.includes(e.code) && t.tries < _.resendMax) {
			let n = S(e.retryAfterMs) ?? _.resendMs;
			return t.timer = setTimeout(() => this.#a(t), n), !0;
		}
		return this.#s(e.rid), t.reject(new h(e.code, e)), this.#i(), !0;
	}
	resumed() {
		for (let e of this.#t.values()) this.#a(e);
		this.#i();
	}
	restart() {
		let e = [...this.#t.values(), ...this.#n.splice(0)];
		this.#t.clear();
		for (let t of e) clearTimeout(t.timer), t.reject(new h("lost"));
	}
	#i() {
		for (; this.#e.online() && this.#t.size < this.max;) {
			let e = this.#n.shift();
			if (!e) return;
			this.#t.set(e.message.rid, e), this.#a(e);
		}
	}
	#a(e) {
		clearTimeout(e.timer), this.#e.online() && this.#e.send(e.message) && (e.tries += 1, e.timer = setTimeout(() => this.#o(e), _.requestMs));
	}
	#o(e) {
		this.#e.online() && (this.#s(e.message.rid), e.reject(new h("timeout")), this.#i());
	}
	#s(e) {
		let t = e === void 0 ? void 0 : this.#t.get(e);
		if (t) return clearTimeout(t.timer), this.#t.delete(t.message.rid), t;
	}
};
function ke() {
	let e = `${_.requestsWaitingMax} requests wait already, as many as is allowed: ask again later.`, t = "rate_limited";
	return new h(t, {
		code: t,
		message: e,
		cid: null,
		retryable: !0,
		retryAfterMs: null
	});
}
// ../client/src/session.ts
var Ae = {
	room_full: "room_full",
	room_not_found: "room_not_found",
	room_closed: "room_closed",
	room_locked: "room_locked",
	banned: "banned",
	forbidden: "forbidden",
	already_in_room: "protocol",
	bad_message: "room_not_found"
}, F = class extends n {
	#e;
	#t;
	#n;
	#r;
	#i = new Te();
	#a;
	#o;
	#s = "idle";
	#c = null;
	#l = null;
	#u = null;
	#d;
	#f = !1;
	constructor(e) {
		super(), this.#e = e.roomId, this.#t = new Ee(e.getToken), this.#r = e.worthwhile ?? (() => !1), this.#a = new we((e) => this.#n.send({
			type: "ack",
			seq: e
		}));
		let t = (e) => this.#t.token(e, this.#e);
		this.#n = new T({
			...e,
			getToken: t,
			resume: () => this.#p()
		}), this.#o = new Oe({
			send: (e) => this.#n.send(e),
			online: () => this.#s === "joined"
		}), this.#n.on("welcome", ({ welcome: e, resuming: t }) => this.#m(e, t)), this.#n.on("message", (e) => this.#_(e)), this.#n.on("down", () => this.#j()), this.#n.on("stopped", (e) => this.#M(e)), this.#n.on("traffic", (e) => this.emit("traffic", e));
	}
	get roomId() {
		return this.#e;
	}
	get state() {
		return this.#s;
	}
	get userId() {
		return this.#c;
	}
	get sessionId() {
		return this.#l;
	}
	get isCrowded() {
		return this.#f;
	}
	start() {
		(this.#s === "idle" || this.#s === "stopped") && (this.#N("connecting"), this.#n.start());
	}
	leave() {
		this.#s !== "stopped" && (this.#a.flush(), this.#n.send({ type: "leave_room" }), this.#n.stop("left"));
	}
	send(e, t) {
		if (this.#s === "stopped" || this.#s === "idle") return t?.({ kind: "lost" });
		let n = this.#i.add(e, t);
		if (!n) return this.#T(t);
		this.#s === "joined" && this.#A(n);
	}
	request(e, t, n) {
		return this.#s === "stopped" || this.#s === "idle" ? Promise.reject(new h("lost")) : this.#o.ask(e, t, n);
	}
	wake() {
		this.#n.wake();
	}
	retry() {
		this.#n.retry();
	}
	#p() {
		return this.#u ? {
			resumeToken: this.#u,
			seq: this.#a.last
		} : void 0;
	}
	#m({ userId: e, limits: t }, n) {
		this.#c = e, this.#o.max = t.media?.requestsMax ?? _.requestsMax, n ? this.#g() : this.#h();
	}
	#h() {
		this.#s !== "reconnecting" && this.#N("joining"), this.#n.send({
			type: "join_room",
			data: { roomId: this.#e }
		}), this.#g();
	}
	#g() {
		clearTimeout(this.#d), this.#d = setTimeout(() => this.#n.renew(), _.joinMs);
	}
	#_(e) {
		switch (e.type) {
			case "ack": return this.#i.acknowledge(e.cid);
			case "room_joined": return this.#y(e.data);
			case "resumed": return this.#b(e.data);
			case "resume_failed": return this.#C();
			case "error": return this.#E(e.data);
			case "token_expiring":
				this.#n.refreshToken();
				return;
			case "moved": return this.#w(e.data);
			case "room_closed": return this.#n.stop("room_closed");
			case "degraded": return this.emit("degraded", e.data);
			case "welcome":
			case "heartbeat_ack":
			case "server_draining":
			case "room_left": return;
			case "sfu_consumer_layers":
			case "sfu_consumer_closed":
			case "sfu_active_speaker": return this.emit("notice", e);
			default:
				if ("rid" in e && !("seq" in e)) return void this.#o.answered(e.rid, e.data);
				"seq" in e && e.seq !== void 0 && this.#v(e);
		}
	}
	#v(e) {
		let t = this.#a.take(e.seq);
		t === "next" ? this.emit("message", e) : t === "hole" && this.#n.renew();
	}
	#y(e) {
		this.#i.restart(), this.#a.restart(), this.#o.restart(), this.#u = e.resumeToken, this.#l = e.sessionId, this.#x(), this.#S(), this.emit("joined", e);
	}
	#b(e) {
		this.#x(), this.#S(), this.#o.resumed(), this.emit("resumed", e);
	}
	#x() {
		for (let e of this.#i.unacknowledged()) this.#A(e);
	}
	#S() {
		clearTimeout(this.#d), this.#f = !1, this.#n.settled(), this.#N("joined");
	}
	#C() {
		this.#u = null, this.#i.restart(), this.#o.restart(), this.#h();
	}
	#w(e) {
		let { roomId: t, token: n } = e;
		this.#e = t, n !== void 0 && (this.#t.give(n), this.#n.send({
			type: "token_refresh",
			data: { token: n }
		})), this.emit("moved", e), this.#C();
	}
	#T(e) {
		e?.({ kind: "lost" }), this.#u = null, this.#i.restart(), this.#n.renew();
	}
	#E(e) {
		if (this.#o.refused(e)) return;
		let t = typeof e.cid == "number" ? this.#i.take(e.cid) : void 0;
		if (t) return this.#k(e, t);
		this.#s !== "joined" && this.#D(e) || this.emit("refused", { refusal: e });
	}
	#D(e) {
		let t = Ae[e.code];
		return t === "room_full" && this.#l !== null && this.#r() ? (this.#O(e), !0) : t ? (this.#n.stop(t, e), !0) : e.retryable ? (clearTimeout(this.#d), this.#d = setTimeout(() => this.#u ? this.#n.renew() : this.#h(), S(e.retryAfterMs) ?? _.resendMs), !0) : !1;
	}
	#O(e) {
		this.#f = !0, this.emit("refused", { refusal: e }), clearTimeout(this.#d), this.#d = setTimeout(() => this.#h(), S(e.retryAfterMs) ?? _.crowdedMs);
	}
	#k(e, t) {
		if (e.code === "not_in_room") return t.settle({ kind: "lost" }), this.#C();
		if (e.code === "out_of_order") return this.#T(t.settle);
		if (e.retryable && t.tries < _.resendMax) {
			let n = this.#l, r = S(e.retryAfterMs) ?? _.resendMs;
			setTimeout(() => {
				if (this.#l !== n || this.#s === "stopped") return t.settle({ kind: "lost" });
				let e = this.#i.add(t.message, t.settle, t.tries + 1);
				e ? this.#s === "joined" && this.#A(e) : this.#T(t.settle);
			}, r);
		} else t.settle({
			kind: "refused",
			refusal: e
		}), this.emit("refused", {
			refusal: e,
			message: t.message
		});
	}
	#A({ cid: e, message: t }) {
		this.#n.send({
			...t,
			cid: e
		});
	}
	#j() {
		clearTimeout(this.#d), this.#N(this.#l === null ? "connecting" : "reconnecting");
	}
	#M(e) {
		clearTimeout(this.#d), this.#a.restart(), this.#i.restart(), this.#o.restart(), this.#u = null, this.#l = null, this.#f = !1, this.#N("stopped"), this.emit("stopped", e);
	}
	#N(e) {
		this.#s !== e && (this.#s = e, this.emit("state", e));
	}
}, I = class extends n {
	chat;
	journal = new j();
	#e;
	#t = new N();
	#n = null;
	#r = null;
	#i = null;
	#a = [];
	#o = O;
	#s = null;
	#c = new xe((e) => this.#l({
		type: "set_attributes",
		data: { attributes: e }
	}));
	constructor(e) {
		super();
		let { api: t } = e;
		this.#e = new F(Ce(e)), this.chat = new E({
			send: (e, t) => this.#e.send(e, t),
			changed: () => this.#S(),
			self: () => ({
				userId: this.#e.userId,
				sessionId: this.#e.sessionId
			}),
			getMessages: e.getMessages ?? (t && ((e) => t.messages(this.roomId, e))),
			deleteMessage: e.deleteMessage ?? (t && ((e) => t.deleteMessage(this.roomId, e)))
		}), this.#d(), this.#e.on("moved", ({ roomId: e, token: n }) => this.#m(e, () => t?.moved?.(e, n)));
	}
	get roomId() {
		return this.#e.roomId;
	}
	get state() {
		return this.#e.state;
	}
	get userId() {
		return this.#e.userId;
	}
	get sessionId() {
		return this.#e.sessionId;
	}
	get members() {
		return this.#t.list;
	}
	get flow() {
		return this.#o;
	}
	get rules() {
		return this.#s;
	}
	get isHost() {
		return this.#s !== null && this.#s.hostId === this.userId;
	}
	get isHidden() {
		return "_hidden" in this.attributes;
	}
	get attributes() {
		return this.#c.all;
	}
	get isCrowded() {
		return this.#e.isCrowded;
	}
	get without() {
		return this.#a;
	}
	get ended() {
		return this.#i;
	}
	join() {
		if (this.#n) return this.#n.promise;
		let e = je();
		return this.#n = e, this.#i = null, this.#r = Se({
			wake: () => this.#u(),
			hide: () => this.leave()
		}), this.#e.start(), e.promise;
	}
	leave() {
		this.#n && this.#e.leave();
	}
	send(e, t, { to: n } = {}) {
		return this.#l({
			type: "message",
			data: {
				topic: e,
				data: t,
				...n && { to: n }
			}
		});
	}
	async setAttributes(e) {
		await this.#c.set(e), this.#S();
	}
	removeMember(e, { ban: t = !1 } = {}) {
		return this.#l({
			type: "remove_member",
			data: {
				userId: e,
				...t && { ban: t }
			}
		});
	}
	requestMute(e, t) {
		return this.#l({
			type: "request_mute",
			data: {
				userId: e,
				kind: t
			}
		});
	}
	handOver(e) {
		return this.#l({
			type: "hand_over",
			data: { userId: e }
		});
	}
	setRoom(e) {
		return this.#l({
			type: "set_room",
			data: e
		});
	}
	endRoom() {
		return this.#l({ type: "end_room" }).catch((e) => {
			if (this.#i?.code !== "room_closed") throw e;
		});
	}
	reconnect() {
		this.#e.retry();
	}
	signal(e) {
		this.#e.send(e);
	}
	request(e, t, n) {
		return this.#e.request(e, t, n);
	}
	#l(e) {
		return new Promise((t, n) => {
			this.#e.send(e, (e) => {
				e.kind === "accepted" ? t() : n(new m(e.kind === "refused" ? e.refusal : null));
			});
		});
	}
	#u() {
		this.#e.wake(), this.emit("wake", void 0);
	}
	#d() {
		let e = this.#e;
		e.on("traffic", ({ direction: e, type: t }) => this.journal.note(e, t)), e.on("state", (e) => {
			this.journal.note("state", e), this.emit("state", e), this.#S();
		}), e.on("joined", (e) => this.#f(e)), e.on("resumed", (e) => {
			this.#t.replace(e.peers), this.#o = k(e, this.#o), this.#p(e, e.lost ? "lost" : "kept"), this.emit("resumed", e), this.#S();
		}), e.on("degraded", (e) => this.#h(e)), e.on("message", (e) => this.#g(e)), e.on("notice", (e) => this.#y(e)), e.on("refused", (e) => {
			this.journal.note("state", `refused:${e.refusal.code}`), this.emit("refused", e), this.#S();
		}), e.on("stopped", ({ reason: e, last: t }) => this.#x(e, t ?? null));
	}
	#f(e) {
		this.#t.replace(e.peers), this.#o = k(e, O), this.#p(e, "new"), this.emit("joined", e), this.#n?.resolve(), this.chat.load(), this.#S();
	}
	#p(e, t) {
		let { hostId: n, locked: r = !1, guests: i = "no", name: a = "", attributes: o = {} } = e;
		n !== void 0 && (this.#s = {
			hostId: n,
			locked: r,
			guests: i,
			name: a
		});
		let s = this.#c.entered(o, t);
		s && this.setAttributes(s).catch(() => {});
	}
	#m(e, t) {
		t(), this.#t.replace([]), this.#s = null, this.#c.forget(), this.chat.restart(), this.emit("moved", { roomId: e }), this.#S();
	}
	#h(e) {
		this.#a = e.without, this.chat.degraded(e.without), e.lost && this.chat.load(), this.emit("degraded", e), this.#S();
	}
	#g(e) {
		let { joined: t, left: n, changed: r } = this.#t.hear(e), i = this.#v(e);
		if (e.type === "chat_deleted") this.chat.forget(e.data.id);
		else if (e.type === "chat_message") this.#b(e.data);
		else if (e.type === "message") {
			let { senderUserId: t = null, topic: n, data: r } = e.data;
			this.emit("message", {
				from: t,
				topic: n,
				data: r
			});
		} else e.type === "mute_requested" ? this.emit("muteRequested", e.data) : e.type === "guests_waiting" ? this.emit("guestsWaiting", e.data) : e.type === "room_changed" ? this.#_(e.data) : e.type === "attributes_changed" ? r && this.emit("attributesChanged", {
			member: r,
			changes: e.data.attributes
		}) : this.emit("signal", e);
		t && this.emit("memberJoined", t), n && this.emit("memberLeft", n), (t || n || r || i) && this.#S();
	}
	#_(e) {
		this.#s = e, this.emit("roomChanged", e), this.#S();
	}
	#v(e) {
		let t = this.#o;
		return this.#o = A(t, e), this.#o === t ? this.#t.hearMedia(e, t.epoch) : (this.journal.note("state", `media:${this.#o.mode}:${this.#o.epoch}`), this.#o.epoch > t.epoch && this.#t.sendNothing(), !0);
	}
	#y(e) {
		e.type === "sfu_active_speaker" && (this.#o = {
			...this.#o,
			speaker: e.data.userId
		}, this.#S()), this.emit("notice", e);
	}
	#b(e) {
		this.chat.hear(e, this.#t.find(e.senderId)?.name ?? null);
		let t = this.chat.entries.at(-1);
		t?.id === e.id && this.emit("chat", t);
	}
	#x(e, t) {
		let n = new p(e, t);
		this.#i = n, this.#c.forget(), this.#t.replace([]), this.#o = O, this.#r?.(), this.#r = null, this.chat.end();
		let r = this.#n;
		this.#n = null, r?.reject(n), this.emit("ended", n), this.#S();
	}
	#S() {
		this.emit("changed", void 0);
	}
};
function je() {
	let [e, t] = [() => {}, () => {}], n = new Promise((n, r) => {
		e = n, t = r;
	});
	return n.catch(() => {}), {
		promise: n,
		resolve: e,
		reject: t
	};
}
// ../media/src/ice.ts
var Me = class {
	#e = [];
	#t;
	#n;
	#r;
	constructor(e, t) {
		this.#n = e, this.#r = t;
	}
	get current() {
		return this.#e;
	}
	use(e) {
		this.#e = e, clearTimeout(this.#t), this.#t = setTimeout(() => void this.#i(), Ne(e, Date.now()));
	}
	close() {
		clearTimeout(this.#t);
	}
	async #i() {
		if (this.#n) try {
			this.use(await this.#n()), this.#r();
		} catch {
			this.#t = setTimeout(() => void this.#i(), c.iceServersMarginMs);
		}
	}
};
function Ne(e, t) {
	let n = e.flatMap(({ username: e }) => {
		let t = /^(\d{9,11}):/.exec(e ?? "")?.[1];
		return t ? [Number(t) * 1e3] : [];
	});
	if (n.length === 0) return c.iceServersMs;
	let r = Math.min(...n) - t - c.iceServersMarginMs;
	return Math.min(c.iceServersMs, Math.max(c.iceServersMarginMs / 5, r));
}
// ../media/src/media/acquire.ts
var Pe = {
	width: { ideal: 1280 },
	height: { ideal: 720 },
	frameRate: { ideal: 30 }
}, Fe = {
	echoCancellation: !0,
	noiseSuppression: !0,
	autoGainControl: !0
};
async function L(e, t) {
	let n = t ? { deviceId: { ideal: t } } : {}, r = e === "camera" ? { video: {
		...Pe,
		...n
	} } : { audio: {
		...Fe,
		...n
	} };
	return R(() => navigator.mediaDevices.getUserMedia(r));
}
async function Ie() {
	let e = { frameRate: {
		ideal: 15,
		max: 30
	} }, t = await R(() => navigator.mediaDevices.getDisplayMedia({
		video: e,
		audio: !0
	}));
	return "track" in t && (t.track.contentHint = "detail"), t;
}
async function R(e) {
	if (!globalThis.navigator?.mediaDevices) return { trouble: "unavailable" };
	try {
		let t = (await e()).getTracks(), n = t.find(({ kind: e }) => e === "video") ?? t[0], r = t.find((e) => e !== n && e.kind === "audio");
		return n ? {
			track: n,
			...r && { sound: r }
		} : { trouble: "missing" };
	} catch (e) {
		return { trouble: Le(e) };
	}
}
function Le(e) {
	switch (e instanceof Error ? e.name : "") {
		case "NotAllowedError":
		case "SecurityError": return "denied";
		case "NotFoundError":
		case "OverconstrainedError": return "missing";
		case "NotReadableError":
		case "AbortError": return "busy";
		default: return "unavailable";
	}
}
// ../media/src/media.ts
var z = () => ({
	on: !1,
	busy: !1,
	trouble: null,
	deviceId: null
}), B = class extends n {
	preview = new MediaStream();
	voice = new MediaStream();
	#e = /* @__PURE__ */ new Map();
	#t = {
		microphone: z(),
		camera: z(),
		screen: z()
	};
	#n = [];
	#r = null;
	#i = !1;
	#a = null;
	#o = () => void this.#f();
	constructor() {
		super(), globalThis.navigator?.mediaDevices?.addEventListener("devicechange", this.#o);
	}
	get view() {
		return this.#r ??= {
			...Re(this.#t),
			microphones: this.#n.filter((e) => e.kind === "audioinput"),
			cameras: this.#n.filter((e) => e.kind === "videoinput"),
			speakers: this.#n.filter((e) => e.kind === "audiooutput")
		}, this.#r;
	}
	track(e) {
		return this.#e.get(e) ?? null;
	}
	get screenSound() {
		return this.#a;
	}
	prefer(e, t) {
		this.#t[e].deviceId = t;
	}
	async start(e) {
		await Promise.all([e.microphone ? this.turnOn("microphone") : void 0, e.camera ? this.turnOn("camera") : void 0]), await this.#f();
	}
	async toggle(e) {
		if (!this.#t[e].on) return this.turnOn(e);
		let t = this.#e.get(e);
		e === "microphone" && t ? (t.enabled = !1, this.#p("microphone", { on: !1 })) : this.#u(e);
	}
	async turnOn(e) {
		let t = this.#e.get(e);
		if (t) return t.enabled = !0, this.#p(e, {
			on: !0,
			trouble: null
		});
		await this.#s(e, () => L(e, this.#t[e].deviceId)), this.#n.some((e) => e.label) || await this.#f();
	}
	async choose(e, t) {
		if (this.#p(e, { deviceId: t }), !this.#e.has(e)) return;
		let { on: n } = this.#t[e];
		this.#u(e, !0), await this.#s(e, () => L(e, t));
		let r = this.#e.get(e);
		if (!r) return this.emit("track", {
			slot: e,
			track: null
		});
		n || (r.enabled = !1, this.#p(e, { on: !1 }));
	}
	dismiss(e) {
		this.#t[e].trouble && this.#p(e, { trouble: null });
	}
	async toggleScreen() {
		this.#t.screen.on ? this.#u("screen") : await this.#s("screen", Ie);
	}
	release() {
		this.#i = !0, globalThis.navigator?.mediaDevices?.removeEventListener("devicechange", this.#o);
		for (let e of [...this.#e.keys()]) this.#u(e);
	}
	async #s(e, t) {
		if (this.#t[e].busy) return;
		this.#p(e, { busy: !0 });
		let n = await t();
		if (this.#i) {
			if ("track" in n) for (let e of [n.track, n.sound]) e?.stop();
			return;
		}
		if ("trouble" in n) return this.#p(e, {
			busy: !1,
			on: !1,
			trouble: n.trouble
		});
		let { track: r } = n;
		this.#e.set(e, r), r.onended = () => this.#l(e), this.#d(e)?.addTrack(r);
		let i = r.getSettings().deviceId ?? this.#t[e].deviceId;
		this.#p(e, {
			busy: !1,
			on: !0,
			trouble: null,
			deviceId: i
		}), this.emit("track", {
			slot: e,
			track: r
		}), e === "screen" && this.#c(n.sound ?? null);
	}
	#c(e) {
		this.#a !== e && (this.#a?.stop(), this.#a = e, e && (e.onended = () => this.#c(null)), this.emit("screenSound", e));
	}
	#l(e) {
		this.#u(e), e !== "screen" && this.#p(e, { trouble: "ended" });
	}
	#u(e, t = !1) {
		let n = this.#e.get(e);
		n && (this.#e.delete(e), e === "screen" && this.#c(null), n.onended = null, n.stop(), this.#d(e)?.removeTrack(n), this.#p(e, { on: !1 }), t || this.emit("track", {
			slot: e,
			track: null
		}));
	}
	#d(e) {
		return e === "screen" ? null : e === "microphone" ? this.voice : this.preview;
	}
	async #f() {
		try {
			this.#n = await navigator.mediaDevices?.enumerateDevices() ?? [];
		} catch {
			this.#n = [];
		}
		this.#m();
	}
	#p(e, t) {
		Object.assign(this.#t[e], t), this.#m();
	}
	#m() {
		this.#r = null, this.emit("changed", void 0);
	}
};
function Re(e) {
	return {
		microphone: { ...e.microphone },
		camera: { ...e.camera },
		screen: { ...e.screen }
	};
}
// ../media/src/paths/ready.ts
function ze(e, t, { before: n, width: r } = {}) {
	return e.connection !== "connected" || !t || n && Be(e, n) ? !1 : (!(e.camera && r !== 0) || t.framesDecoded > 0) && (!e.screen || t.screenFramesDecoded > 0) && (!e.microphone || t.microphonePacketsReceived > 0);
}
function Be(e, t) {
	let n = !e.camera && !e.screen && !e.microphone;
	return t.camera && !e.camera || t.screen && !e.screen || t.microphone && n;
}
// ../media/src/peer/health.ts
var Ve = class {
	#e;
	#t;
	#n = 0;
	#r;
	constructor(e, t) {
		this.#e = e, this.#t = t, e.onconnectionstatechange = () => {
			this.check(), t.changed();
		}, e.oniceconnectionstatechange = () => t.changed();
	}
	check() {
		switch (clearTimeout(this.#r), this.#e.connectionState) {
			case "connected":
				this.#n = 0;
				return;
			case "disconnected":
				this.#r = setTimeout(() => this.#i(), c.disconnectedMs);
				return;
			case "failed":
				this.#n === 0 ? this.#i() : this.#r = setTimeout(() => this.#i(), this.#a());
				return;
			default: return;
		}
	}
	close() {
		clearTimeout(this.#r), this.#e.onconnectionstatechange = null, this.#e.oniceconnectionstatechange = null;
	}
	#i() {
		clearTimeout(this.#r), this.#t.online() && (this.#n += 1, this.#t.restart(), this.#r = setTimeout(() => {
			this.#e.connectionState !== "connected" && this.#i();
		}, c.disconnectedMs + this.#a()));
	}
	#a() {
		return Math.min(c.restartCapMs, c.restartPauseMs * 2 ** this.#n);
	}
}, He = class {
	#e;
	#t;
	#n;
	#r = !1;
	#i = Promise.resolve();
	#a = !1;
	#o = !1;
	#s;
	#c = [];
	#l = [];
	constructor(e, t) {
		this.#e = e, this.#t = t, this.#n = t.role, e.onnegotiationneeded = () => this.want({ reason: "media" }), e.onicecandidate = ({ candidate: e }) => this.#b(e);
	}
	want(e) {
		this.#r || (this.#n === "offer" ? this.#u(() => this.#d()) : this.#e.remoteDescription && this.#t.signal.renegotiate(e));
	}
	repeat() {
		this.#n === "offer" && !this.#r && this.#u(() => this.#f());
	}
	pause() {
		this.#r = !0, clearTimeout(this.#s);
	}
	resume(e) {
		this.#n = e, this.#r = !1, this.#o = !1, clearTimeout(this.#s), this.#u(() => e === "offer" ? this.#f() : this.#p());
	}
	offered(e) {
		this.#n === "answer" && this.#u(() => this.#g(e));
	}
	answered(e) {
		this.#u(() => this.#h(e));
	}
	candidate(e) {
		this.#u(async () => {
			this.#e.remoteDescription ? await this.#y(e) : this.#c.length < c.earlyCandidatesMax && this.#c.push(e);
		});
	}
	close() {
		this.#a = !0, clearTimeout(this.#s), this.#e.onnegotiationneeded = null, this.#e.onicecandidate = null;
	}
	#u(e) {
		this.#i = this.#i.then(() => this.#a ? void 0 : e()).catch(() => this.#_());
	}
	async #d() {
		this.#e.signalingState === "stable" ? await this.#f() : this.#o = !0;
	}
	async #f() {
		this.#o = !1, this.#l ??= [], await this.#e.setLocalDescription(), this.#a || this.#r || (this.#t.signal.offer(this.#t.described(this.#e.localDescription?.sdp ?? "")), this.#x(), clearTimeout(this.#s), this.#m());
	}
	async #p() {
		this.#e.signalingState === "have-local-offer" && await this.#e.setLocalDescription({ type: "rollback" });
	}
	#m() {
		this.#s = setTimeout(() => {
			this.#t.online() ? this.#u(() => this.#f()) : this.#m();
		}, c.answerMs);
	}
	async #h(e) {
		let n = this.#e.remoteDescription?.sdp;
		if (n !== void 0 && !t(n, e)) return this.#_();
		this.#e.signalingState === "have-local-offer" && (await this.#e.setRemoteDescription({
			type: "answer",
			sdp: e
		}), clearTimeout(this.#s), await this.#v(), this.#t.adopt(e), this.#t.settled(), this.#o && await this.#d());
	}
	async #g(e) {
		let n = this.#e.remoteDescription?.sdp;
		if (n !== void 0 && !t(n, e)) return this.#_(e);
		try {
			await this.#e.setRemoteDescription({
				type: "offer",
				sdp: e
			});
		} catch {
			return n === void 0 ? void 0 : this.#_(e);
		}
		await this.#v(), this.#t.adopt(e), this.#l ??= [], await this.#e.setLocalDescription(), this.#a || this.#r || (this.#t.signal.answer(this.#t.described(this.#e.localDescription?.sdp ?? "")), this.#x(), this.#t.settled());
	}
	#_(e) {
		this.#a || this.#t.broken(e);
	}
	async #v() {
		let e = this.#c;
		this.#c = [];
		for (let t of e) await this.#y(t);
	}
	async #y(e) {
		try {
			await this.#e.addIceCandidate(e ?? void 0);
		} catch {}
	}
	#b(e) {
		if (e?.candidate === "") return;
		let t = e?.toJSON() ?? null;
		this.#l ? this.#l.push(t) : this.#r || this.#t.signal.candidate(t);
	}
	#x() {
		let e = this.#l ?? [];
		this.#l = null;
		for (let t of e) this.#t.signal.candidate(t);
	}
}, Ue = class {
	pc;
	negotiation;
	#e;
	#t;
	#n;
	#r;
	#i;
	#a = -Infinity;
	#o = {
		audio: 0,
		video: 0
	};
	constructor(e, t) {
		let n = e.RTCPeerConnection ?? RTCPeerConnection;
		this.#n = e.role, this.#r = t, this.#i = e.cameraBits, this.pc = new n(e.configuration), this.#e = new o(this.pc, e.tracks, e.extras), this.#t = new Ve(this.pc, {
			online: () => e.online(),
			restart: () => this.restart(),
			changed: () => t.changed()
		}), this.negotiation = new He(this.pc, {
			role: e.role,
			signal: e.signal,
			online: () => e.online(),
			adopt: (e) => {
				this.#o = {
					audio: 0,
					video: 0
				}, this.#e.adopt(e);
			},
			described: (e) => this.#s(e),
			settled: () => {
				this.share(this.#i), t.changed();
			},
			broken: (e) => t.broken(e)
		}), this.pc.ontrack = () => t.changed(), e.role === "offer" && this.#e.open();
	}
	set(e, t) {
		this.#e.set(e, t).catch(() => {}), this.#c();
	}
	publish(e) {
		this.#e.extras.add(e), this.#c(), this.share(this.#i);
	}
	unpublish(e) {
		this.#e.extras.remove(e);
	}
	receiving(e) {
		return this.#e.receiving(e);
	}
	others() {
		return this.#e.others();
	}
	unsent() {
		return this.#e.unsent();
	}
	pause() {
		this.negotiation.pause();
	}
	resume(e) {
		this.#n = e, this.#o = {
			audio: 0,
			video: 0
		}, this.negotiation.resume(e), this.#c(), this.#t.check();
	}
	asked(e) {
		if (this.#n !== "offer") return;
		let { connectionState: t } = this.pc;
		e.want && this.#e.growFor(e.want), e.iceRestart || t === "disconnected" || t === "failed" ? this.restart() : this.negotiation.want({ reason: e.reason ?? "asked" });
	}
	share(e) {
		this.#i = e, this.#e.bound("camera", e).catch(() => {}), this.#e.extras.bound(e).catch(() => {});
	}
	restart() {
		if (this.pc.signalingState === "closed") return this.#r.broken();
		if (this.#n === "answer") return this.negotiation.want({
			reason: "ice_restart",
			iceRestart: !0
		});
		let e = performance.now();
		e - this.#a < c.restartPauseMs || (this.#a = e, this.pc.restartIce());
	}
	check() {
		this.#t.check();
	}
	#s(e) {
		let t = this.#e.extras.names(), n = Object.keys(t).length > 0;
		return {
			sdp: r(e, this.#e.contents()),
			...n && { streams: t }
		};
	}
	#c() {
		let e = this.#e.unplaced();
		if (this.#n === "offer") {
			for (let t of e) this.#e.grow(t);
			return this.#e.extras.grow();
		}
		if (!this.pc.remoteDescription) return;
		let t = this.#e.extras.unplaced(), n = (n) => e.filter((e) => (e === "microphone" ? "audio" : "video") === n).length + t.filter(({ track: e }) => e.kind === n).length - this.#o[n], r = {
			audio: Math.max(0, n("audio")),
			video: Math.max(0, n("video"))
		};
		r.audio + r.video !== 0 && (this.#o.audio += r.audio, this.#o.video += r.video, this.negotiation.want({
			reason: "media",
			want: r
		}));
	}
	close() {
		this.negotiation.close(), this.#t.close(), this.pc.ontrack = null, this.pc.close();
	}
}, V = [
	{
		stage: "slow",
		afterMs: c.connectingMs
	},
	{
		stage: "relay",
		afterMs: c.connectingRetryMs
	},
	{
		stage: "unreachable",
		afterMs: c.connectingRelayMs
	}
], We = class {
	#e;
	#t = -1;
	#n;
	constructor(e) {
		this.#e = e;
	}
	get stage() {
		return V[this.#t]?.stage ?? null;
	}
	see(e) {
		e === "connected" ? this.stop() : this.#n === void 0 && this.#t < V.length - 1 && this.#r();
	}
	stop() {
		clearTimeout(this.#n), this.#n = void 0, this.#t = -1;
	}
	#r() {
		let e = V[this.#t + 1];
		this.#n = setTimeout(() => {
			this.#n = void 0, this.#e.online() && (this.#t += 1);
			let e = this.stage;
			this.#e.online() && e && this.#e.act(e), this.#n === void 0 && this.#t < V.length - 1 && this.#r();
		}, e?.afterMs);
	}
};
function Ge(e) {
	if (!e.remoteDescription) return "no_answer";
	let { iceConnectionState: t } = e;
	return t === "connected" || t === "completed" ? "no_keys" : "no_path";
}
// ../media/src/peer.ts
var Ke = class extends n {
	since;
	#e;
	#t = new e();
	#n;
	#r;
	#i;
	#a;
	#o = 1;
	#s = 0;
	#c = null;
	#l = !1;
	#u;
	#d = !1;
	constructor(e, t) {
		super(), this.#r = e, this.since = e.rev, this.#a = new Set(t.extras), this.#e = {
			...t,
			tracks: { ...t.tracks },
			extras: this.#a,
			online: () => !this.#l && t.online()
		}, this.#n = new We({
			online: () => this.#e.online(),
			act: (e) => this.#g(e)
		}), this.#i = this.#f(), this.#n.see(this.pc.connectionState);
	}
	get member() {
		return this.#r;
	}
	get pc() {
		return this.#i.pc;
	}
	get connectionNumber() {
		return this.#o;
	}
	get isStanding() {
		let { connectionState: e } = this.pc;
		return e === "connected" || e === "disconnected";
	}
	get view() {
		let { stage: e } = this.#n, t = (e) => this.#i.receiving(e) !== null;
		return {
			userId: this.#r.userId,
			name: this.#r.name,
			rev: this.#r.rev,
			presence: this.#l ? "away" : "here",
			...this.#t.view,
			microphone: t("microphone") && (this.#c?.microphone ?? !0),
			camera: t("camera"),
			screen: t("screen"),
			connection: this.pc.connectionState,
			trouble: e && {
				stage: e,
				cause: Ge(this.pc)
			},
			unsent: this.#i.unsent()
		};
	}
	receiving(e) {
		return this.#i.receiving(e);
	}
	set(e, t) {
		this.#e.tracks[e] = t, this.#i.set(e, t);
	}
	publish(e) {
		this.#a.add(e), this.#i.publish(e);
	}
	unpublish(e) {
		this.#a.delete(e), this.#i.unpublish(e);
	}
	share(e) {
		this.#e.cameraBits = e, this.#i.share(e);
	}
	told(e) {
		this.#c = e, this.#m(this.#i);
	}
	configure(e) {
		this.#e.configuration = e, this.#i.pc.setConfiguration(this.#p());
	}
	offered(e, t = {}) {
		this.#t.names = t, this.#i.negotiation.offered(e);
	}
	answered(e, t = {}) {
		this.#t.names = t, this.#i.negotiation.answered(e);
	}
	candidate(e) {
		this.#i.negotiation.candidate(e);
	}
	asked(e) {
		this.pc.signalingState === "closed" ? this.#v(this.#i) : this.#i.asked(e);
	}
	restart() {
		this.#i.restart();
	}
	check() {
		this.#i.check();
	}
	retry() {
		this.#n.stop(), this.#s = 0, this.#_();
	}
	depart() {
		this.#l = !0, this.#i.pause(), this.#h();
	}
	adopt(e, t) {
		this.#r = e, this.#e.role = t, this.#l = !1, clearTimeout(this.#u), this.#i.resume(t);
	}
	close() {
		this.#d = !0, clearTimeout(this.#u), this.#n.stop(), this.#i.close(), this.#t.clear();
	}
	#f() {
		let e = new Ue({
			...this.#e,
			configuration: this.#p()
		}, {
			changed: () => this.#m(e),
			broken: (t) => this.#v(e, t)
		});
		return e;
	}
	#p() {
		let { configuration: e } = this.#e;
		return this.#n.stage === "relay" && qe(e) ? {
			...e,
			iceTransportPolicy: "relay"
		} : e;
	}
	#m(e) {
		if (this.#d || e !== this.#i) return;
		let { connectionState: t } = this.pc;
		t === "connected" && (this.#s = 0), this.#n.see(t), this.#t.show(e), this.#l && this.#h(), this.#d || this.emit("changed", void 0);
	}
	#h() {
		if (clearTimeout(this.#u), this.pc.connectionState !== "connected") {
			if (!this.isStanding) return this.emit("ended", void 0);
			this.#u = setTimeout(() => this.emit("ended", void 0), c.awayDisconnectedMs);
		}
	}
	#g(e) {
		e !== "unreachable" && this.#_(e === "relay"), this.#m(this.#i);
	}
	#_(e = !0) {
		this.#e.role === "answer" ? this.#e.signal.renegotiate({
			reason: "no_media",
			iceRestart: !0
		}) : this.pc.remoteDescription ? e ? this.#v(this.#i) : this.#i.restart() : this.#i.negotiation.repeat();
	}
	#v(e, t) {
		this.#d || e !== this.#i || this.#s >= (t === void 0 ? c.rebuildMax : c.rebuildAskedMax) || (e.close(), this.#s += 1, this.#o += 1, this.#i = this.#f(), t === void 0 ? this.#e.role === "answer" && this.#e.signal.renegotiate({ reason: "rebuild" }) : this.#i.negotiation.offered(t), this.#m(this.#i));
	}
}, H = {
	microphone: null,
	camera: null,
	screen: null
};
function qe({ iceServers: e = [] }) {
	return e.some(({ urls: e }) => [e].flat().some((e) => /^turns?:/.test(e)));
}
// ../media/src/paths/wish.ts
var Je = class {
	#e = { ...H };
	#t = /* @__PURE__ */ new Set();
	#n = /* @__PURE__ */ new Map();
	#r = { microphone: !0 };
	set(e, t) {
		this.#e[e] = t;
	}
	publish(e) {
		this.#t.add(e);
	}
	unpublish(e) {
		this.#t.delete(e);
	}
	say(e) {
		this.#r = e;
	}
	see(e, t) {
		this.#n.set(e, t);
	}
	width(e) {
		return this.#n.get(e);
	}
	forget(e) {
		for (let t of this.#n.keys()) e.has(t) || this.#n.delete(t);
	}
	tell(e) {
		e.say(this.#r);
		for (let [t, n] of this.#n) e.see(t, n);
		for (let t of i) e.set(t, this.#e[t]);
		for (let t of this.#t) e.publish(t);
	}
}, Ye = 300, U = [
	500,
	1e3,
	2e3,
	5e3,
	1e4
], Xe = 1e3, Ze = class extends n {
	#e;
	#t = new Je();
	#n = new a();
	#r = null;
	#i = null;
	#a = /* @__PURE__ */ new Set();
	#o = /* @__PURE__ */ new Set();
	#s = null;
	#c = null;
	#l = !1;
	#u = null;
	#d = /* @__PURE__ */ new Set();
	#f = 0;
	#p = 0;
	constructor(e) {
		super(), this.#e = e;
	}
	get state() {
		return this.#u ? "unavailable" : this.#h?.paths.state ?? "connecting";
	}
	get trouble() {
		return this.#u ?? this.#h?.paths.trouble ?? null;
	}
	get isStanding() {
		return [this.#r, this.#i].some((e) => e?.paths.isStanding);
	}
	watched() {
		return [this.#r, this.#i].flatMap((e) => e?.paths.watched() ?? []);
	}
	views() {
		let [e, t] = [this.#r?.paths.views(), this.#i?.paths.views()];
		if (!t) return e ?? this.#m();
		let n = new Map(e?.map((e) => [e.userId, e]));
		return t.map((e) => this.#o.has(e.userId) ? e : n.get(e.userId) ?? e);
	}
	async stats() {
		let e = await W(this.#r);
		return this.#i ? (await W(this.#i)).map((t) => this.#o.has(t.userId) ? t : e.find(({ userId: e }) => e === t.userId) ?? t) : e;
	}
	joined(e) {
		this.#s = e, this.#t.forget(new Set(e.peers.map(({ userId: e }) => e)));
		let t = this.#h;
		this.#g(), t?.kind === "mesh" && t === this.#h && t.paths.joined(e), this.emit("changed", void 0);
	}
	resumed() {
		this.#g(), this.#h?.paths.resumed();
	}
	hear(e) {
		e.type === "media_changed" && this.#g();
		let t = this.#h;
		e.type === "user_left" && (this.#o.delete(e.data.userId), this.#r !== t && this.#r?.paths.hear(e)), t?.paths.hear(e);
	}
	notice(e) {
		let t = this.#h;
		t?.kind === "sfu" && t.paths.notice(e);
	}
	told(e, t) {
		this.#w((n) => n.told?.(e, t));
	}
	refused(e, t) {
		let n = this.#h;
		if (n?.kind !== "mesh" || (n.paths.refused(e, t), e.code !== "wrong_mode" || !t?.data || !("targetUserId" in t.data))) return;
		let { targetUserId: r } = t.data;
		this.#T(Xe, () => n === this.#h && n.paths.retry(r));
	}
	set(e, t) {
		this.#t.set(e, t), this.#w((n) => n.set(e, t));
	}
	publish(e) {
		this.#t.publish(e), this.#w((t) => t.publish(e));
	}
	unpublish(e) {
		this.#t.unpublish(e), this.#w((t) => t.unpublish(e));
	}
	say(e) {
		this.#t.say(e), this.#w((t) => t.say(e));
	}
	see(e, t) {
		this.#t.see(e, t), this.#w((n) => n.see(e, t));
	}
	configure() {
		this.#w((e) => e.configure());
	}
	retry(e) {
		this.#h?.paths.retry(e);
	}
	close() {
		for (let e of this.#d) clearTimeout(e);
		this.#d.clear(), this.#w((e) => e.close());
		for (let { paths: e } of this.#a) e.close();
		this.#a.clear(), [this.#r, this.#i, this.#s, this.#u] = [
			null,
			null,
			null,
			null
		], this.#o.clear();
	}
	#m() {
		return this.#n.views({
			members: this.#e.room.members,
			of: () => [],
			lacks: () => !0,
			state: "new",
			isOpen: !1
		});
	}
	get #h() {
		return this.#i ?? this.#r;
	}
	#g() {
		let { flow: e, members: t } = this.#e.room, n = this.#h;
		if (e.mode === "mesh") {
			if (this.#u = null, n?.kind === "mesh") return;
			let e = this.#r?.kind === "mesh" ? this.#r : null, r = e?.paths ?? this.#e.mesh();
			e ? this.#_() : this.#y({
				kind: "mesh",
				paths: r,
				before: this.#p
			}), this.#s && r.joined({
				...this.#s,
				peers: [...t]
			});
		} else if (n?.kind !== "sfu" || !n.paths.fits) {
			if (!this.#c) return void this.#C();
			let e = this.#c();
			e.on("stale", () => this.#T(Ye, () => this.#h?.paths === e && this.#v())), this.#y({
				kind: "sfu",
				paths: e,
				before: this.#p
			});
		}
	}
	#_() {
		this.#i?.paths.close(), this.#i = null, this.#o.clear(), this.emit("changed", void 0);
	}
	#v() {
		this.#e.room.state === "joined" && this.#g();
	}
	#y(e) {
		let { paths: t } = e;
		if (this.#p += 1, e.kind === "mesh") for (let e of [...this.#a]) e.kind === "mesh" && this.#S(e);
		this.#t.tell(t), t.on("changed", () => this.emit("changed", void 0)), this.#i?.paths.close(), this.#o.clear(), this.#r ? (this.#i = e, this.#f = performance.now() + c.switchMs, this.#b(e)) : (this.#r = e, this.#i = null);
	}
	#b(e) {
		this.#T(c.switchPollMs, async () => {
			if (this.#i !== e) return;
			let t = await e.paths.stats().catch(() => []);
			if (this.#i !== e) return;
			let n = e.paths.views(), r = new Map(t.map((e) => [e.userId, e])), i = new Map(this.#r?.paths.views().map((e) => [e.userId, e])), a = this.#o.size;
			for (let e of n) {
				let { userId: t } = e, n = {
					before: i.get(t),
					width: this.#t.width(t)
				};
				ze(e, r.get(t), n) && this.#o.add(t);
			}
			let o = n.every(({ userId: e }) => this.#o.has(e)) && e.paths.state === "connected";
			o || performance.now() >= this.#f ? this.#x(e, o) : this.#b(e), this.#o.size !== a && this.emit("changed", void 0);
		});
	}
	#x(e, t) {
		let n = this.#r;
		n && t ? (this.#a.add(n), this.#T(c.switchLingerMs, () => this.#S(n))) : n?.paths.close(), this.#r = e, this.#i = null, this.#o.clear(), this.emit("changed", void 0);
	}
	#S(e) {
		this.#a.delete(e) && e.paths.close();
	}
	async #C(e = 0) {
		if (!this.#l) {
			this.#l = !0;
			try {
				this.#c = await this.#e.sfu(), this.#u = null;
			} catch (t) {
				let n = `The part of the program for media servers was not loaded: ${t?.message}`;
				this.#u = {
					code: "not_loaded",
					message: n,
					tried: []
				};
				let r = U[Math.min(e, U.length - 1)] ?? 0;
				this.#T(r, () => this.#e.room.flow.mode === "sfu" && void this.#C(e + 1));
			}
			this.#l = !1, this.#c && this.#s && this.#g(), this.emit("changed", void 0);
		}
	}
	#w(e) {
		for (let t of [this.#r, this.#i]) t && e(t.paths);
	}
	#T(e, t) {
		let n = setTimeout(() => {
			this.#d.delete(n), t();
		}, e);
		this.#d.add(n);
	}
};
async function W(e) {
	return (await e?.paths.stats() ?? []).map((t) => ({
		...t,
		connectionNumber: t.connectionNumber + (e?.before ?? 0)
	}));
}
// ../media/src/peer/status.ts
var G = "microphone", K = "muted";
function Qe(e = {}) {
	let t = e[G];
	return t === void 0 ? null : { microphone: t !== K };
}
// ../media/src/reports.ts
function $e(e) {
	let { trouble: t } = e.view;
	return {
		id: e,
		end: { userId: e.member.userId },
		state: e.pc.connectionState,
		cause: t?.cause ?? null,
		isUnreachable: t?.stage === "unreachable",
		stats: () => s(e)
	};
}
var q = (e) => Math.max(0, Math.round(e / 1e3)), et = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = /* @__PURE__ */ new Map();
	#r = [];
	#i;
	#a;
	#o = 0;
	constructor(e) {
		this.#e = e;
	}
	look(e) {
		let t = Date.now();
		for (let n of e) this.#s(n, t);
		let n = new Set(e.map(({ id: e }) => e));
		for (let [e, r] of [...this.#t]) n.has(e) || this.#u(e, r, t);
		this.#a ??= this.#t.size > 0 ? setInterval(() => this.#g(), c.reportSampleMs) : void 0;
	}
	device(e, t) {
		let n = this.#n.get(e) ?? null;
		this.#n.set(e, t), t && t !== n && (e !== "screen" || t !== "denied" && t !== "ended") && this.#f({ device: {
			device: e,
			trouble: t
		} });
	}
	end() {
		clearInterval(this.#a), this.#a = void 0, this.look([]), this.#n.clear(), this.#p();
	}
	#s(e, t) {
		let { id: n, state: r, cause: i, isUnreachable: a } = e, o = this.#t.get(n) ?? {
			stage: "new",
			at: t,
			up: 0,
			cause: null,
			measured: {},
			watched: e
		};
		this.#t.set(n, o), o.watched = e, i && (o.cause = i), r === "connected" ? this.#c(o, t) : o.stage === "up" && Object.assign(o, {
			stage: "down",
			up: o.up + t - o.at,
			at: t
		}), r === "failed" && o.stage === "down" && this.#l(o, "interrupted", t), a && o.stage === "new" && this.#l(o, o.cause ?? "no_path", t);
	}
	#c(e, t) {
		let { stage: n, at: r } = e;
		n !== "up" && (Object.assign(e, {
			stage: "up",
			at: t
		}), n === "new" && this.#d(e, {
			state: "connected",
			seconds: q(t - r)
		}), n === "failed" && this.#d(e, {
			state: "recovered",
			seconds: q(t - r)
		}));
	}
	#l(e, t, n) {
		this.#d(e, {
			state: "failed",
			trouble: t,
			seconds: q(n - e.at),
			...e.measured
		}), Object.assign(e, {
			stage: "failed",
			at: n
		});
	}
	#u(e, t, n) {
		this.#t.delete(e);
		let { stage: r, up: i, at: a, measured: o, cause: s } = t;
		if (i > 0 || r === "up") {
			let e = i + (r === "up" ? n - a : 0);
			this.#d(t, {
				state: "ended",
				seconds: q(e),
				...o
			});
		} else r === "new" && n - a >= c.connectingMs && this.#d(t, {
			state: "failed",
			seconds: q(n - a),
			...s && { trouble: s }
		});
	}
	#d({ watched: { id: e, end: t } }, n) {
		this.#f({
			of: e,
			media: {
				...t,
				...n
			}
		});
	}
	#f(e) {
		this.#o >= c.reportRefusalsMax || (this.#r = [...this.#r, e].slice(-c.reportEntriesMax), this.#i ??= setTimeout(() => void this.#p(), c.reportBatchMs));
	}
	async #p() {
		clearTimeout(this.#i), this.#i = void 0;
		let e = this.#r.splice(0);
		if (e.length === 0) return;
		let t = e.flatMap((e) => "device" in e ? [e.device] : []), n = await Promise.all(e.flatMap((e) => "media" in e ? [this.#h(e)] : []));
		try {
			await this.#e({
				...n.length > 0 && { media: n },
				...t.length > 0 && { devices: t }
			}), this.#o = 0;
		} catch (t) {
			tt(t) ? this.#o += 1 : this.#m(e);
		}
	}
	#m(e) {
		this.#r = [...e, ...this.#r].slice(-c.reportEntriesMax), this.#t.size > 0 && (this.#i ??= setTimeout(() => void this.#p(), c.reportAgainMs));
	}
	async #h({ media: e, of: t }) {
		let n = this.#t.get(t);
		return !n || e.state === "ended" || e.state === "failed" ? e : (await J(n), {
			...e,
			...n.measured
		});
	}
	#g() {
		for (let e of this.#t.values()) e.stage === "up" && J(e);
	}
};
function tt(e) {
	let { status: t } = e ?? {};
	return typeof t == "number" && t >= 400 && t < 500 && t !== 429;
}
async function J(e) {
	let t = await e.watched.stats().catch(() => null);
	t?.localCandidateType && (e.measured = Y(t));
}
function Y(e) {
	let { roundTripTime: t, packetsLost: n, packetsReceived: r } = e, i = r + n, [a, o] = [X(e, "local"), X(e, "remote")];
	return {
		...a && { local: a },
		...o && { remote: o },
		...t !== null && { rttMs: Math.round(t * 1e3) },
		...i > 0 && { lostPerMille: Math.min(1e3, Math.max(0, Math.round(1e3 * n / i))) }
	};
}
var nt = [
	"host",
	"srflx",
	"prflx",
	"relay"
], rt = [
	"udp",
	"tcp",
	"tls"
];
function X(e, t) {
	let n = nt.find((n) => n === e[`${t}CandidateType`]), r = rt.find((n) => n === e[`${t}Protocol`]), i = e[`${t}Family`];
	return n ? {
		type: n,
		...r && { protocol: r },
		...i && { family: i }
	} : null;
}
// ../media/src/peers.ts
var it = ["lost", "replaced"];
function Z(e, t) {
	return e < t ? "offer" : "answer";
}
function Q(e) {
	let t = Math.floor(c.uplinkBits / Math.max(1, e));
	return Math.max(c.cameraBitsMin, Math.min(c.cameraBitsMax, t));
}
var at = class extends n {
	state = "connected";
	trouble = null;
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = { ...H };
	#r = /* @__PURE__ */ new Set();
	#i = 0;
	constructor(e) {
		super(), this.#e = e;
	}
	views() {
		return this.all().sort((e, t) => e.since - t.since).map((e) => e.view);
	}
	all() {
		return [...this.#t.values()];
	}
	get isStanding() {
		return this.all().some((e) => e.isStanding);
	}
	joined(e) {
		this.#i = e.rev;
		let t = new Set(e.peers.map((e) => e.userId));
		for (let e of [...this.#t.keys()]) t.has(e) || this.#s(e);
		for (let t of e.peers) this.#a(t);
		this.#o();
	}
	resumed() {
		for (let e of this.#t.values()) e.check();
	}
	hear(e) {
		switch (e.type) {
			case "user_joined": return this.#t.get(e.data.userId)?.member.rev === e.data.rev ? void 0 : (this.#a({
				...e.data,
				state: "on"
			}), this.#o());
			case "user_left": return it.includes(e.data.reason) ? this.#s(e.data.userId) : this.#c(e.data.userId), this.#o();
			case "offer": return this.#t.get(e.data.senderUserId)?.offered(e.data.sdp, e.data.streams);
			case "answer": return this.#t.get(e.data.senderUserId)?.answered(e.data.sdp, e.data.streams);
			case "ice_candidate": return this.#t.get(e.data.senderUserId)?.candidate(e.data.candidate);
			case "renegotiate": return this.#t.get(e.data.senderUserId)?.asked(e.data);
			case "message":
			case "chat_message":
			case "chat_deleted":
			case "attributes_changed":
			case "mute_requested":
			case "room_changed":
			case "guests_waiting":
			case "sfu_new_producer":
			case "sfu_producer_changed":
			case "sfu_producer_closed":
			case "media_changed": return;
		}
	}
	refused({ code: e }, t) {
		e === "candidates_overflow" && t?.type === "ice_candidate" && this.candidatesRefused(t.data.targetUserId);
	}
	stats() {
		return Promise.all(this.all().map(s));
	}
	watched() {
		return this.all().map($e);
	}
	see() {}
	told(e, t) {
		let n = Qe(t);
		n && this.#t.get(e)?.told(n);
	}
	candidatesRefused(e) {
		this.#t.get(e)?.restart();
	}
	retry(e) {
		this.#t.get(e)?.retry(), this.emit("changed", void 0);
	}
	set(e, t) {
		if (this.#n[e] !== t) {
			this.#n[e] = t;
			for (let n of this.#t.values()) n.set(e, t);
		}
	}
	publish(e) {
		this.#r.add(e);
		for (let t of this.#t.values()) t.publish(e);
	}
	unpublish(e) {
		this.#r.delete(e);
		for (let t of this.#t.values()) t.unpublish(e);
	}
	say() {}
	configure() {
		for (let e of this.#t.values()) e.configure(this.#e.configuration());
	}
	close() {
		for (let e of [...this.#t.keys()]) this.#c(e);
	}
	#a(e) {
		let t = this.#t.get(e.userId);
		if (t?.isStanding) return t.adopt(e, Z(this.#i, e.rev)), this.told(e.userId, e.attributes ?? {});
		t && this.#c(e.userId);
		let { RTCPeerConnection: n } = this.#e, r = new Ke(e, {
			role: Z(this.#i, e.rev),
			signal: this.#l(e.userId),
			tracks: this.#n,
			extras: this.#r,
			configuration: this.#e.configuration(),
			cameraBits: Q(this.#t.size + 1),
			online: () => this.#e.online(),
			...n && { RTCPeerConnection: n }
		});
		r.on("changed", () => this.emit("changed", void 0)), r.on("ended", () => {
			this.#c(e.userId), this.#o();
		}), this.#t.set(e.userId, r), this.told(e.userId, e.attributes ?? {});
	}
	#o() {
		let e = Q(this.#t.size);
		for (let t of this.#t.values()) t.share(e);
		this.emit("changed", void 0);
	}
	#s(e) {
		let t = this.#t.get(e);
		t?.isStanding ? t.depart() : this.#c(e);
	}
	#c(e) {
		this.#t.get(e)?.close(), this.#t.delete(e);
	}
	#l(e) {
		let { send: t } = this.#e;
		return {
			offer: (n) => t({
				type: "offer",
				data: {
					targetUserId: e,
					...n
				}
			}),
			answer: (n) => t({
				type: "answer",
				data: {
					targetUserId: e,
					...n
				}
			}),
			candidate: (n) => t({
				type: "ice_candidate",
				data: {
					targetUserId: e,
					candidate: n
				}
			}),
			renegotiate: (n) => t({
				type: "renegotiate",
				data: {
					targetUserId: e,
					...n
				}
			})
		};
	}
}, $ = [
	"microphone",
	"camera",
	"screen"
], ot = [
	"state",
	"memberJoined",
	"memberLeft",
	"chat",
	"message",
	"moved",
	"refused",
	"ended"
], st = class extends n {
	room;
	media;
	#e;
	#t;
	#n;
	#r;
	#i = [];
	#a = /* @__PURE__ */ new Set();
	#o = null;
	constructor(e) {
		super();
		let { media: t, iceTransportPolicy: n = "all", RTCPeerConnection: r, api: i } = e;
		this.media = t ?? new B(), this.room = new I({
			...e,
			worthwhile: () => this.#e.isStanding
		});
		let { room: a } = this, o = e.getIceServers ?? i?.iceServers?.bind(i);
		this.#t = new Me(o, () => this.#e.configure());
		let s = () => a.flow.mode === "mesh", c = () => new at({
			send: (e) => s() && !a.isHidden && a.signal(e),
			online: () => a.state === "joined" && s() && !a.isHidden,
			configuration: () => ({
				iceServers: this.#t.current,
				iceTransportPolicy: n
			}),
			...r && { RTCPeerConnection: r }
		}), l = e.sfu ?? (() => import("./sfu-C14xyspl.js")), u = async () => {
			let { SfuPath: e } = await l();
			return () => new e({
				room: a,
				iceTransportPolicy: n
			});
		};
		this.#e = new Ze({
			room: a,
			mesh: c,
			sfu: u
		}), this.#n = e.reports === !1 ? void 0 : i?.report?.bind(i), this.#r = this.#d(a.roomId), this.#l();
	}
	get chat() {
		return this.room.chat;
	}
	join() {
		let { state: e } = this.room;
		return (e === "idle" || e === "stopped") && this.#s(), this.room.join();
	}
	leave() {
		this.room.leave();
	}
	publishTrack(e, { name: t = "" } = {}) {
		if (this.#a.size >= c.extraTracksMax) throw new l("too_many_tracks", `${c.extraTracksMax} tracks are published already, as many as is allowed: unpublish one first.`);
		let n = {
			track: e,
			name: t.slice(0, c.trackNameCharsMax)
		};
		this.#a.add(n), this.#e.publish(n);
		let r = () => {
			this.#a.delete(n) && (e.removeEventListener("ended", r), this.#e.unpublish(n));
		};
		return e.addEventListener("ended", r), {
			...n,
			unpublish: r
		};
	}
	reconnect() {
		this.room.reconnect();
	}
	retry(e) {
		this.#e.retry(e);
	}
	see(e, t) {
		this.#e.see(e, Math.round(t * (globalThis.devicePixelRatio ?? 1)));
	}
	get view() {
		let { room: e } = this;
		return this.#o ??= {
			state: e.state,
			userId: e.userId,
			roomId: e.roomId,
			sessionId: e.sessionId,
			stopped: e.ended?.code ?? null,
			refusal: e.ended?.refusal ?? null,
			crowded: e.isCrowded,
			peers: this.#e.views(),
			path: this.#x(),
			rules: e.rules,
			without: e.without,
			chat: e.chat.entries,
			chatHistory: e.chat.history
		}, this.#o;
	}
	stats() {
		return this.#e.stats();
	}
	#s() {
		let { media: e } = this;
		this.#i.push(e.on("track", ({ slot: e, track: t }) => this.#c(e, t)), e.on("changed", () => this.#m()), e.on("screenSound", (e) => this.#b(e))), this.#m();
		for (let t of $) this.#c(t, e.track(t));
		this.#b(e.screenSound);
	}
	#c(e, t) {
		this.#e.set(e, this.room.isHidden ? null : t);
	}
	#l() {
		let { room: e } = this;
		e.on("joined", (t) => {
			if (this.#t.use(t.iceServers), e.isHidden) for (let e of $) this.#c(e, null);
			this.#e.joined(t), this.#v();
		}), e.on("resumed", () => {
			this.#e.resumed(), this.#v();
		}), e.on("moved", ({ roomId: e }) => this.#u(e)), e.on("degraded", ({ lost: e, without: t }) => this.#p(e ?? !1, !t.includes("media"))), e.on("wake", () => this.#e.resumed()), e.on("signal", (e) => this.#e.hear(e)), e.on("notice", (e) => this.#e.notice(e)), e.on("attributesChanged", ({ member: e, changes: t }) => this.#e.told(e.userId, t)), e.on("refused", ({ refusal: e, message: t }) => this.#e.refused(e, t)), e.on("ended", () => this.#S());
		for (let t of ot) e.on(t, (e) => this.emit(t, e));
		e.on("changed", () => this.#C()), this.#e.on("changed", () => {
			this.#r?.look(this.#e.watched()), this.#C();
		});
	}
	#u(e) {
		this.#r?.end(), this.#r = this.#d(e), this.#_ = !1, this.#e.close();
	}
	#d(e) {
		let t = this.#n;
		return t ? new et((n) => t(e, n)) : null;
	}
	#f = !0;
	#p(e, t) {
		let n = t && !this.#f;
		this.#f = t, (e || n) && this.#e.resumed();
	}
	#m() {
		let { view: e } = this.media;
		for (let t of $) this.#r?.device(t, e[t].trouble);
		this.#g();
	}
	#h = null;
	#g() {
		let { on: e } = this.media.view.microphone;
		this.#h !== e && this.#e.say({ microphone: e }), this.#h = e, this.#v();
	}
	#_ = !1;
	#v() {
		let e = this.#h === !1 && this.media.track("microphone") !== null;
		this.room.state !== "joined" || this.room.isHidden || e === this.#_ || (this.#_ = e, this.room.setAttributes({ [G]: e ? K : null }).catch(() => {
			this.#_ = null;
		}));
	}
	#y = null;
	#b(e) {
		this.#y?.unpublish(), this.#y = e && this.#a.size < c.extraTracksMax ? this.publishTrack(e, { name: "screen" }) : null;
	}
	#x() {
		let { meant: e, mode: t, speaker: n } = this.room.flow;
		return {
			meant: e,
			mode: t,
			speaker: n,
			state: this.#e.state,
			trouble: this.#e.trouble
		};
	}
	#S() {
		this.#r?.end(), this.#_ = !1, this.#e.close(), this.#t.close();
		for (let e of this.#i.splice(0)) e();
	}
	#C() {
		this.#o = null, this.emit("changed", void 0);
	}
};
export { l as AldisError, ue as Api, C as CLOSE_CODES, st as Call, T as Connection, me as ERROR_CODES, n as Emitter, _ as LIMITS, c as MEDIA_LIMITS, B as Media, m as NotSent, f as Problem, h as RequestRefused, I as Room, p as RoomEnded, i as SLOTS, F as Session, u as SignedOut, d as Unreachable, P as socketUrl };
