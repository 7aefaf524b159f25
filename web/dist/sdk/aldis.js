// ../client/src/errors.ts
var e = class extends Error {
	name = "AldisError";
	code;
	constructor(e, t, n) {
		super(t, n), this.code = e;
	}
}, t = class extends e {
	name = "SignedOut";
	constructor(e = "The sign-in has ended. Sign in again.", t) {
		super("signed_out", e, t);
	}
}, n = class extends e {
	name = "Unreachable";
	constructor(e = "The server does not answer. Check your connection and try again.", t) {
		super("unreachable", e, t);
	}
}, r = class extends e {
	name = "Problem";
	status;
	requestId;
	errors;
	retryAfterSeconds;
	constructor(e, t, n) {
		let r = (e) => typeof e == "string" && e ? e : null;
		super(r(t.code) ?? "internal", r(t.detail) ?? r(t.title) ?? `The server answered ${e}.`), this.status = e, this.requestId = r(t.requestId), this.errors = t.errors, this.retryAfterSeconds = n;
	}
}, i = class extends e {
	name = "RoomEnded";
	refusal;
	constructor(e, t) {
		super(e, t?.message ?? o[e]), this.refusal = t;
	}
}, a = class extends e {
	name = "NotSent";
	constructor(e) {
		super(e?.code ?? "lost", e?.message ?? "The session ended before the message was acknowledged; it may have arrived.");
	}
}, o = {
	left: "You left the room.",
	replaced: "The same user joined this room from another page or device.",
	auth: "The token is no longer accepted. Sign in again.",
	forbidden: "This user may not join the room, or was removed from it.",
	room_not_found: "There is no such room.",
	room_closed: "The room is closed.",
	room_full: "The room is full.",
	protocol: "Client and server do not understand each other; their versions may differ, or the address is wrong.",
	unreachable: "The server did not answer for several minutes."
}, s = 15e3, c = class {
	#e;
	#t;
	#n;
	constructor(e, t, n) {
		this.#e = e.replace(/\/+$/, ""), this.#t = t, this.#n = n;
	}
	async send(e) {
		let t = await this.#r(e), n = await l(t);
		if (t.ok) return n;
		let i = Number.parseInt(t.headers.get("retry-after") ?? "", 10);
		throw new r(t.status, n ?? {}, Number.isFinite(i) ? i : null);
	}
	async #r({ method: e, path: t, body: r, token: i, headers: a }) {
		let o = {
			accept: "application/json, application/problem+json",
			...a
		};
		r && (o["content-type"] = "application/json"), i && (o.authorization = `Bearer ${i}`);
		try {
			return await this.#t(`${this.#e}${t}`, {
				method: e,
				headers: o,
				credentials: this.#n,
				signal: AbortSignal.timeout(s),
				keepalive: e !== "GET",
				...r && { body: JSON.stringify(r) }
			});
		} catch (e) {
			throw new n(void 0, { cause: e });
		}
	}
};
async function l(e) {
	try {
		let t = await e.json();
		return typeof t == "object" ? t : null;
	} catch {
		return null;
	}
}
// ../client/src/api/sign-in.ts
var ee = 3e4, te = class {
	#e;
	#t;
	#n;
	#r = null;
	#i = !1;
	#a = null;
	constructor(e, t) {
		this.#e = e, this.#t = t, this.#n = t;
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
	async token({ force: e }) {
		if (this.#n.by === "callback") return this.#n.get({ force: e });
		if (this.#i && !e) return null;
		if ((e || !this.#r || this.#r.expiresAt - Date.now() < ee) && await this.refresh(), !this.#r) throw new t("There is no access token. Sign in again.");
		return this.#r.value;
	}
	refresh() {
		return this.#a ??= this.#o().finally(() => {
			this.#a = null;
		}), this.#a;
	}
	take({ accessToken: e, expiresIn: t, user: n, refreshToken: r }) {
		return this.#r = {
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
	async enter(e, t) {
		let n = `/api/rooms/${encodeURIComponent(e)}/guests`, r = this.#n.by === "guest" && this.#n.roomId === e ? this.present : void 0, i = this.take(await this.#e.send({
			method: "POST",
			path: n,
			body: { name: t },
			token: r
		}));
		return this.#n = {
			by: "guest",
			roomId: e,
			name: t
		}, i;
	}
	forget() {
		this.#r = null, this.#i = !1, this.#n = this.#t.by === "memory" ? {
			by: "memory",
			refreshToken: null
		} : this.#t;
	}
	async #o() {
		let e = this.#n;
		try {
			if (e.by === "guest") return await this.enter(e.roomId, e.name);
			if (e.by === "memory" && !e.refreshToken) throw new t("Nobody has signed in yet.");
			let n = () => this.#e.send({
				method: "POST",
				path: "/api/auth/refresh",
				body: this.body
			});
			return this.take(await (e.by === "cookie" ? u(n) : n()));
		} catch (e) {
			throw !(e instanceof r) || ![
				401,
				403,
				404
			].includes(e.status) ? e : (this.#r = null, new t(void 0, { cause: e }));
		}
	}
};
function u(e) {
	let { locks: t } = globalThis.navigator ?? {};
	return t ? t.request("aldis-refresh", e) : e();
}
// ../client/src/limits.ts
var d = {
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
	chatMax: 2e3,
	chatPage: 50,
	chatPagesMax: 20,
	chatCharsMax: 4e3,
	journalMax: 200
}, f = class {
	#e;
	#t;
	constructor({ base: e = "", token: t, refreshToken: n, fetch: r } = {}) {
		let i = n ?? (e ? "memory" : "cookie"), a = t || i === "memory" ? "omit" : e ? "include" : "same-origin";
		this.#e = new c(e, r ?? ((e, t) => fetch(e, t)), a);
		let o = i === "memory" ? {
			by: i,
			refreshToken: null
		} : { by: i };
		this.#t = new te(this.#e, t ? {
			by: "callback",
			get: t
		} : o);
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
			if (!(e instanceof r) || e.status !== 401) throw e;
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
			path: p(e, "/card")
		});
	}
	enterAsGuest(e, t) {
		return this.#t.enter(e, t);
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
		return this.#r("GET", p(e));
	}
	async rooms() {
		return (await this.#r("GET", "/api/rooms")).rooms;
	}
	changeRoom(e, t) {
		return this.#r("PATCH", p(e), t);
	}
	async deleteRoom(e) {
		await this.#r("DELETE", p(e));
	}
	messages(e, t) {
		let n = new URLSearchParams({
			limit: String(d.chatPage),
			...t && { before: t }
		});
		return this.#r("GET", p(e, `/messages?${n}`));
	}
	async deleteMessage(e, t) {
		await this.#r("DELETE", p(e, `/messages/${encodeURIComponent(t)}`));
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
		let i = (r) => this.#e.send({
			method: e,
			path: t,
			body: n,
			token: r ?? void 0
		});
		try {
			return await i(await this.token());
		} catch (e) {
			if (!(e instanceof r) || e.status !== 401) throw e;
			return i(await this.token({ force: !0 }));
		}
	}
};
function p(e, t = "") {
	return `/api/rooms/${encodeURIComponent(e)}${t}`;
}
// ../client/src/connection/backoff.ts
function ne(e, t, n = d.backoffCapMs) {
	let r = d.backoffStepsMs, i = r.length - 1, a = r[e] ?? (r[i] ?? 0) * 2 ** Math.min(e - i, 16);
	return Math.floor(a === 0 ? t * d.backoffSpreadMs : Math.min(a * (.5 + t), n * (.5 + t / 2)));
}
function re(e, t) {
	return e < Math.min(t, d.backoffSeatMs) ? d.backoffSeatCapMs : e < d.backoffMinuteMs ? d.backoffMinuteCapMs : d.backoffCapMs;
}
function ie(e, t) {
	let n = Math.min(d.elsewhereMs * 2 ** Math.min(e, 16), d.elsewhereCapMs);
	return Math.floor(n * (1 + t / 3));
}
function m(e) {
	return typeof e != "number" || !(e >= 0) ? null : Math.min(e, d.retryAfterMaxMs);
}
// ../client/src/gen/protocol.ts
var ae = {
	bad_message: { retryable: !1 },
	out_of_order: { retryable: !1 },
	unknown_type: { retryable: !1 },
	auth_required: { retryable: !1 },
	auth_invalid: { retryable: !1 },
	token_expired: { retryable: !1 },
	forbidden: { retryable: !1 },
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
}, h = {
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
}, oe = {
	normal: "left",
	forbidden: "forbidden",
	room_gone: "room_closed",
	replaced: "replaced"
};
function g(e, t) {
	let n = Object.entries(h).find(([, { number: t }]) => t === e);
	if (!n) return e >= 4400 && e < 4500 ? {
		next: "stop",
		reason: "forbidden"
	} : { next: "come_back" };
	let [r, { comeback: i }] = n;
	return r === "token" ? { next: "fresh_token" } : i === "resume" ? { next: "come_back" } : i === "after_mending" ? {
		next: "stop",
		reason: "protocol"
	} : r === "room_gone" && t?.code === "room_not_found" ? {
		next: "stop",
		reason: t.code
	} : {
		next: "stop",
		reason: oe[r] ?? "forbidden"
	};
}
// ../client/src/emitter.ts
var _ = class {
	#e = /* @__PURE__ */ new Map();
	on(e, t) {
		let n = this.#e.get(e) ?? /* @__PURE__ */ new Set();
		return this.#e.set(e, n), n.add(t), () => this.off(e, t);
	}
	off(e, t) {
		this.#e.get(e)?.delete(t);
	}
	once(e, t) {
		let n = this.on(e, (e) => {
			n(), t(e);
		});
		return n;
	}
	emit(e, t) {
		for (let n of [...this.#e.get(e) ?? []]) try {
			n(t);
		} catch (e) {
			queueMicrotask(() => {
				throw e;
			});
		}
	}
}, v = "aldis.v1", y = "aldis.resume", b = class extends _ {
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
	constructor(e, t, n) {
		super(), this.#e = new e(t, n ? [v, y] : [v]), this.#e.onopen = () => this.emit("open", void 0), this.#e.onmessage = (e) => this.#d(e.data), this.#e.onclose = (e) => this.#f(e.code), this.#u(d.welcomeMs);
	}
	get isStuck() {
		return !this.#l && Date.now() - this.#c >= d.dialMs;
	}
	send(e) {
		return this.#t || this.#e.readyState !== 1 ? !1 : (this.#e.send(JSON.stringify(e)), !0);
	}
	keepAlive(e) {
		clearInterval(this.#i), this.#l = !0, this.#s = Date.now();
		let t = Math.max(1, e) * 1e3;
		this.#i = setInterval(() => {
			let e = Date.now() - this.#s > t + d.sleptMs;
			this.#s = Date.now(), this.probe(e ? d.wakeAnswerMs : d.heartbeatAnswerMs);
		}, t);
	}
	probe(e = d.heartbeatAnswerMs) {
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
		let t = x(e);
		t && (this.#n = t.type === "error" ? t.data : void 0, t.type === "server_draining" && (this.#r = t.data.retryAfterMs), this.emit("message", t));
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
function x(e) {
	if (typeof e != "string") return null;
	try {
		let t = JSON.parse(e);
		return typeof t == "object" && t && "type" in t ? t : null;
	} catch {
		return null;
	}
}
// ../client/src/connection.ts
var S = class extends _ {
	#e;
	#t;
	#n = null;
	#r = null;
	#i;
	#a = null;
	#o;
	#s = 0;
	#c = !1;
	#l = !1;
	#u = 0;
	#d = 0;
	#f = !0;
	#p = 0;
	constructor(e) {
		super(), this.#e = e, this.#t = e.random ?? Math.random;
	}
	start() {
		this.#f && (this.#f = !1, this.#s = 0, this.#c = !1, this.#l = !1, this.#u = Date.now(), this.#h());
	}
	send(e) {
		let t = this.#n?.send(e) ?? !1;
		return t && this.emit("traffic", {
			direction: "sent",
			type: e.type
		}), t;
	}
	settled() {
		this.#s = 0, this.#l = !1, this.#u = 0;
	}
	renew() {
		this.#n?.abandon();
	}
	wake() {
		this.#f || (this.#n ? this.#n.probe(d.wakeAnswerMs) : this.#o !== void 0 && this.#m());
	}
	retry() {
		this.wake(), this.#n?.isStuck && (this.#n.abandon(), this.#m());
	}
	#m() {
		this.#s = 0, this.#h();
	}
	stop(e = "left", t) {
		this.#f || (this.#f = !0, this.#p += 1, clearTimeout(this.#o), this.#y(), this.#n?.close(), this.#n = null, this.emit("stopped", {
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
	async #h() {
		clearTimeout(this.#o), this.#o = void 0, this.#p += 1;
		let e = this.#p, t;
		try {
			t = await this.#e.getToken({ force: this.#c }), this.#c = !1;
		} catch (t) {
			return e === this.#p ? se(t) ? this.stop("auth") : this.#w(1006, null) : void 0;
		}
		e === this.#p && this.#g(t);
	}
	#g(e) {
		try {
			this.#n = this.#_(e);
		} catch {
			this.stop("protocol");
		}
	}
	#_(e) {
		let { WebSocket: t = globalThis.WebSocket, url: n, resume: r } = this.#e, i = new b(t, n, r() !== void 0), a = !1;
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
			}), e.type === "welcome" ? (i.keepAlive(e.data.heartbeatSeconds), this.#d = e.data.resumeWindowSeconds * 1e3, i === this.#n && this.emit("welcome", {
				welcome: e.data,
				resuming: a
			})) : (i === this.#r && this.#S(e), i === this.#n && (e.type === "degraded" && this.#v(e.data.without), this.emit("message", e)));
		}), i.on("closed", (e) => {
			this.#n === i ? this.#C(e) : this.#r === i && this.#b();
		}), i;
	}
	#v(e) {
		if (!e.includes("signaling")) return this.#y();
		this.#a === null && this.#b();
	}
	#y() {
		clearTimeout(this.#i), this.#a = null, this.#r?.close(), this.#r = null;
	}
	#b() {
		clearTimeout(this.#i), this.#r?.close(), this.#r = null;
		let e = this.#a ?? 0;
		this.#a = e + 1, this.#i = setTimeout(() => void this.#x(), ie(e, this.#t()));
	}
	async #x() {
		let [e, t] = [this.#n, this.#a], n = await this.#e.getToken({ force: !1 }).catch(() => void 0);
		if (e !== null && e === this.#n && t === this.#a && this.#e.resume() !== void 0) {
			if (n === void 0) return this.#b();
			this.#r = this.#_(n), this.#i = setTimeout(() => this.#b(), d.joinMs);
		}
	}
	#S({ type: e }) {
		if (e !== "resumed" && e !== "resume_failed") return;
		let t = this.#r;
		e === "resumed" && (this.#n?.close(), [this.#n, this.#r] = [t, null]);
		let n = this.#a;
		this.#y(), e === "resume_failed" && (this.#a = n);
	}
	#C({ code: e, last: t, retryAfterMs: n }) {
		this.#n = null;
		let r = this.#r !== null && e === h.replaced.number;
		if (this.#y(), r) return this.#w(e, null);
		let i = g(e, t);
		if (i.next === "stop") return this.stop(i.reason, t);
		if (i.next === "fresh_token") {
			if (this.#l) return this.stop("auth", t);
			this.#c = !0, this.#l = !0;
		}
		this.#w(e, m(n));
	}
	#w(e, t) {
		if (this.#f) return;
		let n = Date.now();
		this.#u === 0 && (this.#u = n);
		let r = this.#e.worthwhile?.() ?? !1;
		if (n - this.#u > d.giveUpMs && !r) return this.stop("unreachable");
		let i = re(n - this.#u, this.#d), a = t ?? ne(this.#s, this.#t(), i);
		this.#s += 1, this.emit("down", {
			retryInMs: a,
			code: e
		}), this.#o = setTimeout(() => void this.#h(), a);
	}
};
function se(e) {
	return e instanceof t || e?.code === "signed_out";
}
// ../client/src/chat.ts
var ce = class {
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
		this.#l.size > d.chatMax && t && this.#l.delete(t), this.#v(this.#e);
	}
	say(e) {
		let t = [...e.trim()].slice(0, d.chatCharsMax).join("");
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
		for (let r = 0; r < d.chatPagesMax; r += 1) {
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
			let o = e?.entry ?? le(a, t);
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
		e.length > d.chatMax && (this.#i = null), this.#e = e.filter((e) => e.serverId === null || !this.#l.has(e.serverId)).slice(-d.chatMax), this.#i === null && this.#r === "more" && (this.#r = "whole"), this.#t = this.#e.map(({ entry: e, serverId: t }) => ({
			...e,
			isStored: t !== null && e.state === "sent" && this.#d.deleteMessage !== void 0
		})), this.#d.changed();
	}
};
function le(e, t) {
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
// ../client/src/journal.ts
var ue = class {
	#e = [];
	#t = 0;
	note(e, t) {
		this.#t += 1, this.#e.push({
			number: this.#t,
			time: (/* @__PURE__ */ new Date()).toISOString(),
			direction: e,
			type: t
		}), this.#e.length > d.journalMax && this.#e.shift();
	}
	entries() {
		return [...this.#e];
	}
}, de = class {
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
		if (e.type !== "user_left") return {};
		let { userId: t, reason: n } = e.data, r = this.find(t);
		return r ? (this.replace(this.#e.filter((e) => e !== r)), { left: {
			member: r,
			reason: n
		} }) : {};
	}
};
// ../client/src/page-life.ts
function fe(e) {
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
// ../client/src/session/inbox.ts
var pe = class {
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
		return e === void 0 ? "next" : e <= this.#e ? "repeat" : e > this.#e + 1 && this.#n !== this.#e ? (this.#n = this.#e, "hole") : (this.#e = e, e - this.#t >= d.ackEvery ? this.flush() : this.#r ??= setTimeout(() => this.flush(), d.ackDelayMs), "next");
	}
	flush() {
		clearTimeout(this.#r), this.#r = void 0, this.#e !== this.#t && (this.#t = this.#e, this.#i(this.#e));
	}
	restart() {
		clearTimeout(this.#r), this.#r = void 0, this.#e = 0, this.#t = 0, this.#n = -1;
	}
}, me = class {
	#e = 1;
	#t = [];
	add(e, t = () => {}, n = 1) {
		if (this.#t.length >= d.outboxMax) return null;
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
}, he = {
	room_full: "room_full",
	room_not_found: "room_not_found",
	room_closed: "room_closed",
	forbidden: "forbidden",
	already_in_room: "protocol",
	bad_message: "room_not_found"
}, C = class extends _ {
	roomId;
	#e;
	#t;
	#n = new me();
	#r;
	#i = "idle";
	#a = null;
	#o = null;
	#s = null;
	#c;
	#l = !1;
	constructor(e) {
		super(), this.roomId = e.roomId, this.#t = e.worthwhile ?? (() => !1), this.#r = new pe((e) => this.#e.send({
			type: "ack",
			seq: e
		})), this.#e = new S({
			...e,
			resume: () => this.#u()
		}), this.#e.on("welcome", ({ welcome: e, resuming: t }) => this.#d(e.userId, t)), this.#e.on("message", (e) => this.#m(e)), this.#e.on("down", () => this.#D()), this.#e.on("stopped", (e) => this.#O(e)), this.#e.on("traffic", (e) => this.emit("traffic", e));
	}
	get state() {
		return this.#i;
	}
	get userId() {
		return this.#a;
	}
	get sessionId() {
		return this.#o;
	}
	get isCrowded() {
		return this.#l;
	}
	start() {
		(this.#i === "idle" || this.#i === "stopped") && (this.#k("connecting"), this.#e.start());
	}
	leave() {
		this.#i !== "stopped" && (this.#r.flush(), this.#e.send({ type: "leave_room" }), this.#e.stop("left"));
	}
	send(e, t) {
		if (this.#i === "stopped" || this.#i === "idle") return t?.({ kind: "lost" });
		let n = this.#n.add(e, t);
		if (!n) return this.#x(t);
		this.#i === "joined" && this.#E(n);
	}
	wake() {
		this.#e.wake();
	}
	retry() {
		this.#e.retry();
	}
	#u() {
		return this.#s ? {
			resumeToken: this.#s,
			seq: this.#r.last
		} : void 0;
	}
	#d(e, t) {
		this.#a = e, t ? this.#p() : this.#f();
	}
	#f() {
		this.#i !== "reconnecting" && this.#k("joining"), this.#e.send({
			type: "join_room",
			data: { roomId: this.roomId }
		}), this.#p();
	}
	#p() {
		clearTimeout(this.#c), this.#c = setTimeout(() => this.#e.renew(), d.joinMs);
	}
	#m(e) {
		switch (e.type) {
			case "ack": return this.#n.acknowledge(e.cid);
			case "room_joined": return this.#g(e.data);
			case "resumed": return this.#_(e.data);
			case "resume_failed": return this.#b();
			case "error": return this.#S(e.data);
			case "token_expiring":
				this.#e.refreshToken();
				return;
			case "room_closed": return this.#e.stop("room_closed");
			case "degraded": return this.emit("degraded", e.data);
			case "welcome":
			case "heartbeat_ack":
			case "server_draining":
			case "room_left": return;
			default: "seq" in e && e.seq !== void 0 && this.#h(e);
		}
	}
	#h(e) {
		let t = this.#r.take(e.seq);
		t === "next" ? this.emit("message", e) : t === "hole" && this.#e.renew();
	}
	#g(e) {
		this.#n.restart(), this.#r.restart(), this.#s = e.resumeToken, this.#o = e.sessionId, this.#v(), this.#y(), this.emit("joined", e);
	}
	#_(e) {
		this.#v(), this.#y(), this.emit("resumed", e);
	}
	#v() {
		for (let e of this.#n.unacknowledged()) this.#E(e);
	}
	#y() {
		clearTimeout(this.#c), this.#l = !1, this.#e.settled(), this.#k("joined");
	}
	#b() {
		this.#s = null, this.#n.restart(), this.#f();
	}
	#x(e) {
		e?.({ kind: "lost" }), this.#s = null, this.#n.restart(), this.#e.renew();
	}
	#S(e) {
		let t = typeof e.cid == "number" ? this.#n.take(e.cid) : void 0;
		if (t) return this.#T(e, t);
		this.#i !== "joined" && this.#C(e) || this.emit("refused", { refusal: e });
	}
	#C(e) {
		let t = he[e.code];
		return t === "room_full" && this.#o !== null && this.#t() ? (this.#w(e), !0) : t ? (this.#e.stop(t, e), !0) : e.retryable ? (clearTimeout(this.#c), this.#c = setTimeout(() => this.#s ? this.#e.renew() : this.#f(), m(e.retryAfterMs) ?? d.resendMs), !0) : !1;
	}
	#w(e) {
		this.#l = !0, this.emit("refused", { refusal: e }), clearTimeout(this.#c), this.#c = setTimeout(() => this.#f(), m(e.retryAfterMs) ?? d.crowdedMs);
	}
	#T(e, t) {
		if (e.code === "not_in_room") return t.settle({ kind: "lost" }), this.#b();
		if (e.code === "out_of_order") return this.#x(t.settle);
		if (e.retryable && t.tries < d.resendMax) {
			let n = this.#o, r = m(e.retryAfterMs) ?? d.resendMs;
			setTimeout(() => {
				if (this.#o !== n || this.#i === "stopped") return t.settle({ kind: "lost" });
				let e = this.#n.add(t.message, t.settle, t.tries + 1);
				e ? this.#i === "joined" && this.#E(e) : this.#x(t.settle);
			}, r);
		} else t.settle({
			kind: "refused",
			refusal: e
		}), this.emit("refused", {
			refusal: e,
			message: t.message
		});
	}
	#E({ cid: e, message: t }) {
		this.#e.send({
			...t,
			cid: e
		});
	}
	#D() {
		clearTimeout(this.#c), this.#k(this.#o === null ? "connecting" : "reconnecting");
	}
	#O(e) {
		clearTimeout(this.#c), this.#r.restart(), this.#n.restart(), this.#s = null, this.#o = null, this.#l = !1, this.#k("stopped"), this.emit("stopped", e);
	}
	#k(e) {
		this.#i !== e && (this.#i = e, this.emit("state", e));
	}
};
// ../client/src/url.ts
function w(t = globalThis.location?.href) {
	if (t === void 0) throw new e("no_url", "Which node? There is no page here whose own it could be: pass `url`, as https://….");
	if (/^wss?:/.test(t)) return t;
	let n = new URL("/ws", t);
	return n.protocol = n.protocol === "https:" ? "wss:" : "ws:", n.href;
}
// ../client/src/room.ts
var T = class extends _ {
	roomId;
	chat;
	journal = new ue();
	#e;
	#t = new de();
	#n = null;
	#r = null;
	#i = null;
	#a = [];
	constructor(e) {
		super();
		let { roomId: t, api: n } = e;
		this.roomId = t, this.#e = new C(E(e)), this.chat = new ce({
			send: (e, t) => this.#e.send(e, t),
			changed: () => this.#p(),
			self: () => ({
				userId: this.#e.userId,
				sessionId: this.#e.sessionId
			}),
			getMessages: e.getMessages ?? (n && ((e) => n.messages(t, e))),
			deleteMessage: e.deleteMessage ?? (n && ((e) => n.deleteMessage(t, e)))
		}), this.#s();
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
		let e = D();
		return this.#n = e, this.#i = null, this.#r = fe({
			wake: () => this.#o(),
			hide: () => this.leave()
		}), this.#e.start(), e.promise;
	}
	leave() {
		this.#n && this.#e.leave();
	}
	send(e, t, { to: n } = {}) {
		return new Promise((r, i) => {
			this.#e.send({
				type: "message",
				data: {
					topic: e,
					data: t,
					...n && { to: n }
				}
			}, (e) => {
				e.kind === "accepted" ? r() : i(new a(e.kind === "refused" ? e.refusal : null));
			});
		});
	}
	reconnect() {
		this.#e.retry();
	}
	signal(e) {
		this.#e.send(e);
	}
	#o() {
		this.#e.wake(), this.emit("wake", void 0);
	}
	#s() {
		let e = this.#e;
		e.on("traffic", ({ direction: e, type: t }) => this.journal.note(e, t)), e.on("state", (e) => {
			this.journal.note("state", e), this.emit("state", e), this.#p();
		}), e.on("joined", (e) => this.#c(e)), e.on("resumed", (e) => {
			this.#t.replace(e.peers), this.emit("resumed", e), this.#p();
		}), e.on("degraded", (e) => this.#l(e)), e.on("message", (e) => this.#u(e)), e.on("refused", (e) => {
			this.journal.note("state", `refused:${e.refusal.code}`), this.emit("refused", e), this.#p();
		}), e.on("stopped", ({ reason: e, last: t }) => this.#f(e, t ?? null));
	}
	#c(e) {
		this.#t.replace(e.peers), this.emit("joined", e), this.#n?.resolve(), this.chat.load(), this.#p();
	}
	#l(e) {
		this.#a = e.without, this.chat.degraded(e.without), e.lost && this.chat.load(), this.emit("degraded", e), this.#p();
	}
	#u(e) {
		let { joined: t, left: n } = this.#t.hear(e);
		if (e.type === "chat_deleted") this.chat.forget(e.data.id);
		else if (e.type === "chat_message") this.#d(e.data);
		else if (e.type === "message") {
			let { senderUserId: t, topic: n, data: r } = e.data;
			this.emit("message", {
				from: t,
				topic: n,
				data: r
			});
		} else this.emit("signal", e);
		t && this.emit("memberJoined", t), n && this.emit("memberLeft", n), (t || n) && this.#p();
	}
	#d(e) {
		this.chat.hear(e, this.#t.find(e.senderId)?.name ?? null);
		let t = this.chat.entries.at(-1);
		t?.id === e.id && this.emit("chat", t);
	}
	#f(e, t) {
		let n = new i(e, t);
		this.#i = n, this.#t.replace([]), this.#r?.(), this.#r = null, this.chat.end();
		let r = this.#n;
		this.#n = null, r?.reject(n), this.emit("ended", n), this.#p();
	}
	#p() {
		this.emit("changed", void 0);
	}
};
function E({ url: t, token: n, api: r, ...i }) {
	if (!i.WebSocket && globalThis.WebSocket === void 0) throw new e("no_websocket", "There is no WebSocket here: pass one as the option `WebSocket`, such as that of the package `ws` (Node has its own from 22).");
	let a = (typeof n == "string" ? async () => n : n) ?? (r && ((e) => r.token(e)));
	return {
		...i,
		url: w(t),
		getToken: a ?? (async () => null)
	};
}
function D() {
	let [e, t] = [() => {}, () => {}], n = new Promise((n, r) => {
		e = n, t = r;
	});
	return n.catch(() => {}), {
		promise: n,
		resolve: e,
		reject: t
	};
}
// ../media/src/limits.ts
var O = {
	earlyCandidatesMax: 128,
	answerMs: 15e3,
	disconnectedMs: 4e3,
	restartPauseMs: 2500,
	restartCapMs: 3e4,
	connectingMs: 8e3,
	connectingRetryMs: 7e3,
	connectingRelayMs: 12e3,
	awayDisconnectedMs: 1e4,
	rebuildAskedMax: 10,
	rebuildMax: 3,
	uplinkBits: 4e6,
	cameraBitsMax: 15e5,
	cameraBitsMin: 15e4,
	iceServersMs: 24e5,
	iceServersMarginMs: 3e5,
	extraTracksMax: 8,
	trackNameCharsMax: 64
}, k = class {
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
		this.#e = e, clearTimeout(this.#t), this.#t = setTimeout(() => void this.#i(), A(e, Date.now()));
	}
	close() {
		clearTimeout(this.#t);
	}
	async #i() {
		if (this.#n) try {
			this.use(await this.#n()), this.#r();
		} catch {
			this.#t = setTimeout(() => void this.#i(), O.iceServersMarginMs);
		}
	}
};
function A(e, t) {
	let n = e.flatMap(({ username: e }) => {
		let t = /^(\d{9,11}):/.exec(e ?? "")?.[1];
		return t ? [Number(t) * 1e3] : [];
	});
	if (n.length === 0) return O.iceServersMs;
	let r = Math.min(...n) - t - O.iceServersMarginMs;
	return Math.min(O.iceServersMs, Math.max(O.iceServersMarginMs / 5, r));
}
// ../media/src/media/acquire.ts
var j = {
	width: { ideal: 1280 },
	height: { ideal: 720 },
	frameRate: { ideal: 30 }
}, M = {
	echoCancellation: !0,
	noiseSuppression: !0,
	autoGainControl: !0
};
async function N(e, t) {
	let n = t ? { deviceId: { ideal: t } } : {}, r = e === "camera" ? { video: {
		...j,
		...n
	} } : { audio: {
		...M,
		...n
	} };
	return F(() => navigator.mediaDevices.getUserMedia(r));
}
async function P() {
	let e = { frameRate: {
		ideal: 15,
		max: 30
	} }, t = await F(() => navigator.mediaDevices.getDisplayMedia({
		video: e,
		audio: !0
	}));
	return "track" in t && (t.track.contentHint = "detail"), t;
}
async function F(e) {
	if (!globalThis.navigator?.mediaDevices) return { trouble: "unavailable" };
	try {
		let t = (await e()).getTracks(), n = t.find(({ kind: e }) => e === "video") ?? t[0], r = t.find((e) => e !== n && e.kind === "audio");
		return n ? {
			track: n,
			...r && { sound: r }
		} : { trouble: "missing" };
	} catch (e) {
		return { trouble: I(e) };
	}
}
function I(e) {
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
var L = () => ({
	on: !1,
	busy: !1,
	trouble: null,
	deviceId: null
}), R = class extends _ {
	preview = new MediaStream();
	voice = new MediaStream();
	#e = /* @__PURE__ */ new Map();
	#t = {
		microphone: L(),
		camera: L(),
		screen: L()
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
			...ge(this.#t),
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
		await this.#s(e, () => N(e, this.#t[e].deviceId)), this.#n.some((e) => e.label) || await this.#f();
	}
	async choose(e, t) {
		if (this.#p(e, { deviceId: t }), !this.#e.has(e)) return;
		let { on: n } = this.#t[e];
		this.#u(e, !0), await this.#s(e, () => N(e, t));
		let r = this.#e.get(e);
		r && !n && (r.enabled = !1, this.#p(e, { on: !1 }));
	}
	dismiss(e) {
		this.#t[e].trouble && this.#p(e, { trouble: null });
	}
	async toggleScreen() {
		this.#t.screen.on ? this.#u("screen") : await this.#s("screen", P);
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
function ge(e) {
	return {
		microphone: { ...e.microphone },
		camera: { ...e.camera },
		screen: { ...e.screen }
	};
}
// ../media/src/peer/health.ts
var _e = class {
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
				this.#r = setTimeout(() => this.#i(), O.disconnectedMs);
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
		}, O.disconnectedMs + this.#a()));
	}
	#a() {
		return Math.min(O.restartCapMs, O.restartPauseMs * 2 ** this.#n);
	}
};
// ../media/src/peer/sdp.ts
function ve(e) {
	return V(e).flatMap((e) => {
		let [, t, n] = /^m=(\S+) (\d+)/.exec(e[0] ?? "") ?? [], r = H(e, "a=mid:");
		return t === void 0 || r === null || n === "0" && !e.includes("a=bundle-only") ? [] : [{
			mid: r,
			kind: t,
			content: H(e, "a=content:"),
			receives: !be(e)
		}];
	});
}
function ye(e, t) {
	return t.size === 0 ? e : e.replace(/^a=mid:(\S+)\r\n/gm, (e, n) => {
		let r = t.get(n);
		return r ? `${e}a=content:${r}\r\n` : e;
	});
}
function z(e, t) {
	let [n, r] = [B(e), B(t)];
	return n.size === 0 || r.size === 0 ? n.size === r.size : [...r].some((e) => n.has(e));
}
function B(e) {
	let t = e.matchAll(/^a=fingerprint:(\S+) (\S+)/gim);
	return new Set(Array.from(t, ([, e, t]) => `${e} ${t}`.toLowerCase()));
}
function V(e) {
	return e.split(/^(?=m=)/m).slice(1).map((e) => e.split(/\r?\n/));
}
function H(e, t) {
	return e.find((e) => e.startsWith(t))?.slice(t.length) ?? null;
}
function be(e) {
	return e.includes("a=sendonly") || e.includes("a=inactive");
}
// ../media/src/peer/negotiation.ts
var xe = class {
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
			this.#e.remoteDescription ? await this.#y(e) : this.#c.length < O.earlyCandidatesMax && this.#c.push(e);
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
		}, O.answerMs);
	}
	async #h(e) {
		let t = this.#e.remoteDescription?.sdp;
		if (t !== void 0 && !z(t, e)) return this.#_();
		this.#e.signalingState === "have-local-offer" && (await this.#e.setRemoteDescription({
			type: "answer",
			sdp: e
		}), clearTimeout(this.#s), await this.#v(), this.#t.adopt(e), this.#t.settled(), this.#o && await this.#d());
	}
	async #g(e) {
		let t = this.#e.remoteDescription?.sdp;
		if (t !== void 0 && !z(t, e)) return this.#_(e);
		try {
			await this.#e.setRemoteDescription({
				type: "offer",
				sdp: e
			});
		} catch {
			return t === void 0 ? void 0 : this.#_(e);
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
}, Se = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = /* @__PURE__ */ new Set();
	constructor(e, t) {
		this.#e = e;
		for (let e of t) this.#t.set(e, null);
	}
	get taken() {
		return [...[...this.#t.values()].filter((e) => e !== null), ...this.#n];
	}
	add(e) {
		if (this.#t.has(e)) return;
		let t = [...this.#n].find((t) => t.receiver.track.kind === e.track.kind);
		this.#t.set(e, null), t && this.#r(e, t);
	}
	remove(e) {
		let t = this.#t.get(e);
		this.#t.delete(e), t && (t.direction = "inactive", t.sender.replaceTrack(null).catch(() => {}), this.#n.add(t));
	}
	grow() {
		for (let e of this.unplaced()) {
			let t = [new MediaStream()];
			this.#t.set(e, this.#e.addTransceiver(e.track, {
				direction: "sendonly",
				streams: t
			}));
		}
	}
	adopt(e, t) {
		for (let n of this.unplaced()) {
			let r = /* @__PURE__ */ new Set([...t, ...this.taken]), i = this.#e.getTransceivers().find((t) => {
				let i = t.mid === null ? void 0 : e.get(t.mid);
				return i?.receives && i.kind === n.track.kind && !r.has(t);
			});
			i && this.#r(n, i);
		}
	}
	unplaced() {
		return [...this.#t].flatMap(([e, t]) => t ? [] : [e]);
	}
	async bound(e) {
		for (let [{ track: t }, n] of this.#t) {
			let r = t.kind === "video" ? n?.sender.getParameters?.() : void 0, i = r?.encodings?.[0];
			n && r && i && i.maxBitrate !== e && (i.maxBitrate = e, await n.sender.setParameters(r));
		}
	}
	names() {
		let e = [...this.#t].flatMap(([{ name: e }, t]) => t?.mid ? [[t.mid, e]] : []);
		return Object.fromEntries(e);
	}
	#r(e, t) {
		this.#n.delete(t), this.#t.set(e, t), t.direction = "sendonly", t.sender.setStreams?.(new MediaStream()), t.sender.replaceTrack(e.track).catch(() => {});
	}
}, U = [
	"microphone",
	"camera",
	"screen"
], W = {
	microphone: "audio",
	camera: "video",
	screen: "video"
}, G = "slides", K = "alt", Ce = 16, we = class {
	#e;
	#t;
	#n = new MediaStream();
	#r = new MediaStream();
	#i = /* @__PURE__ */ new Map();
	#a = /* @__PURE__ */ new Map();
	#o = 0;
	extras;
	constructor(e, t, n) {
		this.#e = e, this.#t = { ...t }, this.extras = new Se(e, n);
	}
	open() {
		for (let e of U) this.grow(e);
		this.extras.grow();
	}
	grow(e) {
		if (this.#i.has(e)) return;
		let t = this.#t[e], n = {
			direction: J(t),
			streams: [this.#p(e)]
		};
		this.#i.set(e, this.#e.addTransceiver(t ?? W[e], n));
	}
	growFor({ audio: e = 0, video: t = 0 }) {
		let n = t > 0 && !this.#i.has("screen");
		n && this.grow("screen");
		let r = [...Array(e).fill("audio"), ...Array(t - Number(n)).fill("video")];
		for (let e of r.slice(0, Ce - this.#o)) this.#o += 1, this.#e.addTransceiver(e, { direction: "recvonly" });
	}
	adopt(e) {
		this.#a = new Map(ve(e).map((e) => [e.mid, e]));
		for (let e of U) {
			let t = this.#i.has(e) ? void 0 : this.#l(e);
			t && (this.#i.set(e, t), t.sender.setStreams?.(this.#p(e)), this.#f(e));
		}
		this.extras.adopt(this.#a, new Set(this.#i.values()));
	}
	set(e, t) {
		return this.#t[e] = t, this.#f(e);
	}
	unplaced() {
		return U.filter((e) => this.#t[e] && !this.#i.has(e));
	}
	unsent() {
		return this.unplaced().filter((e) => e !== "screen" || !this.#i.has("camera"));
	}
	async bound(e, t) {
		let n = this.#i.get(e)?.sender, r = n?.getParameters?.(), i = r?.encodings?.[0];
		n && r && i && i.maxBitrate !== t && (i.maxBitrate = t, await n.setParameters(r));
	}
	contents() {
		let e = Object.keys(this.extras.names()).map((e) => [e, K]), t = (this.#i.get("screen") ?? (this.#t.screen && this.#i.get("camera")))?.mid;
		return new Map(t ? [...e, [t, G]] : e);
	}
	receiving(e) {
		return this.#s().get(e)?.receiver.track ?? null;
	}
	others() {
		let e = new Set(this.#s().values());
		return this.#c().flatMap((t) => e.has(t) || !t.mid ? [] : [{
			mid: t.mid,
			track: t.receiver.track
		}]);
	}
	#s() {
		let e = /* @__PURE__ */ new Map(), t = new Map(Array.from(this.#i, ([e, t]) => [t, e])), n = this.#c(), r = n.find((e) => this.#u(e));
		r && e.set("screen", r);
		for (let r of n) {
			let n = t.get(r) ?? Te(r);
			this.#d(r) !== G && this.#d(r) !== K && !e.has(n) && e.set(n, r);
		}
		return e;
	}
	#c() {
		return this.#e.getTransceivers().filter(({ currentDirection: e }) => e === "sendrecv" || e === "recvonly");
	}
	#l(e) {
		let t = /* @__PURE__ */ new Set([...this.#i.values(), ...this.extras.taken]), n = this.#e.getTransceivers().filter((n) => {
			let r = n.mid === null ? void 0 : this.#a.get(n.mid);
			return r?.receives && r.kind === W[e] && !t.has(n);
		});
		return e === "screen" ? n.find((e) => this.#u(e)) ?? n[0] : n.find((e) => !this.#u(e));
	}
	#u(e) {
		return this.#d(e) === G;
	}
	#d(e) {
		return e.mid === null ? null : this.#a.get(e.mid)?.content ?? null;
	}
	#f(e) {
		let t = this.#i.get(e), n = e === "screen" && !t ? this.#i.get("camera") : void 0;
		if (n) return q(n, this.#t.screen ?? this.#t.camera);
		if (!t) return Promise.resolve();
		let r = e === "camera" && !this.#i.has("screen") && this.#t.screen !== null;
		return q(t, this.#t[r ? "screen" : e]);
	}
	#p(e) {
		return e === "screen" ? this.#r : this.#n;
	}
};
function q(e, t) {
	return e.direction !== J(t) && (e.direction = J(t)), e.sender.replaceTrack(t);
}
function Te(e) {
	return e.receiver.track.kind === "audio" ? "microphone" : "camera";
}
function J(e) {
	return e ? "sendrecv" : "recvonly";
}
// ../media/src/peer/status.ts
var Ee = class {
	#e = null;
	#t;
	#n;
	constructor(e, t) {
		this.#t = e, this.#n = t;
	}
	open(e) {
		this.#r(e.createDataChannel("status"));
	}
	await(e) {
		e.ondatachannel = ({ channel: e }) => {
			e.label === "status" && this.#r(e);
		};
	}
	say(e) {
		this.#t = e, this.#e?.readyState === "open" && this.#e.send(JSON.stringify(e));
	}
	#r(e) {
		this.#e = e, e.onopen = () => this.say(this.#t), e.onmessage = ({ data: e }) => {
			let t = De(e);
			t && this.#n(t);
		}, e.readyState === "open" && this.say(this.#t);
	}
};
function De(e) {
	if (typeof e != "string" || e.length > 1e3) return null;
	try {
		let t = JSON.parse(e);
		return typeof t?.microphone == "boolean" ? { microphone: t.microphone } : null;
	} catch {
		return null;
	}
}
// ../media/src/peer/link.ts
var Oe = class {
	pc;
	negotiation;
	#e;
	#t;
	#n;
	#r;
	#i;
	#a;
	#o = -Infinity;
	#s = {
		audio: 0,
		video: 0
	};
	constructor(e, t) {
		let n = e.RTCPeerConnection ?? RTCPeerConnection;
		this.#r = e.role, this.#i = t, this.#a = e.cameraBits, this.pc = new n(e.configuration), this.#e = new we(this.pc, e.tracks, e.extras), this.#t = new Ee(e.status, (e) => t.status(e)), this.#n = new _e(this.pc, {
			online: () => e.online(),
			restart: () => this.restart(),
			changed: () => t.changed()
		}), this.negotiation = new xe(this.pc, {
			role: e.role,
			signal: e.signal,
			online: () => e.online(),
			adopt: (e) => {
				this.#s = {
					audio: 0,
					video: 0
				}, this.#e.adopt(e);
			},
			described: (e) => this.#c(e),
			settled: () => {
				this.share(this.#a), t.changed();
			},
			broken: (e) => t.broken(e)
		}), this.pc.ontrack = () => t.changed(), e.role === "offer" ? (this.#e.open(), this.#t.open(this.pc)) : this.#t.await(this.pc);
	}
	set(e, t) {
		this.#e.set(e, t).catch(() => {}), this.#l();
	}
	publish(e) {
		this.#e.extras.add(e), this.#l(), this.share(this.#a);
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
		this.#r = e, this.#s = {
			audio: 0,
			video: 0
		}, this.negotiation.resume(e), this.#l(), this.#n.check();
	}
	asked(e) {
		if (this.#r !== "offer") return;
		let { connectionState: t } = this.pc;
		e.want && this.#e.growFor(e.want), e.iceRestart || t === "disconnected" || t === "failed" ? this.restart() : this.negotiation.want({ reason: e.reason ?? "asked" });
	}
	share(e) {
		this.#a = e, this.#e.bound("camera", e).catch(() => {}), this.#e.extras.bound(e).catch(() => {});
	}
	say(e) {
		this.#t.say(e);
	}
	restart() {
		if (this.pc.signalingState === "closed") return this.#i.broken();
		if (this.#r === "answer") return this.negotiation.want({
			reason: "ice_restart",
			iceRestart: !0
		});
		let e = performance.now();
		e - this.#o < O.restartPauseMs || (this.#o = e, this.pc.restartIce());
	}
	check() {
		this.#n.check();
	}
	#c(e) {
		let t = this.#e.extras.names(), n = Object.keys(t).length > 0;
		return {
			sdp: ye(e, this.#e.contents()),
			...n && { streams: t }
		};
	}
	#l() {
		let e = this.#e.unplaced();
		if (this.#r === "offer") {
			for (let t of e) this.#e.grow(t);
			return this.#e.extras.grow();
		}
		if (!this.pc.remoteDescription) return;
		let t = this.#e.extras.unplaced(), n = (n) => e.filter((e) => (e === "microphone" ? "audio" : "video") === n).length + t.filter(({ track: e }) => e.kind === n).length - this.#s[n], r = {
			audio: Math.max(0, n("audio")),
			video: Math.max(0, n("video"))
		};
		r.audio + r.video !== 0 && (this.#s.audio += r.audio, this.#s.video += r.video, this.negotiation.want({
			reason: "media",
			want: r
		}));
	}
	close() {
		this.negotiation.close(), this.#n.close(), this.pc.ontrack = null, this.pc.ondatachannel = null, this.pc.close();
	}
}, Y = [
	{
		stage: "slow",
		afterMs: O.connectingMs
	},
	{
		stage: "relay",
		afterMs: O.connectingRetryMs
	},
	{
		stage: "unreachable",
		afterMs: O.connectingRelayMs
	}
], ke = class {
	#e;
	#t = -1;
	#n;
	constructor(e) {
		this.#e = e;
	}
	get stage() {
		return Y[this.#t]?.stage ?? null;
	}
	see(e) {
		e === "connected" ? this.stop() : this.#n === void 0 && this.#t < Y.length - 1 && this.#r();
	}
	stop() {
		clearTimeout(this.#n), this.#n = void 0, this.#t = -1;
	}
	#r() {
		let e = Y[this.#t + 1];
		this.#n = setTimeout(() => {
			this.#n = void 0, this.#e.online() && (this.#t += 1);
			let e = this.stage;
			this.#e.online() && e && this.#e.act(e), this.#n === void 0 && this.#t < Y.length - 1 && this.#r();
		}, e?.afterMs);
	}
};
function Ae(e) {
	if (!e.remoteDescription) return "no_answer";
	let { iceConnectionState: t } = e;
	return t === "connected" || t === "completed" ? "no_keys" : "no_path";
}
// ../media/src/peer/streams.ts
var je = class {
	#e = new MediaStream();
	#t = new MediaStream();
	#n = [];
	names = {};
	get view() {
		return {
			stream: this.#e,
			screenStream: this.#t,
			others: this.#n
		};
	}
	show(e) {
		for (let t of U) this.#i(t, e.receiving(t));
		let t = e.others(), n = new Map(this.#n.map((e) => [e.id, e]));
		t.length === this.#n.length && t.every(({ mid: e, track: t }) => {
			let r = n.get(e);
			return r?.stream.getTracks()[0] === t && r.name === this.#r(e);
		}) || (this.#n = t.map(({ mid: e, track: t }) => {
			let r = n.get(e), i = r?.stream.getTracks()[0] === t ? r.stream : new MediaStream([t]);
			return {
				id: e,
				kind: t.kind,
				name: this.#r(e),
				stream: i
			};
		}));
	}
	clear() {
		for (let e of [this.#e, this.#t]) for (let t of e.getTracks()) e.removeTrack(t);
		this.#n = [];
	}
	#r(e) {
		let t = Object.hasOwn(this.names, e) ? this.names[e] : null;
		return typeof t == "string" ? t.slice(0, O.trackNameCharsMax) : null;
	}
	#i(e, t) {
		let n = e === "screen" ? this.#t : this.#e, r = e === "microphone" ? "audio" : "video";
		for (let e of n.getTracks()) e.kind === r && e !== t && n.removeTrack(e);
		t && !n.getTracks().includes(t) && n.addTrack(t);
	}
}, Me = class extends _ {
	since;
	#e;
	#t = new je();
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
		}, this.#n = new ke({
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
				cause: Ae(this.pc)
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
	say(e) {
		this.#e.status = e, this.#i.say(e);
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
		let e = new Oe({
			...this.#e,
			configuration: this.#p()
		}, {
			changed: () => this.#m(e),
			status: (t) => {
				this.#c = t, this.#m(e);
			},
			broken: (t) => this.#v(e, t)
		});
		return e;
	}
	#p() {
		let { configuration: e } = this.#e;
		return this.#n.stage === "relay" && Pe(e) ? {
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
			this.#u = setTimeout(() => this.emit("ended", void 0), O.awayDisconnectedMs);
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
		this.#d || e !== this.#i || this.#s >= (t === void 0 ? O.rebuildMax : O.rebuildAskedMax) || (e.close(), this.#s += 1, this.#o += 1, this.#i = this.#f(), t === void 0 ? this.#e.role === "answer" && this.#e.signal.renegotiate({ reason: "rebuild" }) : this.#i.negotiation.offered(t), this.#m(this.#i));
	}
}, Ne = {
	microphone: null,
	camera: null,
	screen: null
};
function Pe({ iceServers: e = [] }) {
	return e.some(({ urls: e }) => [e].flat().some((e) => /^turns?:/.test(e)));
}
// ../media/src/peers.ts
var Fe = ["lost", "replaced"];
function X(e, t) {
	return e < t ? "offer" : "answer";
}
function Z(e) {
	let t = Math.floor(O.uplinkBits / Math.max(1, e));
	return Math.max(O.cameraBitsMin, Math.min(O.cameraBitsMax, t));
}
var Ie = class extends _ {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = { ...Ne };
	#r = /* @__PURE__ */ new Set();
	#i = { microphone: !0 };
	#a = 0;
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
		this.#a = e.rev;
		let t = new Set(e.peers.map((e) => e.userId));
		for (let e of [...this.#t.keys()]) t.has(e) || this.#c(e);
		for (let t of e.peers) this.#o(t);
		this.#s();
	}
	resumed() {
		for (let e of this.#t.values()) e.check();
	}
	hear(e) {
		switch (e.type) {
			case "user_joined": return this.#t.get(e.data.userId)?.member.rev === e.data.rev ? void 0 : (this.#o({
				...e.data,
				state: "on"
			}), this.#s());
			case "user_left": return Fe.includes(e.data.reason) ? this.#c(e.data.userId) : this.#l(e.data.userId), this.#s();
			case "offer": return this.#t.get(e.data.senderUserId)?.offered(e.data.sdp, e.data.streams);
			case "answer": return this.#t.get(e.data.senderUserId)?.answered(e.data.sdp, e.data.streams);
			case "ice_candidate": return this.#t.get(e.data.senderUserId)?.candidate(e.data.candidate);
			case "renegotiate": return this.#t.get(e.data.senderUserId)?.asked(e.data);
			case "message":
			case "chat_message":
			case "chat_deleted":
			case "sfu_new_producer":
			case "sfu_producer_changed":
			case "sfu_producer_closed":
			case "media_changed": return;
		}
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
	say(e) {
		this.#i = e;
		for (let t of this.#t.values()) t.say(e);
	}
	configure() {
		for (let e of this.#t.values()) e.configure(this.#e.configuration());
	}
	close() {
		for (let e of [...this.#t.keys()]) this.#l(e);
	}
	#o(e) {
		let t = this.#t.get(e.userId);
		if (t?.isStanding) return t.adopt(e, X(this.#a, e.rev));
		t && this.#l(e.userId);
		let { RTCPeerConnection: n } = this.#e, r = new Me(e, {
			role: X(this.#a, e.rev),
			signal: this.#u(e.userId),
			tracks: this.#n,
			extras: this.#r,
			status: this.#i,
			configuration: this.#e.configuration(),
			cameraBits: Z(this.#t.size + 1),
			online: () => this.#e.online(),
			...n && { RTCPeerConnection: n }
		});
		r.on("changed", () => this.emit("changed", void 0)), r.on("ended", () => {
			this.#l(e.userId), this.#s();
		}), this.#t.set(e.userId, r);
	}
	#s() {
		let e = Z(this.#t.size);
		for (let t of this.#t.values()) t.share(e);
		this.emit("changed", void 0);
	}
	#c(e) {
		let t = this.#t.get(e);
		t?.isStanding ? t.depart() : this.#l(e);
	}
	#l(e) {
		this.#t.get(e)?.close(), this.#t.delete(e);
	}
	#u(e) {
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
};
// ../media/src/stats.ts
async function Le(e) {
	let t = e.pc, n = /* @__PURE__ */ new Map();
	(await t.getStats()).forEach((e) => {
		n.set(e.id, e);
	});
	let r = [...n.values()], i = r.find((e) => e.type === "transport"), a = n.get(String(i?.selectedCandidatePairId)) ?? r.find((e) => e.selected === !0), o = (e) => n.get(String(e))?.candidateType;
	return {
		userId: e.member.userId,
		connectionNumber: e.connectionNumber,
		connectionState: t.connectionState,
		iceConnectionState: t.iceConnectionState,
		framesDecoded: Q(r, e.receiving("camera")),
		screenFramesDecoded: Q(r, e.receiving("screen")),
		bytesReceived: Number(i?.bytesReceived ?? $(r, "inbound-rtp", "bytesReceived")),
		bytesSent: Number(i?.bytesSent ?? $(r, "outbound-rtp", "bytesSent")),
		packetsReceived: $(r, "inbound-rtp", "packetsReceived"),
		packetsLost: $(r, "inbound-rtp", "packetsLost"),
		roundTripTime: a?.currentRoundTripTime ?? null,
		localCandidateType: o(a?.localCandidateId) ?? null,
		remoteCandidateType: o(a?.remoteCandidateId) ?? null
	};
}
function Q(e, t) {
	let n = e.find((e) => e.type === "inbound-rtp" && e.trackIdentifier === t?.id);
	return Number(n?.framesDecoded ?? 0);
}
function $(e, t, n) {
	return e.filter((e) => e.type === t).reduce((e, t) => e + Number(t[n] ?? 0), 0);
}
// ../media/src/call.ts
var Re = [
	"state",
	"memberJoined",
	"memberLeft",
	"chat",
	"message",
	"refused",
	"ended"
], ze = class extends _ {
	room;
	media;
	#e;
	#t;
	#n = [];
	#r = /* @__PURE__ */ new Set();
	#i = null;
	constructor(e) {
		super();
		let { media: t, iceTransportPolicy: n = "all", RTCPeerConnection: r, api: i } = e;
		this.media = t ?? new R(), this.room = new T({
			...e,
			worthwhile: () => this.#e.isStanding
		});
		let a = e.getIceServers ?? i?.iceServers?.bind(i);
		this.#t = new k(a, () => this.#e.configure()), this.#e = new Ie({
			send: (e) => this.room.signal(e),
			online: () => this.room.state === "joined",
			configuration: () => ({
				iceServers: this.#t.current,
				iceTransportPolicy: n
			}),
			...r && { RTCPeerConnection: r }
		}), this.#o();
	}
	get chat() {
		return this.room.chat;
	}
	join() {
		let { state: e } = this.room;
		return (e === "idle" || e === "stopped") && this.#a(), this.room.join();
	}
	leave() {
		this.room.leave();
	}
	publishTrack(t, { name: n = "" } = {}) {
		if (this.#r.size >= O.extraTracksMax) throw new e("too_many_tracks", `${O.extraTracksMax} tracks are published already, as many as is allowed: unpublish one first.`);
		let r = {
			track: t,
			name: n.slice(0, O.trackNameCharsMax)
		};
		this.#r.add(r), this.#e.publish(r);
		let i = () => {
			this.#r.delete(r) && (t.removeEventListener("ended", i), this.#e.unpublish(r));
		};
		return t.addEventListener("ended", i), {
			...r,
			unpublish: i
		};
	}
	reconnect() {
		this.room.reconnect();
	}
	retry(e) {
		this.#e.retry(e);
	}
	get view() {
		let { room: e } = this;
		return this.#i ??= {
			state: e.state,
			userId: e.userId,
			roomId: e.roomId,
			sessionId: e.sessionId,
			stopped: e.ended?.code ?? null,
			refusal: e.ended?.refusal ?? null,
			crowded: e.isCrowded,
			peers: this.#e.views(),
			without: e.without,
			chat: e.chat.entries,
			chatHistory: e.chat.history
		}, this.#i;
	}
	stats() {
		return Promise.all(this.#e.all().map(Le));
	}
	#a() {
		let { media: e } = this;
		this.#n.push(e.on("track", ({ slot: e, track: t }) => this.#e.set(e, t)), e.on("changed", () => this.#c()), e.on("screenSound", (e) => this.#u(e)));
		for (let t of [
			"microphone",
			"camera",
			"screen"
		]) this.#e.set(t, e.track(t));
		this.#u(e.screenSound), this.#c();
	}
	#o() {
		let { room: e } = this;
		e.on("joined", (e) => {
			this.#t.use(e.iceServers), this.#e.joined(e);
		}), e.on("resumed", () => this.#e.resumed()), e.on("degraded", ({ lost: e }) => e && this.#e.resumed()), e.on("wake", () => this.#e.resumed()), e.on("signal", (e) => this.#e.hear(e)), e.on("refused", ({ refusal: e, message: t }) => {
			e.code === "candidates_overflow" && t?.type === "ice_candidate" && this.#e.candidatesRefused(t.data.targetUserId);
		}), e.on("ended", () => this.#d());
		for (let t of Re) e.on(t, (e) => this.emit(t, e));
		e.on("changed", () => this.#f()), this.#e.on("changed", () => this.#f());
	}
	#s = null;
	#c() {
		let { on: e } = this.media.view.microphone;
		this.#s !== e && (this.#s = e, this.#e.say({ microphone: e }));
	}
	#l = null;
	#u(e) {
		this.#l?.unpublish(), this.#l = e && this.#r.size < O.extraTracksMax ? this.publishTrack(e, { name: "screen" }) : null;
	}
	#d() {
		this.#e.close(), this.#t.close();
		for (let e of this.#n.splice(0)) e();
	}
	#f() {
		this.#i = null, this.emit("changed", void 0);
	}
};
export { e as AldisError, f as Api, h as CLOSE_CODES, ze as Call, S as Connection, ae as ERROR_CODES, _ as Emitter, d as LIMITS, O as MEDIA_LIMITS, R as Media, a as NotSent, r as Problem, T as Room, i as RoomEnded, C as Session, t as SignedOut, n as Unreachable, w as socketUrl };
