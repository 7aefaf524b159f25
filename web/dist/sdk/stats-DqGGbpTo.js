// ../client/src/emitter.ts
var e = class {
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
}, t = {
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
	reportBatchMs: 5e3,
	reportEntriesMax: 16,
	reportSampleMs: 2e4,
	reportAgainMs: 2e4,
	reportRefusalsMax: 3,
	trackNameCharsMax: 64,
	cameraLayerBits: [
		15e4,
		5e5,
		15e5
	],
	cameraThreeLayersWidth: 960,
	cameraTwoLayersWidth: 480,
	layerWidths: [360, 720],
	screenBits: 25e5,
	switchMs: 1e4,
	switchLingerMs: 3e3,
	switchPollMs: 200,
	sfuDisconnectedMs: 3e3,
	sfuConnectingMs: 8e3,
	sfuRestartsMax: 2,
	sfuRebuildsMax: 2,
	sfuFailedMs: 2e3,
	sfuReachMs: 6e3,
	sfuRetryMs: 500,
	sfuRetryCapMs: 15e3,
	sfuRetryAfterMaxMs: 6e4,
	sfuRefusedMs: 3e4,
	keyFrameMs: 2e3,
	receiveAtOnce: 8,
	seeMs: 150,
	seeSmallerMs: 1500
}, n = class {
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
};
// ../media/src/peer/sdp.ts
function r(e) {
	return s(e).flatMap((e) => {
		let [, t, n] = /^m=(\S+) (\d+)/.exec(e[0] ?? "") ?? [], r = c(e, "a=mid:");
		return t === void 0 || r === null || n === "0" && !e.includes("a=bundle-only") ? [] : [{
			mid: r,
			kind: t,
			content: c(e, "a=content:"),
			receives: !l(e)
		}];
	});
}
function i(e, t) {
	return t.size === 0 ? e : e.replace(/^a=mid:(\S+)\r\n/gm, (e, n) => {
		let r = t.get(n);
		return r ? `${e}a=content:${r}\r\n` : e;
	});
}
function a(e, t) {
	let [n, r] = [o(e), o(t)];
	return n.size === 0 || r.size === 0 ? n.size === r.size : [...r].some((e) => n.has(e));
}
function o(e) {
	let t = e.matchAll(/^a=fingerprint:(\S+) (\S+)/gim);
	return new Set(Array.from(t, ([, e, t]) => `${e} ${t}`.toLowerCase()));
}
function s(e) {
	return e.split(/^(?=m=)/m).slice(1).map((e) => e.split(/\r?\n/));
}
function c(e, t) {
	return e.find((e) => e.startsWith(t))?.slice(t.length) ?? null;
}
function l(e) {
	return e.includes("a=sendonly") || e.includes("a=inactive");
}
// ../media/src/peer/slots.ts
var u = [
	"microphone",
	"camera",
	"screen"
], d = {
	microphone: "audio",
	camera: "video",
	screen: "video"
}, f = "slides", p = "alt", m = 16, h = class {
	#e;
	#t;
	#n = new MediaStream();
	#r = new MediaStream();
	#i = /* @__PURE__ */ new Map();
	#a = /* @__PURE__ */ new Map();
	#o = 0;
	extras;
	constructor(e, t, r) {
		this.#e = e, this.#t = { ...t }, this.extras = new n(e, r);
	}
	open() {
		for (let e of u) this.grow(e);
		this.extras.grow();
	}
	grow(e) {
		if (this.#i.has(e)) return;
		let t = this.#t[e], n = {
			direction: v(t),
			streams: [this.#p(e)]
		};
		this.#i.set(e, this.#e.addTransceiver(t ?? d[e], n));
	}
	growFor({ audio: e = 0, video: t = 0 }) {
		let n = t > 0 && !this.#i.has("screen");
		n && this.grow("screen");
		let r = [...Array(e).fill("audio"), ...Array(t - Number(n)).fill("video")];
		for (let e of r.slice(0, m - this.#o)) this.#o += 1, this.#e.addTransceiver(e, { direction: "recvonly" });
	}
	adopt(e) {
		this.#a = new Map(r(e).map((e) => [e.mid, e]));
		for (let e of u) {
			let t = this.#i.has(e) ? void 0 : this.#l(e);
			t && (this.#i.set(e, t), t.sender.setStreams?.(this.#p(e)), this.#f(e));
		}
		this.extras.adopt(this.#a, new Set(this.#i.values()));
	}
	set(e, t) {
		return this.#t[e] = t, this.#f(e);
	}
	unplaced() {
		return u.filter((e) => this.#t[e] && !this.#i.has(e));
	}
	unsent() {
		return this.unplaced().filter((e) => e !== "screen" || !this.#i.has("camera"));
	}
	async bound(e, t) {
		let n = this.#i.get(e)?.sender, r = n?.getParameters?.(), i = r?.encodings?.[0];
		n && r && i && i.maxBitrate !== t && (i.maxBitrate = t, await n.setParameters(r));
	}
	contents() {
		let e = Object.keys(this.extras.names()).map((e) => [e, p]), t = (this.#i.get("screen") ?? (this.#t.screen && this.#i.get("camera")))?.mid;
		return new Map(t ? [...e, [t, f]] : e);
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
			let n = t.get(r) ?? _(r);
			this.#d(r) !== f && this.#d(r) !== p && !e.has(n) && e.set(n, r);
		}
		return e;
	}
	#c() {
		return this.#e.getTransceivers().filter(({ currentDirection: e }) => e === "sendrecv" || e === "recvonly");
	}
	#l(e) {
		let t = /* @__PURE__ */ new Set([...this.#i.values(), ...this.extras.taken]), n = this.#e.getTransceivers().filter((n) => {
			let r = n.mid === null ? void 0 : this.#a.get(n.mid);
			return r?.receives && r.kind === d[e] && !t.has(n);
		});
		return e === "screen" ? n.find((e) => this.#u(e)) ?? n[0] : n.find((e) => !this.#u(e));
	}
	#u(e) {
		return this.#d(e) === f;
	}
	#d(e) {
		return e.mid === null ? null : this.#a.get(e.mid)?.content ?? null;
	}
	#f(e) {
		let t = this.#i.get(e), n = e === "screen" && !t ? this.#i.get("camera") : void 0;
		if (n) return g(n, this.#t.screen ?? this.#t.camera);
		if (!t) return Promise.resolve();
		let r = e === "camera" && !this.#i.has("screen") && this.#t.screen !== null;
		return g(t, this.#t[r ? "screen" : e]);
	}
	#p(e) {
		return e === "screen" ? this.#r : this.#n;
	}
};
function g(e, t) {
	return e.direction !== v(t) && (e.direction = v(t)), e.sender.replaceTrack(t);
}
function _(e) {
	return e.receiver.track.kind === "audio" ? "microphone" : "camera";
}
function v(e) {
	return e ? "sendrecv" : "recvonly";
}
// ../media/src/peer/streams.ts
var y = class {
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
		for (let t of u) this.#i(t, e.receiving(t));
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
		let n = Object.hasOwn(this.names, e) ? this.names[e] : null;
		return typeof n == "string" ? n.slice(0, t.trackNameCharsMax) : null;
	}
	#i(e, t) {
		let n = e === "screen" ? this.#t : this.#e, r = e === "microphone" ? "audio" : "video";
		for (let e of n.getTracks()) e.kind === r && e !== t && n.removeTrack(e);
		t && !n.getTracks().includes(t) && n.addTrack(t);
	}
}, b = 32, x = "x";
function S(e) {
	let t = e.normalize("NFKD").toLowerCase().replace(/[^a-z]+/g, "_").replace(/^_+|_+$/g, "");
	return t ? `${x}_${t}`.slice(0, b) : x;
}
function C(e) {
	return u.find((t) => t === e) ?? null;
}
function w(e) {
	return e === x ? null : (e.startsWith(`${x}_`) ? e.slice(2) : e).replaceAll("_", " ");
}
// ../media/src/sfu/faces.ts
var T = class {
	#e = /* @__PURE__ */ new Map();
	views(e) {
		let t = new Set(e.members.map(({ userId: e }) => e));
		for (let e of [...this.#e.keys()]) t.has(e) || this.#e.delete(e);
		return e.members.map((t) => this.#t(t, e));
	}
	#t(e, t) {
		let { userId: n, name: r, rev: i, producers: a = [] } = e, o = t.of(n), s = this.#e.get(n) ?? new y();
		this.#e.set(n, s);
		let c = (e) => a.find((t) => t.producerId === e)?.paused ?? !0, l = (e) => o.find(({ announced: t }) => t.source === e), u = o.filter(({ announced: e }) => C(e.source) === null);
		s.names = Object.fromEntries(u.map(({ announced: e }) => [e.producerId, w(e.source) ?? ""])), s.show({
			receiving: (e) => l(e)?.consumer.track ?? null,
			others: () => u.map(({ announced: e, consumer: t }) => ({
				mid: e.producerId,
				track: t.track
			}))
		});
		let d = (e) => {
			let t = l(e);
			return t !== void 0 && !c(t.announced.producerId);
		};
		return {
			userId: n,
			name: r,
			rev: i,
			presence: "here",
			...s.view,
			microphone: d("microphone"),
			camera: d("camera"),
			screen: d("screen"),
			connection: E(t.lacks(e), t),
			trouble: null,
			unsent: []
		};
	}
};
function E(e, { state: t, isOpen: n }) {
	return n ? t === "disconnected" || t === "failed" ? t : e ? "connecting" : t === "connecting" ? t : "connected" : "connecting";
}
// ../media/src/stats.ts
async function D(e) {
	let t = e.pc, n = /* @__PURE__ */ new Map();
	(await t.getStats()).forEach((e) => {
		n.set(e.id, e);
	});
	let r = [...n.values()], i = r.find((e) => e.type === "transport");
	return {
		userId: e.member.userId,
		connectionNumber: e.connectionNumber,
		connectionState: t.connectionState,
		iceConnectionState: t.iceConnectionState,
		framesDecoded: A(r, e.receiving("camera"), "framesDecoded"),
		screenFramesDecoded: A(r, e.receiving("screen"), "framesDecoded"),
		microphonePacketsReceived: A(r, e.receiving("microphone"), "packetsReceived"),
		bytesReceived: Number(i?.bytesReceived ?? j(r, "inbound-rtp", "bytesReceived")),
		bytesSent: Number(i?.bytesSent ?? j(r, "outbound-rtp", "bytesSent")),
		packetsReceived: j(r, "inbound-rtp", "packetsReceived"),
		packetsLost: j(r, "inbound-rtp", "packetsLost"),
		...O(n)
	};
}
function O(e) {
	let t = [...e.values()], n = t.find((e) => e.type === "transport"), r = e.get(String(n?.selectedCandidatePairId)) ?? t.find((e) => e.selected === !0), i = k(e.get(String(r?.localCandidateId))), a = k(e.get(String(r?.remoteCandidateId)));
	return {
		roundTripTime: r?.currentRoundTripTime ?? null,
		localCandidateType: i.type,
		remoteCandidateType: a.type,
		localProtocol: i.protocol,
		remoteProtocol: a.protocol,
		localFamily: i.family,
		remoteFamily: a.family
	};
}
function k(e) {
	let t = String(e?.address ?? e?.ip ?? ""), n = t.includes(":") ? "ipv6" : /^[0-9.]+$/.test(t) ? "ipv4" : null, r = (e) => typeof e == "string" ? e : null;
	return {
		type: r(e?.candidateType),
		protocol: r(e?.relayProtocol) ?? r(e?.protocol),
		family: n
	};
}
function A(e, t, n) {
	let r = e.find((e) => e.type === "inbound-rtp" && e.trackIdentifier === t?.id);
	return Number(r?.[n] ?? 0);
}
function j(e, t, n) {
	return e.filter((e) => e.type === t).reduce((e, t) => e + Number(t[n] ?? 0), 0);
}
export { y as a, a as c, e as d, S as i, i as l, O as n, u as o, T as r, h as s, D as t, t as u };
