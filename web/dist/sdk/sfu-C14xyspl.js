import { d as e, i as t, n, r, u as i } from "./stats-DqGGbpTo.js";
// \0rolldown/runtime.js
var a = Object.create, o = Object.defineProperty, s = Object.getOwnPropertyDescriptor, c = Object.getOwnPropertyNames, l = Object.getPrototypeOf, u = Object.prototype.hasOwnProperty, d = (e, t) => () => (t || (e((t = { exports: {} }).exports, t, t.exports), e = null), t.exports), f = (e, t, n, r) => {
	if (t && typeof t == "object" || typeof t == "function") for (var i = c(t), a = 0, l = i.length, d; a < l; a++) d = i[a], !u.call(e, d) && d !== n && o(e, d, {
		get: ((e) => t[e]).bind(null, d),
		enumerable: !(r = s(t, d)) || r.enumerable
	});
	return e;
}, p = (e, t, n) => (n = e == null ? {} : a(l(e)), f(t || !e || !e.__esModule || !u.call(e, "default") ? o(n, "default", {
	value: e,
	enumerable: !0
}) : n, e)), m = async () => {
	let { Device: e } = await import("./lib-qM4V88O0.js").then((e) => /* @__PURE__ */ p(e.default, 1));
	return e.factory();
}, h = {
	media_unavailable: "away",
	unavailable: "again",
	rate_limited: "again",
	internal: "again",
	not_in_room: "again",
	wrong_mode: "again",
	media_stale: "stale",
	lost: "stale",
	media_not_found: "gone",
	timeout: "gone",
	media_rejected: "refused",
	media_limit: "refused",
	forbidden: "refused",
	bad_message: "refused",
	payload_too_large: "refused",
	unsupported: "refused"
};
function g(e) {
	return h[_(e)] ?? "gone";
}
function _(e) {
	let { code: t } = e ?? {};
	return typeof t == "string" ? t : e?.name === "UnsupportedError" ? "unsupported" : "browser";
}
function v(e) {
	let t = e instanceof Error ? e.message : String(e);
	return {
		code: _(e),
		message: t,
		tried: []
	};
}
function y(e, t, n) {
	let r = Math.min(i.sfuRetryCapMs, i.sfuRetryMs * 2 ** Math.min(t, 16)), a = e?.retryAfterMs, o = typeof a == "number" && a > 0 ? Math.min(a, i.sfuRetryAfterMaxMs) : r;
	return Math.floor(o * (1 + n / 4));
}
// ../media/src/sfu/loop.ts
var b = class {
	#e;
	#t;
	#n = !1;
	#r = !1;
	#i = 0;
	#a = !1;
	#o;
	constructor(e, t) {
		this.#e = e, this.#t = t;
	}
	kick() {
		this.#o === void 0 && this.now();
	}
	now() {
		this.#a || (this.#s(), this.#r = !0, this.#n || this.#c());
	}
	close() {
		this.#a = !0, this.#s();
	}
	#s() {
		clearTimeout(this.#o), this.#o = void 0;
	}
	async #c() {
		for (this.#n = !0; this.#r && !this.#a;) {
			this.#r = !1;
			try {
				await this.#e(), this.#i = 0;
			} catch (e) {
				this.#l(e);
				break;
			}
		}
		this.#n = !1;
	}
	#l(e) {
		if (this.#a) return;
		let t = this.#t(e, this.#i);
		this.#i += 1, t === null ? this.#r && queueMicrotask(() => this.now()) : this.#o = setTimeout(() => this.now(), t);
	}
};
// ../media/src/sfu/layers.ts
function x(e) {
	let { cameraLayerBits: t } = i, n = e >= i.cameraThreeLayersWidth ? 3 : e >= i.cameraTwoLayersWidth ? 2 : 1;
	return t.slice(0, n).map((e, t) => ({
		scaleResolutionDownBy: 2 ** (n - 1 - t),
		maxBitrate: e
	}));
}
function S(e) {
	let t = /^[LS]([1-9])T[1-9]/.exec(e.encodings?.[0]?.scalabilityMode ?? "")?.[1];
	return Number(t ?? 1);
}
function C(e, t) {
	let n = t - 1;
	if (e === void 0) return n;
	let r = i.layerWidths.findIndex((t) => e <= t);
	return r < 0 ? n : Math.min(n, r);
}
// ../media/src/sfu/receiver.ts
var w = 3, T = 500, E = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = /* @__PURE__ */ new Map();
	#r = /* @__PURE__ */ new Set();
	#i = /* @__PURE__ */ new Map();
	#a = /* @__PURE__ */ new Map();
	#o;
	#s = /* @__PURE__ */ new Map();
	constructor(e) {
		this.#e = e;
	}
	of(e) {
		return [...this.#t.values()].filter((t) => t.userId === e);
	}
	lacks({ producers: e = [] }) {
		return e.some(({ producerId: e }) => this.#l(e));
	}
	get(e) {
		return this.#t.get(e);
	}
	see(e, t) {
		let n = this.#n.get(e);
		if (clearTimeout(this.#s.get(e)), n === t) return;
		let r = () => {
			this.#n.set(e, t), this.#e.kick();
		};
		if (n === void 0) return r();
		t > 0 && t < n ? this.#s.set(e, setTimeout(r, i.seeSmallerMs)) : (this.#n.set(e, t), clearTimeout(this.#o), this.#o = setTimeout(() => this.#e.kick(), i.seeMs));
	}
	notice(e) {
		if (e.type !== "sfu_consumer_closed") return;
		let { consumerId: t } = e.data, n = [...this.#t.values()].find(({ consumer: e }) => e.id === t);
		n && (this.#r.add(n.announced.producerId), this.#w(n), this.#e.changed());
	}
	lost() {
		for (let e of [...this.#t.values()]) this.#w(e);
	}
	forgive() {
		this.#i.clear(), this.#a.clear();
	}
	close() {
		for (let e of [this.#o, ...this.#s.values()]) clearTimeout(e);
		this.lost();
	}
	async reconcile() {
		let e = this.#c();
		for (let [t, n] of [...this.#t]) e.has(t) || this.#w(n);
		for (let t of this.#r) e.has(t) || this.#r.delete(t);
		for (let t of this.#i.keys()) e.has(t) || this.#i.delete(t);
		let t = [...e].filter(([e]) => this.#l(e));
		if (t.length > 0) {
			let e = await this.#e.transport.ensure(), n = [];
			for (; t.length > 0;) n.push(t.splice(0, i.receiveAtOnce).map(([, e]) => e));
			await D(n.map((t) => this.#u(e, t)));
		}
		await D([...this.#t.values()].map((e) => this.#m(e)));
		for (let e of this.#i.values()) throw e;
	}
	#c() {
		let e = this.#e.members().flatMap(({ userId: e, producers: t = [] }) => t.map((t) => [t.producerId, {
			userId: e,
			announced: t
		}]));
		return new Map(e);
	}
	#l(e) {
		return !this.#t.has(e) && !this.#r.has(e) && !this.#i.has(e);
	}
	async #u(e, t) {
		let n = this.#e.device().recvRtpCapabilities, r = this.#e.epoch(), i = t.map((t) => {
			let { producerId: i } = t.announced, a = {
				epoch: r,
				transportId: e.id,
				producerId: i,
				rtpCapabilities: n
			};
			return {
				each: t,
				made: this.#e.room.request("sfu_consume", a)
			};
		});
		await Promise.allSettled(i.map(({ made: e }) => e)), await D(i.map(({ each: t, made: n }) => this.#d(e, t, n)));
	}
	async #d(e, { userId: t, announced: n }, r) {
		let { producerId: i } = n;
		try {
			let a = await r;
			if (!this.#c().has(i) || e !== this.#e.transport.present) return this.#x(a.id);
			let o = e.consume(a), s = S(a.rtpParameters), c = e.connectionState === "new" && this.#h({
				userId: t,
				announced: n
			}) !== 0, l = C(this.#h({
				userId: t,
				announced: n
			}), s), u = c ? this.#f(a.id, l, s) : {
				flows: !1,
				layer: s - 1
			}, [d, f] = await Promise.all([o, u]);
			if (e !== this.#e.transport.present) return;
			let p = {
				userId: t,
				announced: n,
				consumer: d,
				layers: s,
				...f
			};
			this.#t.set(i, p), this.#a.delete(i), p.flows && this.#_(p), this.#e.changed(), await this.#m(p);
		} catch (e) {
			if (g(e) === "refused") return void this.#i.set(i, e);
			if (_(e) !== "media_not_found") throw e;
			this.#p(i, e);
		}
	}
	async #f(e, t, n) {
		let r = {
			epoch: this.#e.epoch(),
			consumerId: e
		}, { room: i } = this.#e, a = n - 1, o = t < a && i.request("sfu_set_preferred_layers", {
			...r,
			spatialLayer: t
		}), s = i.request("sfu_consumer_resume", r), [c, l] = await Promise.allSettled([o, s]);
		return {
			flows: l.status === "fulfilled" || null,
			layer: c.status === "fulfilled" ? t : a
		};
	}
	#p(e, t) {
		if (!this.#c().has(e)) return;
		let n = (this.#a.get(e) ?? 0) + 1;
		throw this.#a.set(e, n), n < w ? Object.assign(/* @__PURE__ */ Error("A track that is announced is not found."), {
			code: "unavailable",
			retryAfterMs: T
		}) : (this.#a.delete(e), t);
	}
	async #m(e) {
		let t = this.#h(e);
		await this.#g(e, t !== 0);
		let n = C(t, e.layers);
		t !== 0 && n !== e.layer && this.#C(e) && (await this.#b("sfu_set_preferred_layers", {
			...this.#S(e),
			spatialLayer: n
		}), e.layer = n);
	}
	#h({ userId: e, announced: t }) {
		return t.source === "camera" ? this.#n.get(e) : void 0;
	}
	async #g(e, t) {
		e.flows !== t && this.#C(e) && (e.flows = null, await this.#b(t ? "sfu_consumer_resume" : "sfu_consumer_pause", this.#S(e)) && (e.flows = t, t && this.#_(e)));
	}
	#_(e) {
		e.announced.kind === "video" && setTimeout(() => void this.#v(e), i.keyFrameMs);
	}
	async #v(e) {
		if (!e.flows || !this.#C(e) || this.#y(e)) return;
		let t = await e.consumer.getStats().catch(() => /* @__PURE__ */ new Map()), n = 0;
		t.forEach((e) => {
			n = Math.max(n, e.framesDecoded ?? 0);
		}), n > 0 || !this.#C(e) || await this.#b("sfu_request_keyframe", this.#S(e)).catch(() => {});
	}
	#y(e) {
		return this.#c().get(e.announced.producerId)?.announced.paused ?? !0;
	}
	async #b(e, t) {
		try {
			return await this.#e.room.request(e, t), !0;
		} catch (e) {
			if (_(e) !== "media_not_found") throw e;
			let n = [...this.#t.values()].find(({ consumer: e }) => e.id === t.consumerId);
			return n && this.#w(n), this.#e.kick(), !1;
		}
	}
	#x(e) {
		this.#e.room.request("sfu_close_consumer", {
			epoch: this.#e.epoch(),
			consumerId: e
		}).catch(() => {});
	}
	#S({ consumer: e }) {
		return {
			epoch: this.#e.epoch(),
			consumerId: e.id
		};
	}
	#C(e) {
		return this.#t.get(e.announced.producerId) === e;
	}
	#w(e) {
		this.#t.delete(e.announced.producerId), e.consumer.close();
	}
};
async function D(e) {
	let t = (await Promise.allSettled(e)).flatMap((e) => e.status === "rejected" ? [e.reason] : []), n = [
		"stale",
		"gone",
		"away",
		"again",
		"refused"
	];
	if (t.sort((e, t) => n.indexOf(g(e)) - n.indexOf(g(t))), t.length > 0) throw t[0];
}
// ../media/src/sfu/sender.ts
var O = class {
	#e;
	#t = /* @__PURE__ */ new Map();
	#n = /* @__PURE__ */ new Map();
	#r = /* @__PURE__ */ new Set();
	#i = /* @__PURE__ */ new Map();
	#a = !1;
	constructor(e) {
		this.#e = e;
	}
	get isWanted() {
		return this.#t.size > 0;
	}
	set(e, t) {
		this.#o(e, t);
	}
	publish(e) {
		this.#o(e, e.track);
	}
	unpublish(e) {
		this.#o(e, null);
	}
	say({ microphone: e }) {
		this.#a = !e;
	}
	doubt() {
		let e = this.#n.get("microphone");
		e && (e.paused = null);
	}
	lost() {
		for (let { producer: e } of this.#n.values()) e.close();
		this.#n.clear(), this.#r.clear();
	}
	forgive() {
		this.#i.clear();
	}
	async reconcile() {
		for (let [e, t] of [...this.#n]) this.#t.has(e) || this.#u(e, t);
		let e = await this.#d();
		for (let [e, t] of [...this.#t]) try {
			await this.#s(e, t);
		} catch (n) {
			if (g(n) !== "refused") throw n;
			this.#i.set(e, {
				track: t,
				error: n
			});
		}
		for (let t of [...e, ...[...this.#i.values()].map((e) => e.error)]) throw t;
	}
	#o(e, t) {
		t ? this.#t.set(e, t) : this.#t.delete(e), this.#i.delete(e);
	}
	async #s(e, t) {
		if (t.readyState === "ended" || this.#i.get(e)?.track === t) return;
		let n = this.#n.get(e) ?? await this.#c(e, t);
		n.track !== t && (await n.producer.replaceTrack({ track: t }), n.track = t), await this.#l(e, n);
	}
	async #c(e, t) {
		let n = await this.#e.transport.ensure(), r = {
			source: A(e),
			paused: this.#f(e)
		}, i = {
			track: t,
			...j(e, t),
			stopTracks: !1,
			disableTrackOnPause: !1,
			appData: r
		}, a = {
			producer: await n.produce(i),
			track: t,
			paused: r.paused
		};
		return n === this.#e.transport.present && this.#n.set(e, a), a;
	}
	async #l(e, t) {
		let n = this.#f(e);
		if (t.paused === n || this.#n.get(e) !== t) return;
		t.paused = null;
		let r = {
			epoch: this.#e.epoch(),
			producerId: t.producer.id
		};
		await this.#e.room.request(n ? "sfu_pause_producer" : "sfu_resume_producer", r), t.paused = n;
	}
	#u(e, { producer: t }) {
		this.#n.delete(e), t.close(), this.#r.add(t.id);
	}
	async #d() {
		let e = [];
		for (let t of this.#r) try {
			await this.#e.room.request("sfu_close_producer", {
				epoch: this.#e.epoch(),
				producerId: t
			}), this.#r.delete(t);
		} catch (n) {
			if (_(n) === "media_not_found") this.#r.delete(t);
			else if (g(n) === "refused") e.push(n);
			else throw k(n);
		}
		return e;
	}
	#f(e) {
		return e === "microphone" && this.#a;
	}
};
function k(e) {
	return g(e) === "gone" ? Object.assign(/* @__PURE__ */ Error("Whether a track has ended was not answered."), { code: "unavailable" }) : e;
}
function A(e) {
	return typeof e == "string" ? e : t(e.name);
}
function j(e, t) {
	return t.kind === "audio" ? { codecOptions: { opusDtx: !0 } } : e === "camera" ? { encodings: x(t.getSettings().width ?? i.cameraThreeLayersWidth) } : { encodings: [{ maxBitrate: i.screenBits }] };
}
// ../media/src/sfu/stats.ts
async function M(e, t, r) {
	let i = await P(r), a = [...i.values()], o = n(i);
	return e.map(({ userId: e }) => {
		let n = t(e), i = (e) => F(a, e.consumer.track.id), s = (e, t) => Math.max(0, ...n.filter(({ announced: t }) => t.source === e).map((e) => I(i(e), t))), c = (e) => n.reduce((t, n) => t + I(i(n), e), 0);
		return {
			userId: e,
			connectionNumber: r.number,
			connectionState: r.state,
			iceConnectionState: L(r.state),
			framesDecoded: s("camera", "framesDecoded"),
			screenFramesDecoded: s("screen", "framesDecoded"),
			microphonePacketsReceived: s("microphone", "packetsReceived"),
			bytesReceived: c("bytesReceived"),
			bytesSent: 0,
			packetsReceived: c("packetsReceived"),
			packetsLost: c("packetsLost"),
			...o
		};
	});
}
async function N(e, t) {
	let r = await P(t), i = (e, t) => [...r.values()].filter((t) => t.type === e).reduce((e, n) => e + I(n, t), 0), a = e === "send", o = i(a ? "remote-inbound-rtp" : "inbound-rtp", "packetsLost");
	return {
		packetsReceived: a ? Math.max(0, i("outbound-rtp", "packetsSent") - o) : i("inbound-rtp", "packetsReceived"),
		packetsLost: o,
		...n(r)
	};
}
async function P(e) {
	let t = /* @__PURE__ */ new Map();
	return (await e.present?.getStats().catch(() => null))?.forEach((e) => {
		t.set(e.id, e);
	}), t;
}
function F(e, t) {
	return e.filter((e) => e.type === "inbound-rtp" && e.trackIdentifier === t).sort((e, t) => I(t, "framesDecoded") - I(e, "framesDecoded"))[0];
}
function I(e, t) {
	return Number(e?.[t] ?? 0);
}
function L(e) {
	return e === "connecting" ? "checking" : e;
}
// ../media/src/sfu/patience.ts
var R = class {
	#e;
	#t = /* @__PURE__ */ new Set();
	constructor(e) {
		this.#e = e;
	}
	async ask(e, t, n) {
		let r = null;
		for (let i = 0;; i += 1) try {
			let n = await this.#e.room.request(e, t, r);
			return i > 0 && this.#e.waits(null), n;
		} catch (e) {
			if (!["again", "away"].includes(g(e))) throw e;
			if (r = e.rid ?? r, n() && await this.#n(e, i), !n()) throw Object.assign(Error(e.message), { code: "timeout" });
		}
	}
	hurry() {
		for (let e of [...this.#t]) e();
	}
	async #n(e, t) {
		this.#e.waits(e), await new Promise((n) => {
			let r = () => {
				clearTimeout(i), this.#t.delete(r), n();
			}, i = setTimeout(r, y(e, t, Math.random()));
			this.#t.add(r);
		});
	}
}, z = class {
	#e;
	#t;
	#n = null;
	#r = null;
	#i = null;
	#a = /* @__PURE__ */ new Set();
	#o = 0;
	#s = 0;
	number = 0;
	#c;
	#l = "new";
	#u;
	#d = !1;
	constructor(e) {
		this.#e = e, this.#t = new R(e);
	}
	get present() {
		return this.#n;
	}
	get state() {
		return this.#n?.connectionState ?? "new";
	}
	get unreachableBy() {
		return this.#s > i.sfuRebuildsMax && this.state !== "connected" ? [...this.#a] : null;
	}
	ahead(e) {
		if (this.#i?.epoch === e || this.#n || this.#r || e === 0) return;
		let t = {
			epoch: e,
			created: this.#p(e)
		};
		this.#i = t, t.created.catch(() => {
			this.#i === t && (this.#i = null);
		});
	}
	get wasReached() {
		return this.#l === "reached";
	}
	get triedBy() {
		return this.unreachableBy ?? (this.#l === "long" ? [...this.#a] : null);
	}
	ensure() {
		return this.#n ? Promise.resolve(this.#n) : (this.#r ??= this.#f().finally(() => {
			this.#r = null;
		}), this.#r);
	}
	check() {
		(this.state === "disconnected" || this.state === "failed") && this.#_(this.#n), this.#t.hurry();
	}
	rebuild() {
		let e = this.#n;
		if (!e || this.#d) return;
		clearTimeout(this.#c), this.#n = null, this.#o = 0, this.#s += 1, e.close(), this.#t.hurry();
		let { room: t } = this.#e;
		t.request("sfu_close_transport", {
			epoch: this.#e.epoch(),
			transportId: e.id
		}).catch(() => {}), this.#e.lost();
	}
	close() {
		this.#d = !0, clearTimeout(this.#c), clearTimeout(this.#u), this.#n?.close(), this.#t.hurry();
	}
	async #f() {
		let e = this.#e.epoch(), t = this.#i;
		this.#i = null;
		let n = await (t?.epoch === e ? t.created : this.#p(e));
		if (this.#d) throw Object.assign(/* @__PURE__ */ Error("It was closed meanwhile."), { code: "lost" });
		let r = this.#e.open(n);
		this.#n = r, this.number += 1, this.#a = B(n);
		let i = () => r === this.#n && !this.#d && !["disconnected", "failed"].includes(this.state);
		return r.on("connect", ({ dtlsParameters: e }, t, n) => {
			let a = {
				epoch: this.#e.epoch(),
				transportId: r.id,
				dtlsParameters: e
			};
			this.#t.ask("sfu_connect_transport", a, i).then(() => {
				this.#h(), t();
			}, n);
		}), r.on("produce", ({ kind: e, rtpParameters: t, appData: n }, a, o) => {
			let { source: s, paused: c } = n, l = {
				epoch: this.#e.epoch(),
				transportId: r.id,
				kind: e,
				source: s,
				paused: c,
				rtpParameters: t
			};
			this.#t.ask("sfu_produce", l, i).then(a, o);
		}), r.on("connectionstatechange", () => this.#m(r)), r;
	}
	#p(e) {
		let { room: t, direction: n } = this.#e;
		return t.request("sfu_create_transport", {
			epoch: e,
			direction: n
		});
	}
	#m(e) {
		if (e === this.#n) {
			switch (clearTimeout(this.#c), this.state) {
				case "connected":
					this.#o = 0, this.#s = 0, this.#l = "reached", clearTimeout(this.#u);
					break;
				case "disconnected":
					this.#g(e, i.sfuDisconnectedMs);
					break;
				case "connecting":
					this.#g(e, i.sfuConnectingMs);
					break;
				case "failed": this.wasReached ? this.#_(e) : this.#g(e, i.sfuFailedMs);
			}
			this.#e.changed();
		}
	}
	#h() {
		this.#l === "new" && (this.#l = "trying", this.#u = setTimeout(() => {
			this.#l = "long", this.#e.changed();
		}, i.sfuReachMs));
	}
	#g(e, t) {
		clearTimeout(this.#c), this.#c = setTimeout(() => this.#_(e), t);
	}
	#_(e) {
		if (!(this.#d || !e || e !== this.#n || this.state === "connected")) {
			if (clearTimeout(this.#c), this.#t.hurry(), this.#o >= i.sfuRestartsMax) return this.rebuild();
			this.#o += 1, this.#v(e);
		}
	}
	async #v(e) {
		let { room: t } = this.#e;
		try {
			let n = {
				epoch: this.#e.epoch(),
				transportId: e.id
			}, { iceParameters: r } = await t.request("sfu_restart_ice", n);
			if (e !== this.#n) return;
			await e.restartIce({ iceParameters: r }), e === this.#n && this.#g(e, i.sfuConnectingMs);
		} catch (t) {
			if (e !== this.#n || this.#d) return;
			let n = g(t);
			if (n === "stale") return this.#e.stale();
			if (n === "gone") return this.rebuild();
			--this.#o, this.#g(e, y(t, 1, Math.random()));
		}
	}
};
function B({ iceCandidates: e, iceServers: t }) {
	let n = e.map(({ protocol: e }) => e ?? "udp"), r = t.some(({ urls: e }) => e.some((e) => /^turns?:/.test(e)));
	return new Set(r ? [...n, "relay"] : n);
}
// ../media/src/sfu/path.ts
var V = class extends e {
	#e;
	#t;
	#n;
	#r;
	#i;
	#a;
	#o = new r();
	#s = /* @__PURE__ */ new Map();
	#c;
	#l = null;
	#u = null;
	#d = !1;
	#f;
	#p = !1;
	constructor(e) {
		super(), this.#e = e;
		let { room: t } = e;
		this.#t = t.sessionId, this.#c = t.members, this.#n = {
			send: this.#g("send"),
			recv: this.#g("recv")
		};
		let n = () => this.#l ?? 0;
		this.#i = new O({
			room: t,
			epoch: n,
			transport: this.#n.send
		}), this.#a = new E({
			room: t,
			epoch: n,
			transport: this.#n.recv,
			device: () => this.#h(),
			members: () => this.#c,
			changed: () => this.#E(),
			kick: () => this.#r.recv.kick()
		}), this.#r = {
			open: this.#_("open", () => this.#m()),
			send: this.#_("send", () => this.#i.reconcile()),
			recv: this.#_("recv", () => this.#a.reconcile())
		}, this.#r.open.now();
	}
	get epoch() {
		return this.#l;
	}
	get fits() {
		let { flow: e, sessionId: t } = this.#e.room, n = this.#l !== null && e.epoch > this.#l;
		return !this.#d && !this.#p && t === this.#t && !n;
	}
	get state() {
		let e = [...this.#s.values()].map(g), { send: t, recv: n } = this.#n;
		if (e.includes("away")) return "unavailable";
		if (t.unreachableBy || n.unreachableBy || this.#b) return "failed";
		if (!this.#u) return "connecting";
		let r = [t, n].filter(({ state: e }) => e === "disconnected" || e === "failed");
		return r.some(({ wasReached: e }) => e) ? "reconnecting" : r.length > 0 || t.state === "connecting" || n.state === "connecting" ? "connecting" : "connected";
	}
	get trouble() {
		let e = this.#n.send.triedBy ?? this.#n.recv.triedBy;
		if (e) return {
			code: "unreachable",
			message: `The media server cannot be reached; tried ${e.join(", ")}.`,
			tried: e
		};
		let t = [...this.#s.values()].find((e) => ["away", "refused"].includes(g(e)));
		return t === void 0 ? null : v(t);
	}
	get isStanding() {
		return [this.#n.send, this.#n.recv].some(({ state: e }) => e === "connected" || e === "disconnected");
	}
	views() {
		let e = (e) => this.#a.of(e), t = (e) => this.#a.lacks(e), { state: n } = this.#n.recv;
		return this.#o.views({
			members: this.#c,
			of: e,
			lacks: t,
			state: n,
			isOpen: this.#u !== null
		});
	}
	stats() {
		return M(this.#c, (e) => this.#a.of(e), this.#n.recv);
	}
	watched() {
		return ["send", "recv"].flatMap((e) => {
			let t = this.#n[e], { state: n, unreachableBy: r } = t, i = r !== null, a = {
				id: t,
				end: { direction: e },
				state: n,
				cause: i ? "no_path" : null,
				isUnreachable: i,
				stats: () => N(e, t)
			};
			return t.number > 0 ? [a] : [];
		});
	}
	joined() {}
	resumed() {
		this.fits && (this.#i.doubt(), this.#T());
	}
	hear(e) {
		this.#S(), this.#r.recv.kick();
	}
	notice(e) {
		this.#a.notice(e);
	}
	refused() {}
	set(e, t) {
		this.#i.set(e, t), this.#w();
	}
	publish(e) {
		this.#i.publish(e), this.#w();
	}
	unpublish(e) {
		this.#i.unpublish(e), this.#w();
	}
	say(e) {
		this.#i.say(e), this.#w();
	}
	see(e, t) {
		this.#a.see(e, t);
	}
	configure() {}
	retry() {
		clearTimeout(this.#f), this.#f = void 0, this.#i.forgive(), this.#a.forgive(), this.#T();
	}
	close() {
		this.#p = !0, clearTimeout(this.#f);
		for (let e of Object.values(this.#r)) e.close();
		this.#a.close(), this.#n.send.close(), this.#n.recv.close();
	}
	async #m() {
		if (this.#u) return;
		let { room: e } = this.#e, t = e.request("sfu_get_router_capabilities", {}), n = (this.#e.makeDevice ?? m)();
		n.catch(() => {}), this.#c.some(({ producers: e = [] }) => e.length > 0) && this.#C("recv");
		let { epoch: r, dialect: i, rtpCapabilities: a } = await t;
		if (i !== "ortc") {
			let e = `The media server speaks ${i}, which this version does not.`;
			throw Object.assign(Error(e), { code: "unsupported" });
		}
		if (e.flow.epoch > r) throw Object.assign(/* @__PURE__ */ Error("It has moved."), { code: "unavailable" });
		let o = await n;
		await o.load({ routerRtpCapabilities: a }), this.#p || (this.#l = r, this.#u = o, this.#S(), this.#T());
	}
	#h() {
		if (!this.#u) throw Error("There is no device before the media server has answered.");
		return this.#u;
	}
	#g(e) {
		let { room: t, iceTransportPolicy: n = "all" } = this.#e;
		return new z({
			room: t,
			direction: e,
			epoch: () => this.#l ?? 0,
			open: (t) => {
				let r = {
					...t,
					iceTransportPolicy: n
				}, i = this.#h();
				return e === "send" ? i.createSendTransport(r) : i.createRecvTransport(r);
			},
			changed: () => this.#E(),
			waits: (t) => this.#v(e, t),
			lost: () => {
				e === "send" ? this.#i.lost() : this.#a.lost(), this.#r[e].now(), this.#E();
			},
			stale: () => this.#x()
		});
	}
	#_(e, t) {
		return new b(async () => {
			this.fits && (e === "open" || this.#u) && (await t(), this.#s.delete(e) && this.#E());
		}, (t, n) => this.#y(e, t, n));
	}
	#v(e, t) {
		t === null ? this.#s.delete(e) : this.#s.set(e, t), this.#E();
	}
	#y(e, t, n) {
		if (this.#p) return null;
		this.#s.set(e, t);
		let r = g(t);
		return r === "gone" && e !== "open" && this.#n[e].rebuild(), this.#E(), r === "stale" ? (this.#x(), null) : r === "refused" ? (this.#f ??= setTimeout(() => this.retry(), i.sfuRefusedMs), null) : y(t, n, (this.#e.random ?? Math.random)());
	}
	get #b() {
		return g(this.#s.get("open") ?? { code: "unavailable" }) === "refused";
	}
	#x() {
		this.#d || this.#p || (this.#d = !0, this.emit("stale", void 0));
	}
	#S() {
		this.fits && (this.#c = this.#e.room.members, this.#E());
	}
	#C(e) {
		!this.#u && this.fits && this.#n[e].ahead(this.#e.room.flow.epoch);
	}
	#w() {
		this.#i.isWanted && this.#C("send"), this.#r.send.now();
	}
	#T() {
		this.#S();
		for (let e of Object.values(this.#n)) e.check();
		for (let e of Object.values(this.#r)) e.now();
	}
	#E() {
		this.#p || this.emit("changed", void 0);
	}
};
// ../media/src/sfu.ts
async function H() {
	await m();
}
export { V as SfuPath, H as prepare, d as t };
