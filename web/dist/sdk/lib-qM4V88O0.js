import { t as e } from "./sfu-C14xyspl.js";
// ../node_modules/ms/index.js
var t = /* @__PURE__ */ e(((e, t) => {
	var n = 1e3, r = n * 60, i = r * 60, a = i * 24, o = a * 7, s = a * 365.25;
	t.exports = function(e, t) {
		t ||= {};
		var n = typeof e;
		if (n === "string" && e.length > 0) return c(e);
		if (n === "number" && isFinite(e)) return t.long ? u(e) : l(e);
		throw Error("val is not a non-empty string or a valid number. val=" + JSON.stringify(e));
	};
	function c(e) {
		if (e = String(e), !(e.length > 100)) {
			var t = /^(-?(?:\d+)?\.?\d+) *(milliseconds?|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d|weeks?|w|years?|yrs?|y)?$/i.exec(e);
			if (t) {
				var c = parseFloat(t[1]);
				switch ((t[2] || "ms").toLowerCase()) {
					case "years":
					case "year":
					case "yrs":
					case "yr":
					case "y": return c * s;
					case "weeks":
					case "week":
					case "w": return c * o;
					case "days":
					case "day":
					case "d": return c * a;
					case "hours":
					case "hour":
					case "hrs":
					case "hr":
					case "h": return c * i;
					case "minutes":
					case "minute":
					case "mins":
					case "min":
					case "m": return c * r;
					case "seconds":
					case "second":
					case "secs":
					case "sec":
					case "s": return c * n;
					case "milliseconds":
					case "millisecond":
					case "msecs":
					case "msec":
					case "ms": return c;
					default: return;
				}
			}
		}
	}
	function l(e) {
		var t = Math.abs(e);
		return t >= a ? Math.round(e / a) + "d" : t >= i ? Math.round(e / i) + "h" : t >= r ? Math.round(e / r) + "m" : t >= n ? Math.round(e / n) + "s" : e + "ms";
	}
	function u(e) {
		var t = Math.abs(e);
		return t >= a ? d(e, t, a, "day") : t >= i ? d(e, t, i, "hour") : t >= r ? d(e, t, r, "minute") : t >= n ? d(e, t, n, "second") : e + " ms";
	}
	function d(e, t, n, r) {
		var i = t >= n * 1.5;
		return Math.round(e / n) + " " + r + (i ? "s" : "");
	}
})), n = /* @__PURE__ */ e(((e, n) => {
	function r(e) {
		r.debug = r, r.default = r, r.coerce = l, r.disable = s, r.enable = a, r.enabled = c, r.humanize = t(), r.destroy = u, Object.keys(e).forEach((t) => {
			r[t] = e[t];
		}), r.names = [], r.skips = [], r.formatters = {};
		function n(e) {
			let t = 0;
			for (let n = 0; n < e.length; n++) t = (t << 5) - t + e.charCodeAt(n), t |= 0;
			return r.colors[Math.abs(t) % r.colors.length];
		}
		r.selectColor = n;
		function r(e) {
			let t, n = null, a, o;
			function s(...e) {
				if (!s.enabled) return;
				let n = s, i = Number(/* @__PURE__ */ new Date());
				n.diff = i - (t || i), n.prev = t, n.curr = i, t = i, e[0] = r.coerce(e[0]), typeof e[0] != "string" && e.unshift("%O");
				let a = 0;
				e[0] = e[0].replace(/%([a-zA-Z%])/g, (t, i) => {
					if (t === "%%") return "%";
					a++;
					let o = r.formatters[i];
					if (typeof o == "function") {
						let r = e[a];
						t = o.call(n, r), e.splice(a, 1), a--;
					}
					return t;
				}), r.formatArgs.call(n, e), (n.log || r.log).apply(n, e);
			}
			return s.namespace = e, s.useColors = r.useColors(), s.color = r.selectColor(e), s.extend = i, s.destroy = r.destroy, Object.defineProperty(s, "enabled", {
				enumerable: !0,
				configurable: !1,
				get: () => n === null ? (a !== r.namespaces && (a = r.namespaces, o = r.enabled(e)), o) : n,
				set: (e) => {
					n = e;
				}
			}), typeof r.init == "function" && r.init(s), s;
		}
		function i(e, t) {
			let n = r(this.namespace + (t === void 0 ? ":" : t) + e);
			return n.log = this.log, n;
		}
		function a(e) {
			r.save(e), r.namespaces = e, r.names = [], r.skips = [];
			let t = (typeof e == "string" ? e : "").trim().replace(/\s+/g, ",").split(",").filter(Boolean);
			for (let e of t) e[0] === "-" ? r.skips.push(e.slice(1)) : r.names.push(e);
		}
		function o(e, t) {
			let n = 0, r = 0, i = -1, a = 0;
			for (; n < e.length;) if (r < t.length && (t[r] === e[n] || t[r] === "*")) t[r] === "*" ? (i = r, a = n, r++) : (n++, r++);
			else if (i !== -1) r = i + 1, a++, n = a;
			else return !1;
			for (; r < t.length && t[r] === "*";) r++;
			return r === t.length;
		}
		function s() {
			let e = [...r.names, ...r.skips.map((e) => "-" + e)].join(",");
			return r.enable(""), e;
		}
		function c(e) {
			for (let t of r.skips) if (o(e, t)) return !1;
			for (let t of r.names) if (o(e, t)) return !0;
			return !1;
		}
		function l(e) {
			return e instanceof Error ? e.stack || e.message : e;
		}
		function u() {
			console.warn("Instance method `debug.destroy()` is deprecated and no longer does anything. It will be removed in the next major version of `debug`.");
		}
		return r.enable(r.load()), r;
	}
	n.exports = r;
})), r = /* @__PURE__ */ e(((e, t) => {
	e.formatArgs = i, e.save = a, e.load = o, e.useColors = r, e.storage = s(), e.destroy = (() => {
		let e = !1;
		return () => {
			e || (e = !0, console.warn("Instance method `debug.destroy()` is deprecated and no longer does anything. It will be removed in the next major version of `debug`."));
		};
	})(), e.colors = /* @__PURE__ */ "#0000CC.#0000FF.#0033CC.#0033FF.#0066CC.#0066FF.#0099CC.#0099FF.#00CC00.#00CC33.#00CC66.#00CC99.#00CCCC.#00CCFF.#3300CC.#3300FF.#3333CC.#3333FF.#3366CC.#3366FF.#3399CC.#3399FF.#33CC00.#33CC33.#33CC66.#33CC99.#33CCCC.#33CCFF.#6600CC.#6600FF.#6633CC.#6633FF.#66CC00.#66CC33.#9900CC.#9900FF.#9933CC.#9933FF.#99CC00.#99CC33.#CC0000.#CC0033.#CC0066.#CC0099.#CC00CC.#CC00FF.#CC3300.#CC3333.#CC3366.#CC3399.#CC33CC.#CC33FF.#CC6600.#CC6633.#CC9900.#CC9933.#CCCC00.#CCCC33.#FF0000.#FF0033.#FF0066.#FF0099.#FF00CC.#FF00FF.#FF3300.#FF3333.#FF3366.#FF3399.#FF33CC.#FF33FF.#FF6600.#FF6633.#FF9900.#FF9933.#FFCC00.#FFCC33".split(".");
	function r() {
		if (typeof window < "u" && window.process && (window.process.type === "renderer" || window.process.__nwjs)) return !0;
		if (typeof navigator < "u" && navigator.userAgent && navigator.userAgent.toLowerCase().match(/(edge|trident)\/(\d+)/)) return !1;
		let e;
		return typeof document < "u" && document.documentElement && document.documentElement.style && document.documentElement.style.WebkitAppearance || typeof window < "u" && window.console && (window.console.firebug || window.console.exception && window.console.table) || typeof navigator < "u" && navigator.userAgent && (e = navigator.userAgent.toLowerCase().match(/firefox\/(\d+)/)) && parseInt(e[1], 10) >= 31 || typeof navigator < "u" && navigator.userAgent && navigator.userAgent.toLowerCase().match(/applewebkit\/(\d+)/);
	}
	function i(e) {
		if (e[0] = (this.useColors ? "%c" : "") + this.namespace + (this.useColors ? " %c" : " ") + e[0] + (this.useColors ? "%c " : " ") + "+" + t.exports.humanize(this.diff), !this.useColors) return;
		let n = "color: " + this.color;
		e.splice(1, 0, n, "color: inherit");
		let r = 0, i = 0;
		e[0].replace(/%[a-zA-Z%]/g, (e) => {
			e !== "%%" && (r++, e === "%c" && (i = r));
		}), e.splice(i, 0, n);
	}
	e.log = console.debug || console.log || (() => {});
	function a(t) {
		try {
			t ? e.storage.setItem("debug", t) : e.storage.removeItem("debug");
		} catch {}
	}
	function o() {
		let t;
		try {
			t = e.storage.getItem("debug") || e.storage.getItem("DEBUG");
		} catch {}
		return !t && typeof process < "u" && "env" in process && (t = process.env.DEBUG), t;
	}
	function s() {
		try {
			return localStorage;
		} catch {}
	}
	t.exports = n()(e);
	var { formatters: c } = t.exports;
	c.j = function(e) {
		try {
			return JSON.stringify(e);
		} catch (e) {
			return "[UnexpectedJSONParseError]: " + e.message;
		}
	};
})), i = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 });
})), a = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Logger = void 0;
	var t = r(), n = "mediasoup-client";
	e.Logger = class {
		_debug;
		_warn;
		_error;
		constructor(e) {
			e ? (this._debug = (0, t.default)(`${n}:${e}`), this._warn = (0, t.default)(`${n}:WARN:${e}`), this._error = (0, t.default)(`${n}:ERROR:${e}`)) : (this._debug = (0, t.default)(n), this._warn = (0, t.default)(`${n}:WARN`), this._error = (0, t.default)(`${n}:ERROR`)), this._debug.log = console.info.bind(console), this._warn.log = console.warn.bind(console), this._error.log = console.error.bind(console);
		}
		get debug() {
			return this._debug;
		}
		get warn() {
			return this._warn;
		}
		get error() {
			return this._error;
		}
	};
})), o = /* @__PURE__ */ e(((e, t) => {
	var n = typeof Reflect == "object" ? Reflect : null, r = n && typeof n.apply == "function" ? n.apply : function(e, t, n) {
		return Function.prototype.apply.call(e, t, n);
	}, i = n && typeof n.ownKeys == "function" ? n.ownKeys : Object.getOwnPropertySymbols ? function(e) {
		return Object.getOwnPropertyNames(e).concat(Object.getOwnPropertySymbols(e));
	} : function(e) {
		return Object.getOwnPropertyNames(e);
	};
	function a(e) {
		console && console.warn && console.warn(e);
	}
	var o = Number.isNaN || function(e) {
		return e !== e;
	};
	function s() {
		s.init.call(this);
	}
	t.exports = s, t.exports.once = y, s.EventEmitter = s, s.prototype._events = void 0, s.prototype._eventsCount = 0, s.prototype._maxListeners = void 0;
	var c = 10;
	function l(e) {
		if (typeof e != "function") throw TypeError("The \"listener\" argument must be of type Function. Received type " + typeof e);
	}
	Object.defineProperty(s, "defaultMaxListeners", {
		enumerable: !0,
		get: function() {
			return c;
		},
		set: function(e) {
			if (typeof e != "number" || e < 0 || o(e)) throw RangeError("The value of \"defaultMaxListeners\" is out of range. It must be a non-negative number. Received " + e + ".");
			c = e;
		}
	}), s.init = function() {
		(this._events === void 0 || this._events === Object.getPrototypeOf(this)._events) && (this._events = Object.create(null), this._eventsCount = 0), this._maxListeners = this._maxListeners || void 0;
	}, s.prototype.setMaxListeners = function(e) {
		if (typeof e != "number" || e < 0 || o(e)) throw RangeError("The value of \"n\" is out of range. It must be a non-negative number. Received " + e + ".");
		return this._maxListeners = e, this;
	};
	function u(e) {
		return e._maxListeners === void 0 ? s.defaultMaxListeners : e._maxListeners;
	}
	s.prototype.getMaxListeners = function() {
		return u(this);
	}, s.prototype.emit = function(e) {
		for (var t = [], n = 1; n < arguments.length; n++) t.push(arguments[n]);
		var i = e === "error", a = this._events;
		if (a !== void 0) i &&= a.error === void 0;
		else if (!i) return !1;
		if (i) {
			var o;
			if (t.length > 0 && (o = t[0]), o instanceof Error) throw o;
			var s = /* @__PURE__ */ Error("Unhandled error." + (o ? " (" + o.message + ")" : ""));
			throw s.context = o, s;
		}
		var c = a[e];
		if (c === void 0) return !1;
		if (typeof c == "function") r(c, this, t);
		else for (var l = c.length, u = g(c, l), n = 0; n < l; ++n) r(u[n], this, t);
		return !0;
	};
	function d(e, t, n, r) {
		var i, o, s;
		if (l(n), o = e._events, o === void 0 ? (o = e._events = Object.create(null), e._eventsCount = 0) : (o.newListener !== void 0 && (e.emit("newListener", t, n.listener ? n.listener : n), o = e._events), s = o[t]), s === void 0) s = o[t] = n, ++e._eventsCount;
		else if (typeof s == "function" ? s = o[t] = r ? [n, s] : [s, n] : r ? s.unshift(n) : s.push(n), i = u(e), i > 0 && s.length > i && !s.warned) {
			s.warned = !0;
			var c = /* @__PURE__ */ Error("Possible EventEmitter memory leak detected. " + s.length + " " + String(t) + " listeners added. Use emitter.setMaxListeners() to increase limit");
			c.name = "MaxListenersExceededWarning", c.emitter = e, c.type = t, c.count = s.length, a(c);
		}
		return e;
	}
	s.prototype.addListener = function(e, t) {
		return d(this, e, t, !1);
	}, s.prototype.on = s.prototype.addListener, s.prototype.prependListener = function(e, t) {
		return d(this, e, t, !0);
	};
	function f() {
		if (!this.fired) return this.target.removeListener(this.type, this.wrapFn), this.fired = !0, arguments.length === 0 ? this.listener.call(this.target) : this.listener.apply(this.target, arguments);
	}
	function p(e, t, n) {
		var r = {
			fired: !1,
			wrapFn: void 0,
			target: e,
			type: t,
			listener: n
		}, i = f.bind(r);
		return i.listener = n, r.wrapFn = i, i;
	}
	s.prototype.once = function(e, t) {
		return l(t), this.on(e, p(this, e, t)), this;
	}, s.prototype.prependOnceListener = function(e, t) {
		return l(t), this.prependListener(e, p(this, e, t)), this;
	}, s.prototype.removeListener = function(e, t) {
		var n, r, i, a, o;
		if (l(t), r = this._events, r === void 0 || (n = r[e], n === void 0)) return this;
		if (n === t || n.listener === t) --this._eventsCount === 0 ? this._events = Object.create(null) : (delete r[e], r.removeListener && this.emit("removeListener", e, n.listener || t));
		else if (typeof n != "function") {
			for (i = -1, a = n.length - 1; a >= 0; a--) if (n[a] === t || n[a].listener === t) {
				o = n[a].listener, i = a;
				break;
			}
			if (i < 0) return this;
			i === 0 ? n.shift() : _(n, i), n.length === 1 && (r[e] = n[0]), r.removeListener !== void 0 && this.emit("removeListener", e, o || t);
		}
		return this;
	}, s.prototype.off = s.prototype.removeListener, s.prototype.removeAllListeners = function(e) {
		var t, n = this._events, r;
		if (n === void 0) return this;
		if (n.removeListener === void 0) return arguments.length === 0 ? (this._events = Object.create(null), this._eventsCount = 0) : n[e] !== void 0 && (--this._eventsCount === 0 ? this._events = Object.create(null) : delete n[e]), this;
		if (arguments.length === 0) {
			var i = Object.keys(n), a;
			for (r = 0; r < i.length; ++r) a = i[r], a !== "removeListener" && this.removeAllListeners(a);
			return this.removeAllListeners("removeListener"), this._events = Object.create(null), this._eventsCount = 0, this;
		}
		if (t = n[e], typeof t == "function") this.removeListener(e, t);
		else if (t !== void 0) for (r = t.length - 1; r >= 0; r--) this.removeListener(e, t[r]);
		return this;
	};
	function m(e, t, n) {
		var r = e._events;
		if (r === void 0) return [];
		var i = r[t];
		return i === void 0 ? [] : typeof i == "function" ? n ? [i.listener || i] : [i] : n ? v(i) : g(i, i.length);
	}
	s.prototype.listeners = function(e) {
		return m(this, e, !0);
	}, s.prototype.rawListeners = function(e) {
		return m(this, e, !1);
	}, s.listenerCount = function(e, t) {
		return typeof e.listenerCount == "function" ? e.listenerCount(t) : h.call(e, t);
	}, s.prototype.listenerCount = h;
	function h(e) {
		var t = this._events;
		if (t !== void 0) {
			var n = t[e];
			if (typeof n == "function") return 1;
			if (n !== void 0) return n.length;
		}
		return 0;
	}
	s.prototype.eventNames = function() {
		return this._eventsCount > 0 ? i(this._events) : [];
	};
	function g(e, t) {
		for (var n = Array(t), r = 0; r < t; ++r) n[r] = e[r];
		return n;
	}
	function _(e, t) {
		for (; t + 1 < e.length; t++) e[t] = e[t + 1];
		e.pop();
	}
	function v(e) {
		for (var t = Array(e.length), n = 0; n < t.length; ++n) t[n] = e[n].listener || e[n];
		return t;
	}
	function y(e, t) {
		return new Promise(function(n, r) {
			function i(n) {
				e.removeListener(t, a), r(n);
			}
			function a() {
				typeof e.removeListener == "function" && e.removeListener("error", i), n([].slice.call(arguments));
			}
			x(e, t, a, { once: !0 }), t !== "error" && b(e, i, { once: !0 });
		});
	}
	function b(e, t, n) {
		typeof e.on == "function" && x(e, "error", t, n);
	}
	function x(e, t, n, r) {
		if (typeof e.on == "function") r.once ? e.once(t, n) : e.on(t, n);
		else if (typeof e.addEventListener == "function") e.addEventListener(t, function i(a) {
			r.once && e.removeEventListener(t, i), n(a);
		});
		else throw TypeError("The \"emitter\" argument must be of type EventEmitter. Received type " + typeof e);
	}
})), s = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.EnhancedEventEmitter = void 0;
	var t = o(), n = new (a()).Logger("EnhancedEventEmitter");
	e.EnhancedEventEmitter = class extends t.EventEmitter {
		constructor() {
			super(), this.setMaxListeners(Infinity);
		}
		close() {
			super.removeAllListeners();
		}
		emit(e, ...t) {
			return super.emit(e, ...t);
		}
		safeEmit(e, ...t) {
			try {
				return super.emit(e, ...t);
			} catch (t) {
				n.error("safeEmit() | event listener threw an error [eventName:%s]:%o", e, t);
				try {
					super.emit("listenererror", e, t);
				} catch {}
				return !!super.listenerCount(e);
			}
		}
		on(e, t) {
			return super.on(e, t), this;
		}
		off(e, t) {
			return super.off(e, t), this;
		}
		addListener(e, t) {
			return super.on(e, t), this;
		}
		prependListener(e, t) {
			return super.prependListener(e, t), this;
		}
		once(e, t) {
			return super.once(e, t), this;
		}
		prependOnceListener(e, t) {
			return super.prependOnceListener(e, t), this;
		}
		removeListener(e, t) {
			return super.off(e, t), this;
		}
		removeAllListeners(e) {
			return super.removeAllListeners(e), this;
		}
		listenerCount(e) {
			return super.listenerCount(e);
		}
		listeners(e) {
			return super.listeners(e);
		}
		rawListeners(e) {
			return super.rawListeners(e);
		}
	};
})), c = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.InvalidStateError = e.UnsupportedError = void 0, e.UnsupportedError = class e extends Error {
		constructor(t) {
			super(t), this.name = "UnsupportedError", Error.hasOwnProperty("captureStackTrace") ? Error.captureStackTrace(this, e) : this.stack = Error(t).stack;
		}
	}, e.InvalidStateError = class e extends Error {
		constructor(t) {
			super(t), this.name = "InvalidStateError", Error.hasOwnProperty("captureStackTrace") ? Error.captureStackTrace(this, e) : this.stack = Error(t).stack;
		}
	};
})), l = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.clone = t, e.generateRandomNumber = n, e.deepFreeze = r;
	function t(e) {
		if (e !== void 0) return Number.isNaN(e) ? NaN : typeof structuredClone == "function" ? structuredClone(e) : JSON.parse(JSON.stringify(e));
	}
	function n() {
		return Math.round(Math.random() * 1e7);
	}
	function r(e) {
		let t = Reflect.ownKeys(e);
		for (let n of t) {
			let t = e[n];
			(t && typeof t == "object" || typeof t == "function") && r(t);
		}
		return Object.freeze(e);
	}
})), u = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Logger = void 0;
	var t = r(), n = "h264-profile-level-id";
	e.Logger = class {
		_debug;
		_warn;
		_error;
		constructor(e) {
			e ? (this._debug = (0, t.default)(`${n}:${e}`), this._warn = (0, t.default)(`${n}:WARN:${e}`), this._error = (0, t.default)(`${n}:ERROR:${e}`)) : (this._debug = (0, t.default)(n), this._warn = (0, t.default)(`${n}:WARN`), this._error = (0, t.default)(`${n}:ERROR`)), this._debug.log = console.info.bind(console), this._warn.log = console.warn.bind(console), this._error.log = console.error.bind(console);
		}
		get debug() {
			return this._debug;
		}
		get warn() {
			return this._warn;
		}
		get error() {
			return this._error;
		}
	};
})), d = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.ProfileLevelId = e.Level = e.Profile = void 0, e.parseProfileLevelId = d, e.profileLevelIdToString = f, e.profileToString = p, e.levelToString = m, e.parseSdpProfileLevelId = h, e.isSameProfile = g, e.isSameProfileAndLevel = _, e.generateProfileLevelIdStringForAnswer = v, e.supportedLevel = y;
	var t = new (u()).Logger(), n;
	(function(e) {
		e[e.ConstrainedBaseline = 1] = "ConstrainedBaseline", e[e.Baseline = 2] = "Baseline", e[e.Main = 3] = "Main", e[e.ConstrainedHigh = 4] = "ConstrainedHigh", e[e.High = 5] = "High", e[e.PredictiveHigh444 = 6] = "PredictiveHigh444";
	})(n || (e.Profile = n = {}));
	var r;
	(function(e) {
		e[e.L1_b = 0] = "L1_b", e[e.L1 = 10] = "L1", e[e.L1_1 = 11] = "L1_1", e[e.L1_2 = 12] = "L1_2", e[e.L1_3 = 13] = "L1_3", e[e.L2 = 20] = "L2", e[e.L2_1 = 21] = "L2_1", e[e.L2_2 = 22] = "L2_2", e[e.L3 = 30] = "L3", e[e.L3_1 = 31] = "L3_1", e[e.L3_2 = 32] = "L3_2", e[e.L4 = 40] = "L4", e[e.L4_1 = 41] = "L4_1", e[e.L4_2 = 42] = "L4_2", e[e.L5 = 50] = "L5", e[e.L5_1 = 51] = "L5_1", e[e.L5_2 = 52] = "L5_2";
	})(r || (e.Level = r = {}));
	var i = class {
		profile;
		level;
		constructor(e, t) {
			this.profile = e, this.level = t;
		}
	};
	e.ProfileLevelId = i;
	var a = new i(n.ConstrainedBaseline, r.L3_1), o = class {
		mask;
		masked_value;
		constructor(e) {
			this.mask = ~b("x", e), this.masked_value = b("1", e);
		}
		isMatch(e) {
			return this.masked_value === (e & this.mask);
		}
	}, s = class {
		profile_idc;
		profile_iop;
		profile;
		constructor(e, t, n) {
			this.profile_idc = e, this.profile_iop = t, this.profile = n;
		}
	}, c = [
		new s(66, new o("x1xx0000"), n.ConstrainedBaseline),
		new s(77, new o("1xxx0000"), n.ConstrainedBaseline),
		new s(88, new o("11xx0000"), n.ConstrainedBaseline),
		new s(66, new o("x0xx0000"), n.Baseline),
		new s(88, new o("10xx0000"), n.Baseline),
		new s(77, new o("0x0x0000"), n.Main),
		new s(100, new o("00000000"), n.High),
		new s(100, new o("00001100"), n.ConstrainedHigh),
		new s(244, new o("00000000"), n.PredictiveHigh444)
	], l = [
		{
			max_macroblocks_per_second: 1485,
			max_macroblock_frame_size: 99,
			level: r.L1
		},
		{
			max_macroblocks_per_second: 1485,
			max_macroblock_frame_size: 99,
			level: r.L1_b
		},
		{
			max_macroblocks_per_second: 3e3,
			max_macroblock_frame_size: 396,
			level: r.L1_1
		},
		{
			max_macroblocks_per_second: 6e3,
			max_macroblock_frame_size: 396,
			level: r.L1_2
		},
		{
			max_macroblocks_per_second: 11880,
			max_macroblock_frame_size: 396,
			level: r.L1_3
		},
		{
			max_macroblocks_per_second: 11880,
			max_macroblock_frame_size: 396,
			level: r.L2
		},
		{
			max_macroblocks_per_second: 19800,
			max_macroblock_frame_size: 792,
			level: r.L2_1
		},
		{
			max_macroblocks_per_second: 20250,
			max_macroblock_frame_size: 1620,
			level: r.L2_2
		},
		{
			max_macroblocks_per_second: 40500,
			max_macroblock_frame_size: 1620,
			level: r.L3
		},
		{
			max_macroblocks_per_second: 108e3,
			max_macroblock_frame_size: 3600,
			level: r.L3_1
		},
		{
			max_macroblocks_per_second: 216e3,
			max_macroblock_frame_size: 5120,
			level: r.L3_2
		},
		{
			max_macroblocks_per_second: 245760,
			max_macroblock_frame_size: 8192,
			level: r.L4
		},
		{
			max_macroblocks_per_second: 245760,
			max_macroblock_frame_size: 8192,
			level: r.L4_1
		},
		{
			max_macroblocks_per_second: 522240,
			max_macroblock_frame_size: 8704,
			level: r.L4_2
		},
		{
			max_macroblocks_per_second: 589824,
			max_macroblock_frame_size: 22080,
			level: r.L5
		},
		{
			max_macroblocks_per_second: 983040,
			max_macroblock_frame_size: 36864,
			level: r.L5_1
		},
		{
			max_macroblocks_per_second: 2073600,
			max_macroblock_frame_size: 36864,
			level: r.L5_2
		}
	];
	function d(e) {
		if (typeof e != "string" || e.length !== 6) return;
		let n = parseInt(e, 16);
		if (n === 0) return;
		let a = n & 255, o = n >> 8 & 255, s = n >> 16 & 255, l;
		switch (a) {
			case r.L1_1:
				l = o & 16 ? r.L1_b : r.L1_1;
				break;
			case r.L1:
			case r.L1_2:
			case r.L1_3:
			case r.L2:
			case r.L2_1:
			case r.L2_2:
			case r.L3:
			case r.L3_1:
			case r.L3_2:
			case r.L4:
			case r.L4_1:
			case r.L4_2:
			case r.L5:
			case r.L5_1:
			case r.L5_2:
				l = a;
				break;
			default:
				t.warn(`parseProfileLevelId() | unrecognized level_idc [str:${e}, level_idc:${a}]`);
				return;
		}
		for (let n of c) if (s === n.profile_idc && n.profile_iop.isMatch(o)) return t.debug(`parseProfileLevelId() | result [str:${e}, profile:${n.profile}, level:${l}]`), new i(n.profile, l);
		t.warn(`parseProfileLevelId() | unrecognized profile_idc/profile_iop combination [str:${e}, profile_idc:${s}, profile_iop:${o}]`);
	}
	function f(e) {
		if (e.level == r.L1_b) switch (e.profile) {
			case n.ConstrainedBaseline: return "42f00b";
			case n.Baseline: return "42100b";
			case n.Main: return "4d100b";
			default:
				t.warn(`profileLevelIdToString() | Level 1_b not is allowed for profile ${e.profile}`);
				return;
		}
		let i;
		switch (e.profile) {
			case n.ConstrainedBaseline:
				i = "42e0";
				break;
			case n.Baseline:
				i = "4200";
				break;
			case n.Main:
				i = "4d00";
				break;
			case n.ConstrainedHigh:
				i = "640c";
				break;
			case n.High:
				i = "6400";
				break;
			case n.PredictiveHigh444:
				i = "f400";
				break;
			default:
				t.warn(`profileLevelIdToString() | unrecognized profile ${e.profile}`);
				return;
		}
		let a = e.level.toString(16);
		return a.length === 1 && (a = `0${a}`), `${i}${a}`;
	}
	function p(e) {
		switch (e) {
			case n.ConstrainedBaseline: return "ConstrainedBaseline";
			case n.Baseline: return "Baseline";
			case n.Main: return "Main";
			case n.ConstrainedHigh: return "ConstrainedHigh";
			case n.High: return "High";
			case n.PredictiveHigh444: return "PredictiveHigh444";
			default:
				t.warn(`profileToString() | unrecognized profile ${e}`);
				return;
		}
	}
	function m(e) {
		switch (e) {
			case r.L1_b: return "1b";
			case r.L1: return "1";
			case r.L1_1: return "1.1";
			case r.L1_2: return "1.2";
			case r.L1_3: return "1.3";
			case r.L2: return "2";
			case r.L2_1: return "2.1";
			case r.L2_2: return "2.2";
			case r.L3: return "3";
			case r.L3_1: return "3.1";
			case r.L3_2: return "3.2";
			case r.L4: return "4";
			case r.L4_1: return "4.1";
			case r.L4_2: return "4.2";
			case r.L5: return "5";
			case r.L5_1: return "5.1";
			case r.L5_2: return "5.2";
			default:
				t.warn(`levelToString() | unrecognized level ${e}`);
				return;
		}
	}
	function h(e = {}) {
		let t = e["profile-level-id"];
		return t ? d(t) : a;
	}
	function g(e = {}, t = {}) {
		let n = h(e), r = h(t);
		return !!(n && r && n.profile === r.profile);
	}
	function _(e = {}, t = {}) {
		let n = h(e), r = h(t);
		return !!(n && r && n.profile === r.profile && n.level == r.level);
	}
	function v(e = {}, n = {}) {
		if (!e["profile-level-id"] && !n["profile-level-id"]) {
			t.warn("generateProfileLevelIdStringForAnswer() | profile-level-id missing in local and remote params");
			return;
		}
		let r = h(e), a = h(n);
		if (!r) throw TypeError("invalid local_profile_level_id");
		if (!a) throw TypeError("invalid remote_profile_level_id");
		if (r.profile !== a.profile) throw TypeError("H264 Profile mismatch");
		let o = C(e) && C(n), s = r.level, c = a.level, l = S(s, c), u = o ? s : l;
		return t.debug(`generateProfileLevelIdStringForAnswer() | result [profile:${r.profile}, level:${u}]`), f(new i(r.profile, u));
	}
	function y(e, n) {
		for (let r = l.length - 1; r >= 0; --r) {
			let i = l[r];
			if (i.max_macroblock_frame_size * 256 <= e && i.max_macroblocks_per_second <= n * i.max_macroblock_frame_size) return t.debug(`supportedLevel() | result [max_frame_pixel_count:${e}, max_fps:${n}, level:${i.level}]`), i.level;
		}
		t.warn(`supportedLevel() | no level supported [max_frame_pixel_count:${e}, max_fps:${n}]`);
	}
	function b(e, t) {
		return Number(t[0] === e) << 7 | Number(t[1] === e) << 6 | Number(t[2] === e) << 5 | Number(t[3] === e) << 4 | Number(t[4] === e) << 3 | Number(t[5] === e) << 2 | Number(t[6] === e) << 1 | Number(t[7] === e);
	}
	function x(e, t) {
		return e === r.L1_b ? t !== r.L1 && t !== r.L1_b : t === r.L1_b ? e !== r.L1 : e < t;
	}
	function S(e, t) {
		return x(e, t) ? e : t;
	}
	function C(e = {}) {
		let t = e["level-asymmetry-allowed"];
		return t === !0 || t === 1 || t === "1";
	}
})), f = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.validateAndNormalizeRtpCapabilities = o, e.validateAndNormalizeRtpParameters = s, e.validateAndNormalizeSctpStreamParameters = c, e.validateSctpCapabilities = u, e.getExtendedRtpCapabilities = f, e.getRecvRtpCapabilities = p, e.getSendRtpCapabilities = m, e.getSendingRtpParameters = h, e.getSendingRemoteRtpParameters = g, e.reduceCodecs = _, e.generateProbatorRtpParameters = v, e.canSend = y, e.canReceive = b;
	var t = d(), n = l(), r = "probator", i = 1234, a = 127;
	function o(e) {
		if (typeof e != "object") throw TypeError("caps is not an object");
		if (e.codecs && !Array.isArray(e.codecs)) throw TypeError("caps.codecs is not an array");
		e.codecs ||= [];
		for (let t of e.codecs) x(t);
		if (e.headerExtensions && !Array.isArray(e.headerExtensions)) throw TypeError("caps.headerExtensions is not an array");
		e.headerExtensions ||= [];
		for (let t of e.headerExtensions) C(t);
	}
	function s(e) {
		if (typeof e != "object") throw TypeError("params is not an object");
		if (e.mid && typeof e.mid != "string") throw TypeError("params.mid is not a string");
		if (!Array.isArray(e.codecs)) throw TypeError("missing params.codecs");
		for (let t of e.codecs) w(t);
		if (e.headerExtensions && !Array.isArray(e.headerExtensions)) throw TypeError("params.headerExtensions is not an array");
		e.headerExtensions ||= [];
		for (let t of e.headerExtensions) T(t);
		if (e.encodings && !Array.isArray(e.encodings)) throw TypeError("params.encodings is not an array");
		e.encodings ||= [];
		for (let t of e.encodings) E(t);
		if (e.rtcp && typeof e.rtcp != "object") throw TypeError("params.rtcp is not an object");
		e.rtcp ||= {}, D(e.rtcp);
	}
	function c(e) {
		if (typeof e != "object") throw TypeError("params is not an object");
		if (typeof e.streamId != "number") throw TypeError("missing params.streamId");
		let t = !1;
		if (typeof e.ordered == "boolean" ? t = !0 : e.ordered = !0, e.maxPacketLifeTime && typeof e.maxPacketLifeTime != "number") throw TypeError("invalid params.maxPacketLifeTime");
		if (e.maxRetransmits && typeof e.maxRetransmits != "number") throw TypeError("invalid params.maxRetransmits");
		if (e.maxPacketLifeTime && e.maxRetransmits) throw TypeError("cannot provide both maxPacketLifeTime and maxRetransmits");
		if (t && e.ordered && (e.maxPacketLifeTime || e.maxRetransmits)) throw TypeError("cannot be ordered with maxPacketLifeTime or maxRetransmits");
		if (!t && (e.maxPacketLifeTime || e.maxRetransmits) && (e.ordered = !1), e.label && typeof e.label != "string") throw TypeError("invalid params.label");
		if (e.protocol && typeof e.protocol != "string") throw TypeError("invalid params.protocol");
	}
	function u(e) {
		if (typeof e != "object") throw TypeError("caps is not an object");
		if (!e.numStreams || typeof e.numStreams != "object") throw TypeError("missing caps.numStreams");
		O(e.numStreams);
	}
	function f(e, t, n) {
		let r = {
			codecs: [],
			headerExtensions: []
		};
		if (n) for (let n of e.codecs ?? []) {
			if (A(n)) continue;
			let e = (t.codecs ?? []).find((e) => j(e, n, {
				strict: !0,
				modify: !0
			}));
			if (!e) continue;
			let i = {
				kind: n.kind,
				mimeType: n.mimeType,
				clockRate: n.clockRate,
				channels: n.channels,
				localPayloadType: n.preferredPayloadType,
				localRtxPayloadType: void 0,
				remotePayloadType: e.preferredPayloadType,
				remoteRtxPayloadType: void 0,
				localParameters: n.parameters ?? {},
				remoteParameters: e.parameters ?? {},
				rtcpFeedback: N(n, e)
			};
			r.codecs.push(i);
		}
		else for (let n of t.codecs ?? []) {
			if (A(n)) continue;
			let t = (e.codecs ?? []).find((e) => j(e, n, {
				strict: !0,
				modify: !0
			}));
			if (!t) continue;
			let i = {
				kind: t.kind,
				mimeType: t.mimeType,
				clockRate: t.clockRate,
				channels: t.channels,
				localPayloadType: t.preferredPayloadType,
				localRtxPayloadType: void 0,
				remotePayloadType: n.preferredPayloadType,
				remoteRtxPayloadType: void 0,
				localParameters: t.parameters ?? {},
				remoteParameters: n.parameters ?? {},
				rtcpFeedback: N(t, n)
			};
			r.codecs.push(i);
		}
		for (let n of r.codecs) {
			let r = e.codecs.find((e) => A(e) && e.parameters?.apt === n.localPayloadType), i = t.codecs.find((e) => A(e) && e.parameters?.apt === n.remotePayloadType);
			r && i && (n.localRtxPayloadType = r.preferredPayloadType, n.remoteRtxPayloadType = i.preferredPayloadType);
		}
		for (let n of t.headerExtensions) {
			let t = e.headerExtensions.find((e) => M(e, n));
			if (!t) continue;
			let i = {
				kind: n.kind,
				uri: n.uri,
				sendId: t.preferredId,
				recvId: n.preferredId,
				encrypt: t.preferredEncrypt ?? !1,
				direction: "sendrecv"
			};
			switch (n.direction) {
				case "sendrecv":
					i.direction = "sendrecv";
					break;
				case "recvonly":
					i.direction = "sendonly";
					break;
				case "sendonly":
					i.direction = "recvonly";
					break;
				case "inactive": i.direction = "inactive";
			}
			r.headerExtensions.push(i);
		}
		return r;
	}
	function p(e) {
		return k({
			direction: "recvonly",
			extendedRtpCapabilities: e
		});
	}
	function m(e) {
		return k({
			direction: "sendonly",
			extendedRtpCapabilities: e
		});
	}
	function h(e, t) {
		let n = {
			mid: void 0,
			codecs: [],
			headerExtensions: [],
			encodings: [],
			rtcp: {}
		};
		for (let r of t.codecs) {
			if (r.kind !== e) continue;
			let t = {
				mimeType: r.mimeType,
				payloadType: r.localPayloadType,
				clockRate: r.clockRate,
				channels: r.channels,
				parameters: r.localParameters,
				rtcpFeedback: r.rtcpFeedback
			};
			if (n.codecs.push(t), r.localRtxPayloadType) {
				let e = {
					mimeType: `${r.kind}/rtx`,
					payloadType: r.localRtxPayloadType,
					clockRate: r.clockRate,
					parameters: { apt: r.localPayloadType },
					rtcpFeedback: []
				};
				n.codecs.push(e);
			}
		}
		for (let r of t.headerExtensions) {
			if (r.kind && r.kind !== e || r.direction !== "sendrecv" && r.direction !== "sendonly") continue;
			let t = {
				uri: r.uri,
				id: r.sendId,
				encrypt: r.encrypt,
				parameters: {}
			};
			n.headerExtensions.push(t);
		}
		return n;
	}
	function g(e, t) {
		let n = {
			mid: void 0,
			codecs: [],
			headerExtensions: [],
			encodings: [],
			rtcp: {}
		};
		for (let r of t.codecs) {
			if (r.kind !== e) continue;
			let t = {
				mimeType: r.mimeType,
				payloadType: r.localPayloadType,
				clockRate: r.clockRate,
				channels: r.channels,
				parameters: r.remoteParameters,
				rtcpFeedback: r.rtcpFeedback
			};
			if (n.codecs.push(t), r.localRtxPayloadType) {
				let e = {
					mimeType: `${r.kind}/rtx`,
					payloadType: r.localRtxPayloadType,
					clockRate: r.clockRate,
					parameters: { apt: r.localPayloadType },
					rtcpFeedback: []
				};
				n.codecs.push(e);
			}
		}
		for (let r of t.headerExtensions) {
			if (r.kind && r.kind !== e || r.direction !== "sendrecv" && r.direction !== "sendonly") continue;
			let t = {
				uri: r.uri,
				id: r.sendId,
				encrypt: r.encrypt,
				parameters: {}
			};
			n.headerExtensions.push(t);
		}
		if (n.headerExtensions.some((e) => e.uri === "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")) for (let e of n.codecs) e.rtcpFeedback = (e.rtcpFeedback ?? []).filter((e) => e.type !== "goog-remb");
		else if (n.headerExtensions.some((e) => e.uri === "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")) for (let e of n.codecs) e.rtcpFeedback = (e.rtcpFeedback ?? []).filter((e) => e.type !== "transport-cc");
		else for (let e of n.codecs) e.rtcpFeedback = (e.rtcpFeedback ?? []).filter((e) => e.type !== "transport-cc" && e.type !== "goog-remb");
		return n;
	}
	function _(e, t) {
		let n = [];
		if (!t) n.push(e[0]), A(e[1]) && n.push(e[1]);
		else {
			for (let r = 0; r < e.length; ++r) if (j(e[r], t, { strict: !0 })) {
				n.push(e[r]), A(e[r + 1]) && n.push(e[r + 1]);
				break;
			}
			if (n.length === 0) throw TypeError("no matching codec found");
		}
		return n;
	}
	function v(e) {
		e = n.clone(e), s(e);
		let t = {
			mid: r,
			codecs: [],
			headerExtensions: [],
			encodings: [{ ssrc: i }],
			rtcp: { cname: "probator" }
		};
		return t.codecs.push(e.codecs[0]), t.codecs[0].payloadType = a, t.headerExtensions = e.headerExtensions, t;
	}
	function y(e, t) {
		return (t.codecs ?? []).some((t) => t.kind === e);
	}
	function b(e, t) {
		if (s(e), e.codecs.length === 0) return !1;
		let n = e.codecs[0];
		return (t.codecs ?? []).some((e) => e.preferredPayloadType === n.payloadType);
	}
	function x(e) {
		let t = /* @__PURE__ */ RegExp("^(audio|video)/(.+)", "i");
		if (typeof e != "object") throw TypeError("codec is not an object");
		if (!e.mimeType || typeof e.mimeType != "string") throw TypeError("missing codec.mimeType");
		let n = t.exec(e.mimeType);
		if (!n) throw TypeError("invalid codec.mimeType");
		if (e.kind = n[1].toLowerCase(), typeof e.preferredPayloadType != "number") throw TypeError("missing codec.preferredPayloadType");
		if (typeof e.clockRate != "number") throw TypeError("missing codec.clockRate");
		e.kind === "audio" ? typeof e.channels != "number" && (e.channels = 1) : delete e.channels, e.parameters && typeof e.parameters == "object" || (e.parameters = {});
		for (let t of Object.keys(e.parameters)) {
			let n = e.parameters[t];
			if (n === void 0 && (e.parameters[t] = "", n = ""), typeof n != "string" && typeof n != "number") throw TypeError(`invalid codec parameter [key:${t}s, value:${n}]`);
			if (t === "apt" && typeof n != "number") throw TypeError("invalid codec apt parameter");
		}
		e.rtcpFeedback && Array.isArray(e.rtcpFeedback) || (e.rtcpFeedback = []);
		for (let t of e.rtcpFeedback) S(t);
	}
	function S(e) {
		if (typeof e != "object") throw TypeError("fb is not an object");
		if (!e.type || typeof e.type != "string") throw TypeError("missing fb.type");
		e.parameter && typeof e.parameter == "string" || (e.parameter = "");
	}
	function C(e) {
		if (typeof e != "object") throw TypeError("ext is not an object");
		if (e.kind !== "audio" && e.kind !== "video") throw TypeError("invalid ext.kind");
		if (!e.uri || typeof e.uri != "string") throw TypeError("missing ext.uri");
		if (typeof e.preferredId != "number") throw TypeError("missing ext.preferredId");
		if (e.preferredEncrypt && typeof e.preferredEncrypt != "boolean") throw TypeError("invalid ext.preferredEncrypt");
		if (e.preferredEncrypt ||= !1, e.direction && typeof e.direction != "string") throw TypeError("invalid ext.direction");
		e.direction ||= "sendrecv";
	}
	function w(e) {
		let t = /* @__PURE__ */ RegExp("^(audio|video)/(.+)", "i");
		if (typeof e != "object") throw TypeError("codec is not an object");
		if (!e.mimeType || typeof e.mimeType != "string") throw TypeError("missing codec.mimeType");
		let n = t.exec(e.mimeType);
		if (!n) throw TypeError("invalid codec.mimeType");
		if (typeof e.payloadType != "number") throw TypeError("missing codec.payloadType");
		if (typeof e.clockRate != "number") throw TypeError("missing codec.clockRate");
		n[1].toLowerCase() === "audio" ? typeof e.channels != "number" && (e.channels = 1) : delete e.channels, e.parameters && typeof e.parameters == "object" || (e.parameters = {});
		for (let t of Object.keys(e.parameters)) {
			let n = e.parameters[t];
			if (n === void 0 && (e.parameters[t] = "", n = ""), typeof n != "string" && typeof n != "number") throw TypeError(`invalid codec parameter [key:${t}s, value:${n}]`);
			if (t === "apt" && typeof n != "number") throw TypeError("invalid codec apt parameter");
		}
		e.rtcpFeedback && Array.isArray(e.rtcpFeedback) || (e.rtcpFeedback = []);
		for (let t of e.rtcpFeedback) S(t);
	}
	function T(e) {
		if (typeof e != "object") throw TypeError("ext is not an object");
		if (!e.uri || typeof e.uri != "string") throw TypeError("missing ext.uri");
		if (typeof e.id != "number") throw TypeError("missing ext.id");
		if (e.encrypt && typeof e.encrypt != "boolean") throw TypeError("invalid ext.encrypt");
		e.encrypt ||= !1, e.parameters && typeof e.parameters == "object" || (e.parameters = {});
		for (let t of Object.keys(e.parameters)) {
			let n = e.parameters[t];
			if (n === void 0 && (e.parameters[t] = "", n = ""), typeof n != "string" && typeof n != "number") throw TypeError("invalid header extension parameter");
		}
	}
	function E(e) {
		if (typeof e != "object") throw TypeError("encoding is not an object");
		if (e.ssrc && typeof e.ssrc != "number") throw TypeError("invalid encoding.ssrc");
		if (e.rid && typeof e.rid != "string") throw TypeError("invalid encoding.rid");
		if (e.rtx && typeof e.rtx != "object") throw TypeError("invalid encoding.rtx");
		if (e.rtx && typeof e.rtx.ssrc != "number") throw TypeError("missing encoding.rtx.ssrc");
		if (e.dtx && typeof e.dtx == "boolean" || (e.dtx = !1), e.scalabilityMode && typeof e.scalabilityMode != "string") throw TypeError("invalid encoding.scalabilityMode");
	}
	function D(e) {
		if (typeof e != "object") throw TypeError("rtcp is not an object");
		if (e.cname && typeof e.cname != "string") throw TypeError("invalid rtcp.cname");
		e.reducedSize && typeof e.reducedSize == "boolean" || (e.reducedSize = !0);
	}
	function O(e) {
		if (typeof e != "object") throw TypeError("numStreams is not an object");
		if (typeof e.OS != "number") throw TypeError("missing numStreams.OS");
		if (typeof e.MIS != "number") throw TypeError("missing numStreams.MIS");
	}
	function k({ direction: e, extendedRtpCapabilities: t }) {
		let n = {
			codecs: [],
			headerExtensions: []
		};
		for (let e of t.codecs) {
			let t = {
				kind: e.kind,
				mimeType: e.mimeType,
				preferredPayloadType: e.remotePayloadType,
				clockRate: e.clockRate,
				channels: e.channels,
				parameters: e.localParameters,
				rtcpFeedback: e.rtcpFeedback
			};
			if (n.codecs.push(t), !e.remoteRtxPayloadType) continue;
			let r = {
				kind: e.kind,
				mimeType: `${e.kind}/rtx`,
				preferredPayloadType: e.remoteRtxPayloadType,
				clockRate: e.clockRate,
				parameters: { apt: e.remotePayloadType },
				rtcpFeedback: []
			};
			n.codecs.push(r);
		}
		for (let r of t.headerExtensions) {
			if (r.direction !== "sendrecv" && r.direction !== e) continue;
			let t = {
				kind: r.kind,
				uri: r.uri,
				preferredId: r.recvId,
				preferredEncrypt: r.encrypt ?? !1,
				direction: r.direction
			};
			n.headerExtensions.push(t);
		}
		return n;
	}
	function A(e) {
		return e ? /.+\/rtx$/i.test(e.mimeType) : !1;
	}
	function j(e, n, { strict: r = !1, modify: i = !1 } = {}) {
		let a = e.mimeType.toLowerCase();
		if (a !== n.mimeType.toLowerCase() || e.clockRate !== n.clockRate || e.channels !== n.channels) return !1;
		switch (a) {
			case "video/h264":
				if (r) {
					if ((e.parameters["packetization-mode"] ?? 0) !== (n.parameters["packetization-mode"] ?? 0) || !t.isSameProfile(e.parameters, n.parameters)) return !1;
					let r;
					try {
						r = t.generateProfileLevelIdStringForAnswer(e.parameters, n.parameters);
					} catch {
						return !1;
					}
					i && (r ? (e.parameters["profile-level-id"] = r, n.parameters["profile-level-id"] = r) : (delete e.parameters["profile-level-id"], delete n.parameters["profile-level-id"]));
				}
				break;
			case "video/vp9": if (r && (e.parameters["profile-id"] ?? 0) !== (n.parameters["profile-id"] ?? 0)) return !1;
		}
		return !0;
	}
	function M(e, t) {
		return !(e.kind && t.kind && e.kind !== t.kind || e.uri !== t.uri);
	}
	function N(e, t) {
		let n = [];
		for (let r of e.rtcpFeedback ?? []) {
			let e = (t.rtcpFeedback ?? []).find((e) => e.type === r.type && (e.parameter === r.parameter || !e.parameter && !r.parameter));
			e && n.push(e);
		}
		return n;
	}
})), p = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Logger = void 0;
	var t = r(), n = "awaitqueue";
	e.Logger = class {
		_debug;
		_warn;
		_error;
		constructor(e) {
			e ? (this._debug = t(`${n}:${e}`), this._warn = t(`${n}:WARN:${e}`), this._error = t(`${n}:ERROR:${e}`)) : (this._debug = t(n), this._warn = t(`${n}:WARN`), this._error = t(`${n}:ERROR`)), this._debug.log = console.info.bind(console), this._warn.log = console.warn.bind(console), this._error.log = console.error.bind(console);
		}
		get debug() {
			return this._debug;
		}
		get warn() {
			return this._warn;
		}
		get error() {
			return this._error;
		}
	};
})), m = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.AwaitQueueRemovedTaskError = e.AwaitQueueStoppedError = void 0, e.AwaitQueueStoppedError = class e extends Error {
		constructor(t) {
			super(t ?? "queue stopped"), this.name = "AwaitQueueStoppedError", typeof Error.captureStackTrace == "function" && Error.captureStackTrace(this, e);
		}
	}, e.AwaitQueueRemovedTaskError = class e extends Error {
		constructor(t) {
			super(t ?? "queue task removed"), this.name = "AwaitQueueRemovedTaskError", typeof Error.captureStackTrace == "function" && Error.captureStackTrace(this, e);
		}
	};
})), h = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.AwaitQueue = void 0;
	var t = p(), n = m(), r = new t.Logger("AwaitQueue");
	e.AwaitQueue = class {
		pendingTasks = /* @__PURE__ */ new Map();
		nextTaskId = 0;
		constructor() {
			r.debug("constructor()");
		}
		get size() {
			return this.pendingTasks.size;
		}
		async push(e, t, i) {
			if (t ??= e.name, r.debug(`push() [name:${t}, options:%o]`, i), typeof e != "function") throw TypeError("given task is not a function");
			if (t) try {
				Object.defineProperty(e, "name", { value: t });
			} catch {}
			return new Promise((a, o) => {
				if (t && i?.removeOngoingTasksWithSameName) for (let e of this.pendingTasks.values()) e.name === t && e.reject(new n.AwaitQueueRemovedTaskError(), { canExecuteNextTask: !1 });
				let s = {
					id: this.nextTaskId++,
					task: e,
					name: t,
					enqueuedAt: Date.now(),
					executedAt: void 0,
					completed: !1,
					resolve: (e) => {
						if (s.completed) return;
						s.completed = !0, this.pendingTasks.delete(s.id), r.debug(`resolving task [name:${s.name}]`), a(e);
						let [t] = this.pendingTasks.values();
						t && !t.executedAt && this.execute(t);
					},
					reject: (e, { canExecuteNextTask: t }) => {
						if (!s.completed && (s.completed = !0, this.pendingTasks.delete(s.id), r.debug(`rejecting task [name:${s.name}]: %s`, String(e)), o(e), t)) {
							let [e] = this.pendingTasks.values();
							e && !e.executedAt && this.execute(e);
						}
					}
				};
				this.pendingTasks.set(s.id, s), this.pendingTasks.size === 1 && this.execute(s);
			});
		}
		stop() {
			r.debug("stop()");
			for (let e of this.pendingTasks.values()) r.debug(`stop() | stopping task [name:${e.name}]`), e.reject(new n.AwaitQueueStoppedError(), { canExecuteNextTask: !1 });
		}
		remove(e) {
			r.debug(`remove() [taskIdx:${e}]`);
			let t = Array.from(this.pendingTasks.values())[e];
			t ? t.reject(new n.AwaitQueueRemovedTaskError(), { canExecuteNextTask: !0 }) : r.debug(`stop() | no task with given idx [taskIdx:${e}]`);
		}
		dump() {
			let e = Date.now(), t = 0;
			return Array.from(this.pendingTasks.values()).map((n) => ({
				idx: t++,
				task: n.task,
				name: n.name,
				enqueuedTime: n.executedAt ? n.executedAt - n.enqueuedAt : e - n.enqueuedAt,
				executionTime: n.executedAt ? e - n.executedAt : 0
			}));
		}
		async execute(e) {
			if (r.debug(`execute() [name:${e.name}]`), e.executedAt) throw Error("task already being executed");
			e.executedAt = Date.now();
			try {
				let t = await e.task();
				e.resolve(t);
			} catch (t) {
				e.reject(t, { canExecuteNextTask: !0 });
			}
		}
	};
})), g = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.AwaitQueueRemovedTaskError = e.AwaitQueueStoppedError = e.AwaitQueue = void 0;
	var t = h();
	Object.defineProperty(e, "AwaitQueue", {
		enumerable: !0,
		get: function() {
			return t.AwaitQueue;
		}
	});
	var n = m();
	Object.defineProperty(e, "AwaitQueueStoppedError", {
		enumerable: !0,
		get: function() {
			return n.AwaitQueueStoppedError;
		}
	}), Object.defineProperty(e, "AwaitQueueRemovedTaskError", {
		enumerable: !0,
		get: function() {
			return n.AwaitQueueRemovedTaskError;
		}
	});
})), _ = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Producer = void 0;
	var t = a(), n = s(), r = c(), i = new t.Logger("Producer");
	e.Producer = class extends n.EnhancedEventEmitter {
		_id;
		_localId;
		_closed = !1;
		_rtpSender;
		_track;
		_kind;
		_rtpParameters;
		_paused;
		_maxSpatialLayer;
		_stopTracks;
		_disableTrackOnPause;
		_zeroRtpOnPause;
		_appData;
		_observer = new n.EnhancedEventEmitter();
		constructor({ id: e, localId: t, rtpSender: n, track: r, rtpParameters: a, stopTracks: o, disableTrackOnPause: s, zeroRtpOnPause: c, appData: l }) {
			super(), i.debug("constructor()"), this._id = e, this._localId = t, this._rtpSender = n, this._track = r, this._kind = r.kind, this._rtpParameters = a, this._paused = s ? !r.enabled : !1, this._maxSpatialLayer = void 0, this._stopTracks = o, this._disableTrackOnPause = s, this._zeroRtpOnPause = c, this._appData = l ?? {}, this.onTrackEnded = this.onTrackEnded.bind(this), this.handleTrack();
		}
		get id() {
			return this._id;
		}
		get localId() {
			return this._localId;
		}
		get closed() {
			return this._closed;
		}
		get kind() {
			return this._kind;
		}
		get rtpSender() {
			return this._rtpSender;
		}
		get track() {
			return this._track;
		}
		get rtpParameters() {
			return this._rtpParameters;
		}
		get paused() {
			return this._paused;
		}
		get maxSpatialLayer() {
			return this._maxSpatialLayer;
		}
		get appData() {
			return this._appData;
		}
		set appData(e) {
			this._appData = e;
		}
		get observer() {
			return this._observer;
		}
		close() {
			this._closed || (i.debug("close()"), this._closed = !0, this.destroyTrack(), this.emit("@close"), this._observer.safeEmit("close"), super.close(), this._observer.close());
		}
		transportClosed() {
			this._closed || (i.debug("transportClosed()"), this._closed = !0, this.destroyTrack(), this.safeEmit("transportclose"), this._observer.safeEmit("close"));
		}
		async getStats() {
			if (this._closed) throw new r.InvalidStateError("closed");
			return new Promise((e, t) => {
				this.safeEmit("@getstats", e, t);
			});
		}
		pause() {
			i.debug("pause()"), this._closed ? i.error("pause() | Producer closed") : (this._paused = !0, this._track && this._disableTrackOnPause && (this._track.enabled = !1), this._zeroRtpOnPause && new Promise((e, t) => {
				this.safeEmit("@pause", e, t);
			}).catch(() => {}), this._observer.safeEmit("pause"));
		}
		resume() {
			i.debug("resume()"), this._closed ? i.error("resume() | Producer closed") : (this._paused = !1, this._track && this._disableTrackOnPause && (this._track.enabled = !0), this._zeroRtpOnPause && new Promise((e, t) => {
				this.safeEmit("@resume", e, t);
			}).catch(() => {}), this._observer.safeEmit("resume"));
		}
		async replaceTrack({ track: e }) {
			if (i.debug("replaceTrack() [track:%o]", e), this._closed) {
				if (e && this._stopTracks) try {
					e.stop();
				} catch {}
				throw new r.InvalidStateError("closed");
			}
			if (e?.readyState === "ended") throw new r.InvalidStateError("track ended");
			e === this._track ? i.debug("replaceTrack() | same track, ignored") : (await new Promise((t, n) => {
				this.safeEmit("@replacetrack", e, t, n);
			}), this.destroyTrack(), this._track = e, this._track && this._disableTrackOnPause && (this._paused ? this._paused && (this._track.enabled = !1) : this._track.enabled = !0), this.handleTrack());
		}
		async setMaxSpatialLayer(e) {
			if (this._closed) throw new r.InvalidStateError("closed");
			if (this._kind !== "video") throw new r.UnsupportedError("not a video Producer");
			if (typeof e != "number") throw TypeError("invalid spatialLayer");
			e !== this._maxSpatialLayer && (await new Promise((t, n) => {
				this.safeEmit("@setmaxspatiallayer", e, t, n);
			}).catch(() => {}), this._maxSpatialLayer = e);
		}
		async setRtpEncodingParameters(e) {
			if (this._closed) throw new r.InvalidStateError("closed");
			if (typeof e != "object") throw TypeError("invalid params");
			await new Promise((t, n) => {
				this.safeEmit("@setrtpencodingparameters", e, t, n);
			});
		}
		onTrackEnded() {
			i.debug("track \"ended\" event"), this.safeEmit("trackended"), this._observer.safeEmit("trackended");
		}
		handleTrack() {
			this._track && this._track.addEventListener("ended", this.onTrackEnded);
		}
		destroyTrack() {
			if (this._track) try {
				this._track.removeEventListener("ended", this.onTrackEnded), this._stopTracks && this._track.stop();
			} catch {}
		}
	};
})), v = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Consumer = void 0;
	var t = a(), n = s(), r = c(), i = new t.Logger("Consumer");
	e.Consumer = class extends n.EnhancedEventEmitter {
		_id;
		_localId;
		_producerId;
		_closed = !1;
		_rtpReceiver;
		_track;
		_rtpParameters;
		_paused;
		_appData;
		_observer = new n.EnhancedEventEmitter();
		constructor({ id: e, localId: t, producerId: n, rtpReceiver: r, track: a, rtpParameters: o, appData: s }) {
			super(), i.debug("constructor()"), this._id = e, this._localId = t, this._producerId = n, this._rtpReceiver = r, this._track = a, this._rtpParameters = o, this._paused = !a.enabled, this._appData = s ?? {}, this.onTrackEnded = this.onTrackEnded.bind(this), this.handleTrack();
		}
		get id() {
			return this._id;
		}
		get localId() {
			return this._localId;
		}
		get producerId() {
			return this._producerId;
		}
		get closed() {
			return this._closed;
		}
		get kind() {
			return this._track.kind;
		}
		get rtpReceiver() {
			return this._rtpReceiver;
		}
		get track() {
			return this._track;
		}
		get rtpParameters() {
			return this._rtpParameters;
		}
		get paused() {
			return this._paused;
		}
		get appData() {
			return this._appData;
		}
		set appData(e) {
			this._appData = e;
		}
		get observer() {
			return this._observer;
		}
		close() {
			this._closed || (i.debug("close()"), this._closed = !0, this.destroyTrack(), this.emit("@close"), this._observer.safeEmit("close"), super.close(), this._observer.close());
		}
		transportClosed() {
			this._closed || (i.debug("transportClosed()"), this._closed = !0, this.destroyTrack(), this.safeEmit("transportclose"), this._observer.safeEmit("close"));
		}
		async getStats() {
			if (this._closed) throw new r.InvalidStateError("closed");
			return new Promise((e, t) => {
				this.safeEmit("@getstats", e, t);
			});
		}
		pause() {
			i.debug("pause()"), this._closed ? i.error("pause() | Consumer closed") : this._paused ? i.debug("pause() | Consumer is already paused") : (this._paused = !0, this._track.enabled = !1, this.emit("@pause"), this._observer.safeEmit("pause"));
		}
		resume() {
			i.debug("resume()"), this._closed ? i.error("resume() | Consumer closed") : this._paused ? (this._paused = !1, this._track.enabled = !0, this.emit("@resume"), this._observer.safeEmit("resume")) : i.debug("resume() | Consumer is already resumed");
		}
		onTrackEnded() {
			i.debug("track \"ended\" event"), this.safeEmit("trackended"), this._observer.safeEmit("trackended");
		}
		handleTrack() {
			this._track.addEventListener("ended", this.onTrackEnded);
		}
		destroyTrack() {
			try {
				this._track.removeEventListener("ended", this.onTrackEnded), this._track.stop();
			} catch {}
		}
	};
})), y = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.DataProducer = void 0;
	var t = a(), n = s(), r = c(), i = new t.Logger("DataProducer");
	e.DataProducer = class extends n.EnhancedEventEmitter {
		_id;
		_dataChannel;
		_closed = !1;
		_sctpStreamParameters;
		_appData;
		_observer = new n.EnhancedEventEmitter();
		constructor({ id: e, dataChannel: t, sctpStreamParameters: n, appData: r }) {
			super(), i.debug("constructor()"), this._id = e, this._dataChannel = t, this._sctpStreamParameters = n, this._appData = r ?? {}, this.handleDataChannel();
		}
		get id() {
			return this._id;
		}
		get closed() {
			return this._closed;
		}
		get sctpStreamParameters() {
			return this._sctpStreamParameters;
		}
		get readyState() {
			return this._dataChannel.readyState;
		}
		get label() {
			return this._dataChannel.label;
		}
		get protocol() {
			return this._dataChannel.protocol;
		}
		get bufferedAmount() {
			return this._dataChannel.bufferedAmount;
		}
		get bufferedAmountLowThreshold() {
			return this._dataChannel.bufferedAmountLowThreshold;
		}
		set bufferedAmountLowThreshold(e) {
			this._dataChannel.bufferedAmountLowThreshold = e;
		}
		get appData() {
			return this._appData;
		}
		set appData(e) {
			this._appData = e;
		}
		get observer() {
			return this._observer;
		}
		close() {
			this._closed || (i.debug("close()"), this._closed = !0, this._dataChannel.close(), this.emit("@close"), this._observer.safeEmit("close"), super.close(), this._observer.close());
		}
		transportClosed() {
			this._closed || (i.debug("transportClosed()"), this._closed = !0, this._dataChannel.close(), this.safeEmit("transportclose"), this._observer.safeEmit("close"));
		}
		send(e) {
			if (i.debug("send()"), this._closed) throw new r.InvalidStateError("closed");
			this._dataChannel.send(e);
		}
		handleDataChannel() {
			this._dataChannel.addEventListener("open", () => {
				this._closed || (i.debug("DataChannel \"open\" event"), this.safeEmit("open"));
			}), this._dataChannel.addEventListener("error", (e) => {
				if (this._closed) return;
				let t = e.error ?? /* @__PURE__ */ Error("unknown DataChannel error");
				e.error?.errorDetail === "sctp-failure" ? i.error("DataChannel SCTP error [sctpCauseCode:%s]: %s", e.error?.sctpCauseCode, e.error.message) : i.error("DataChannel \"error\" event: %o", t), this.safeEmit("error", t);
			}), this._dataChannel.addEventListener("close", () => {
				this._closed || (i.warn("DataChannel \"close\" event"), this._closed = !0, this.emit("@close"), this.safeEmit("close"), this._observer.safeEmit("close"));
			}), this._dataChannel.addEventListener("message", () => {
				this._closed || i.warn("DataChannel \"message\" event in a DataProducer, message discarded");
			}), this._dataChannel.addEventListener("bufferedamountlow", () => {
				this._closed || this.safeEmit("bufferedamountlow");
			});
		}
	};
})), b = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.DataConsumer = void 0;
	var t = a(), n = s(), r = new t.Logger("DataConsumer");
	e.DataConsumer = class extends n.EnhancedEventEmitter {
		_id;
		_dataProducerId;
		_dataChannel;
		_closed = !1;
		_sctpStreamParameters;
		_appData;
		_observer = new n.EnhancedEventEmitter();
		constructor({ id: e, dataProducerId: t, dataChannel: n, sctpStreamParameters: i, appData: a }) {
			super(), r.debug("constructor()"), this._id = e, this._dataProducerId = t, this._dataChannel = n, this._sctpStreamParameters = i, this._appData = a ?? {}, this.handleDataChannel();
		}
		get id() {
			return this._id;
		}
		get dataProducerId() {
			return this._dataProducerId;
		}
		get closed() {
			return this._closed;
		}
		get sctpStreamParameters() {
			return this._sctpStreamParameters;
		}
		get readyState() {
			return this._dataChannel.readyState;
		}
		get label() {
			return this._dataChannel.label;
		}
		get protocol() {
			return this._dataChannel.protocol;
		}
		get binaryType() {
			return this._dataChannel.binaryType;
		}
		set binaryType(e) {
			this._dataChannel.binaryType = e;
		}
		get appData() {
			return this._appData;
		}
		set appData(e) {
			this._appData = e;
		}
		get observer() {
			return this._observer;
		}
		close() {
			this._closed || (r.debug("close()"), this._closed = !0, this._dataChannel.close(), this.emit("@close"), this._observer.safeEmit("close"), super.close(), this._observer.close());
		}
		transportClosed() {
			this._closed || (r.debug("transportClosed()"), this._closed = !0, this._dataChannel.close(), this.safeEmit("transportclose"), this._observer.safeEmit("close"));
		}
		handleDataChannel() {
			this._dataChannel.addEventListener("open", () => {
				this._closed || (r.debug("DataChannel \"open\" event"), this.safeEmit("open"));
			}), this._dataChannel.addEventListener("error", (e) => {
				if (this._closed) return;
				let t = e.error ?? /* @__PURE__ */ Error("unknown DataChannel error");
				e.error?.errorDetail === "sctp-failure" ? r.error("DataChannel SCTP error [sctpCauseCode:%s]: %s", e.error?.sctpCauseCode, e.error.message) : r.error("DataChannel \"error\" event: %o", t), this.safeEmit("error", t);
			}), this._dataChannel.addEventListener("close", () => {
				this._closed || (r.warn("DataChannel \"close\" event"), this._closed = !0, this.emit("@close"), this.safeEmit("close"), this._observer.safeEmit("close"));
			}), this._dataChannel.addEventListener("message", (e) => {
				this._closed || this.safeEmit("message", e.data);
			});
		}
	};
})), x = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Transport = void 0;
	var t = g(), n = a(), r = s(), i = c(), o = l(), u = f(), d = _(), p = v(), m = y(), h = b(), x = new n.Logger("Transport"), S = class {
		consumerOptions;
		promise;
		resolve;
		reject;
		constructor(e) {
			this.consumerOptions = e, this.promise = new Promise((e, t) => {
				this.resolve = e, this.reject = t;
			});
		}
	};
	e.Transport = class extends r.EnhancedEventEmitter {
		_id;
		_closed = !1;
		_direction;
		_getSendExtendedRtpCapabilities;
		_recvRtpCapabilities;
		_canProduceByKind;
		_maxSctpMessageSize;
		_handler;
		_iceGatheringState = "new";
		_connectionState = "new";
		_appData;
		_producers = /* @__PURE__ */ new Map();
		_consumers = /* @__PURE__ */ new Map();
		_dataProducers = /* @__PURE__ */ new Map();
		_dataConsumers = /* @__PURE__ */ new Map();
		_probatorConsumerCreated = !1;
		_awaitQueue = new t.AwaitQueue();
		_pendingConsumerTasks = [];
		_consumerCreationInProgress = !1;
		_pendingPauseConsumers = /* @__PURE__ */ new Map();
		_consumerPauseInProgress = !1;
		_pendingResumeConsumers = /* @__PURE__ */ new Map();
		_consumerResumeInProgress = !1;
		_pendingCloseConsumers = /* @__PURE__ */ new Map();
		_consumerCloseInProgress = !1;
		_observer = new r.EnhancedEventEmitter();
		constructor({ direction: e, id: t, iceParameters: n, iceCandidates: r, dtlsParameters: i, sctpParameters: a, iceServers: s, iceTransportPolicy: c, additionalSettings: l, appData: u, handlerFactory: d, getSendExtendedRtpCapabilities: f, recvRtpCapabilities: p, canProduceByKind: m }) {
			super(), x.debug("constructor() [id:%s, direction:%s]", t, e), this._id = t, this._direction = e, this._getSendExtendedRtpCapabilities = f, this._recvRtpCapabilities = p, this._canProduceByKind = m, this._maxSctpMessageSize = a ? a.maxMessageSize : null;
			let h = o.clone(l) ?? {};
			delete h.iceServers, delete h.iceTransportPolicy, delete h.bundlePolicy, delete h.rtcpMuxPolicy, this._handler = d.factory({
				direction: e,
				iceParameters: n,
				iceCandidates: r,
				dtlsParameters: i,
				sctpParameters: a,
				iceServers: s,
				iceTransportPolicy: c,
				additionalSettings: h,
				getSendExtendedRtpCapabilities: this._getSendExtendedRtpCapabilities
			}), this._appData = u ?? {}, this.handleHandler();
		}
		get id() {
			return this._id;
		}
		get closed() {
			return this._closed;
		}
		get direction() {
			return this._direction;
		}
		get handler() {
			return this._handler;
		}
		get iceGatheringState() {
			return this._iceGatheringState;
		}
		get connectionState() {
			return this._connectionState;
		}
		get appData() {
			return this._appData;
		}
		set appData(e) {
			this._appData = e;
		}
		get observer() {
			return this._observer;
		}
		close() {
			if (!this._closed) {
				x.debug("close()"), this._closed = !0, this._awaitQueue.stop(), this._handler.close(), this._connectionState = "closed";
				for (let e of this._producers.values()) e.transportClosed();
				this._producers.clear();
				for (let e of this._consumers.values()) e.transportClosed();
				this._consumers.clear();
				for (let e of this._dataProducers.values()) e.transportClosed();
				this._dataProducers.clear();
				for (let e of this._dataConsumers.values()) e.transportClosed();
				this._dataConsumers.clear(), this._observer.safeEmit("close"), super.close(), this._observer.close();
			}
		}
		async getStats() {
			if (this._closed) throw new i.InvalidStateError("closed");
			return this._handler.getTransportStats();
		}
		async restartIce({ iceParameters: e }) {
			if (x.debug("restartIce()"), this._closed) throw new i.InvalidStateError("closed");
			if (!e) throw TypeError("missing iceParameters");
			return this._awaitQueue.push(async () => await this._handler.restartIce(e), "transport.restartIce()");
		}
		async updateIceServers({ iceServers: e } = {}) {
			if (x.debug("updateIceServers()"), this._closed) throw new i.InvalidStateError("closed");
			if (!Array.isArray(e)) throw TypeError("missing iceServers");
			return this._awaitQueue.push(async () => this._handler.updateIceServers(e), "transport.updateIceServers()");
		}
		async produce({ track: e, streamId: t, encodings: n, codecOptions: r, headerExtensionOptions: a, codec: o, stopTracks: s = !0, disableTrackOnPause: c = !0, zeroRtpOnPause: l = !1, onRtpSender: f, appData: p = {} } = {}) {
			if (x.debug("produce() [track:%o]", e), this._closed) throw new i.InvalidStateError("closed");
			if (!e) throw TypeError("missing track");
			if (this._direction !== "send") throw new i.UnsupportedError("not a sending Transport");
			if (!this._canProduceByKind[e.kind]) throw new i.UnsupportedError(`cannot produce ${e.kind}`);
			if (e.readyState === "ended") throw new i.InvalidStateError("track ended");
			if (this.listenerCount("connect") === 0 && this._connectionState === "new") throw TypeError("no \"connect\" listener set into this transport");
			if (this.listenerCount("produce") === 0) throw TypeError("no \"produce\" listener set into this transport");
			if (p && typeof p != "object") throw TypeError("if given, appData must be an object");
			return this._awaitQueue.push(async () => {
				let i;
				if (n && !Array.isArray(n)) throw TypeError("encodings must be an array");
				n?.length === 0 ? i = void 0 : n && (i = n.map((e) => {
					let t = { active: !0 };
					return e.active === !1 && (t.active = !1), typeof e.dtx == "boolean" && (t.dtx = e.dtx), typeof e.scalabilityMode == "string" && (t.scalabilityMode = e.scalabilityMode), typeof e.scaleResolutionDownBy == "number" && (t.scaleResolutionDownBy = e.scaleResolutionDownBy), typeof e.maxBitrate == "number" && (t.maxBitrate = e.maxBitrate), typeof e.maxFramerate == "number" && (t.maxFramerate = e.maxFramerate), typeof e.adaptivePtime == "boolean" && (t.adaptivePtime = e.adaptivePtime), typeof e.priority == "string" && (t.priority = e.priority), typeof e.networkPriority == "string" && (t.networkPriority = e.networkPriority), t;
				}));
				let { localId: m, rtpParameters: h, rtpSender: g } = await this._handler.send({
					track: e,
					streamId: t,
					encodings: i,
					codecOptions: r,
					headerExtensionOptions: a,
					codec: o,
					onRtpSender: f
				});
				try {
					u.validateAndNormalizeRtpParameters(h);
					let { id: t } = await new Promise((t, n) => {
						this.safeEmit("produce", {
							kind: e.kind,
							rtpParameters: h,
							appData: p
						}, t, n);
					}), n = new d.Producer({
						id: t,
						localId: m,
						rtpSender: g,
						track: e,
						rtpParameters: h,
						stopTracks: s,
						disableTrackOnPause: c,
						zeroRtpOnPause: l,
						appData: p
					});
					return this._producers.set(n.id, n), this.handleProducer(n), this._observer.safeEmit("newproducer", n), n;
				} catch (e) {
					throw this._handler.stopSending(m).catch(() => {}), e;
				}
			}, "transport.produce()").catch((t) => {
				if (s) try {
					e.stop();
				} catch {}
				throw t;
			});
		}
		async consume({ id: e, producerId: t, kind: n, rtpParameters: r, streamId: a, onRtpReceiver: s, appData: c = {} }) {
			if (x.debug("consume()"), this._closed) throw new i.InvalidStateError("closed");
			if (this._direction !== "recv") throw new i.UnsupportedError("not a receiving Transport");
			if (typeof e != "string") throw TypeError("missing id");
			if (typeof t != "string") throw TypeError("missing producerId");
			if (n !== "audio" && n !== "video") throw TypeError(`invalid kind '${n}'`);
			if (this.listenerCount("connect") === 0 && this._connectionState === "new") throw TypeError("no \"connect\" listener set into this transport");
			if (c && typeof c != "object") throw TypeError("if given, appData must be an object");
			let l = o.clone(r);
			if (!u.canReceive(l, this._recvRtpCapabilities)) throw new i.UnsupportedError("cannot consume this Producer");
			let d = new S({
				id: e,
				producerId: t,
				kind: n,
				rtpParameters: l,
				streamId: a,
				onRtpReceiver: s,
				appData: c
			});
			return this._pendingConsumerTasks.push(d), queueMicrotask(() => {
				this._closed || this._consumerCreationInProgress === !1 && this.createPendingConsumers();
			}), d.promise;
		}
		async produceData({ ordered: e = !0, maxPacketLifeTime: t, maxRetransmits: n, label: r = "", protocol: a = "", appData: o = {} } = {}) {
			if (x.debug("produceData()"), this._closed) throw new i.InvalidStateError("closed");
			if (this._direction !== "send") throw new i.UnsupportedError("not a sending Transport");
			if (!this._maxSctpMessageSize) throw new i.UnsupportedError("SCTP not enabled by remote Transport");
			if (this.listenerCount("connect") === 0 && this._connectionState === "new") throw TypeError("no \"connect\" listener set into this transport");
			if (this.listenerCount("producedata") === 0) throw TypeError("no \"producedata\" listener set into this transport");
			if (o && typeof o != "object") throw TypeError("if given, appData must be an object");
			return (t || n) && (e = !1), this._awaitQueue.push(async () => {
				let { dataChannel: i, sctpStreamParameters: s } = await this._handler.sendDataChannel({
					ordered: e,
					maxPacketLifeTime: t,
					maxRetransmits: n,
					label: r,
					protocol: a
				});
				u.validateAndNormalizeSctpStreamParameters(s);
				let { id: c } = await new Promise((e, t) => {
					this.safeEmit("producedata", {
						sctpStreamParameters: s,
						label: r,
						protocol: a,
						appData: o
					}, e, t);
				}), l = new m.DataProducer({
					id: c,
					dataChannel: i,
					sctpStreamParameters: s,
					appData: o
				});
				return this._dataProducers.set(l.id, l), this.handleDataProducer(l), this._observer.safeEmit("newdataproducer", l), l;
			}, "transport.produceData()");
		}
		async consumeData({ id: e, dataProducerId: t, sctpStreamParameters: n, label: r = "", protocol: a = "", appData: s = {} }) {
			if (x.debug("consumeData()"), this._closed) throw new i.InvalidStateError("closed");
			if (this._direction !== "recv") throw new i.UnsupportedError("not a receiving Transport");
			if (!this._maxSctpMessageSize) throw new i.UnsupportedError("SCTP not enabled by remote Transport");
			if (typeof e != "string") throw TypeError("missing id");
			if (typeof t != "string") throw TypeError("missing dataProducerId");
			if (this.listenerCount("connect") === 0 && this._connectionState === "new") throw TypeError("no \"connect\" listener set into this transport");
			if (s && typeof s != "object") throw TypeError("if given, appData must be an object");
			let c = o.clone(n);
			return u.validateAndNormalizeSctpStreamParameters(c), this._awaitQueue.push(async () => {
				let { dataChannel: n } = await this._handler.receiveDataChannel({
					sctpStreamParameters: c,
					label: r,
					protocol: a
				}), i = new h.DataConsumer({
					id: e,
					dataProducerId: t,
					dataChannel: n,
					sctpStreamParameters: c,
					appData: s
				});
				return this._dataConsumers.set(i.id, i), this.handleDataConsumer(i), this._observer.safeEmit("newdataconsumer", i), i;
			}, "transport.consumeData()");
		}
		createPendingConsumers() {
			this._consumerCreationInProgress = !0, this._awaitQueue.push(async () => {
				if (this._pendingConsumerTasks.length === 0) {
					x.debug("createPendingConsumers() | there is no Consumer to be created");
					return;
				}
				let e = [...this._pendingConsumerTasks];
				this._pendingConsumerTasks = [];
				let t, n = [];
				for (let t of e) {
					let { id: e, kind: r, rtpParameters: i, streamId: a, onRtpReceiver: o } = t.consumerOptions;
					n.push({
						trackId: e,
						kind: r,
						rtpParameters: i,
						streamId: a,
						onRtpReceiver: o
					});
				}
				try {
					let r = await this._handler.receive(n);
					for (let n = 0; n < r.length; ++n) {
						let i = e[n], a = r[n], { id: o, producerId: s, kind: c, rtpParameters: l, appData: u } = i.consumerOptions, { localId: d, rtpReceiver: f, track: m } = a, h = new p.Consumer({
							id: o,
							localId: d,
							producerId: s,
							rtpReceiver: f,
							track: m,
							rtpParameters: l,
							appData: u
						});
						this._consumers.set(h.id, h), this.handleConsumer(h), !this._probatorConsumerCreated && !t && c === "video" && (t = h), this._observer.safeEmit("newconsumer", h), i.resolve(h);
					}
				} catch (t) {
					for (let n of e) n.reject(t);
				}
				if (t) try {
					let e = u.generateProbatorRtpParameters(t.rtpParameters);
					await this._handler.receive([{
						trackId: "probator",
						kind: "video",
						rtpParameters: e
					}]), x.debug("createPendingConsumers() | Consumer for RTP probation created"), this._probatorConsumerCreated = !0;
				} catch (e) {
					x.error("createPendingConsumers() | failed to create Consumer for RTP probation:%o", e);
				}
			}, "transport.createPendingConsumers()").then(() => {
				this._consumerCreationInProgress = !1, this._pendingConsumerTasks.length > 0 && this.createPendingConsumers();
			}).catch(() => {});
		}
		pausePendingConsumers() {
			this._consumerPauseInProgress = !0, this._awaitQueue.push(async () => {
				if (this._pendingPauseConsumers.size === 0) {
					x.debug("pausePendingConsumers() | there is no Consumer to be paused");
					return;
				}
				let e = Array.from(this._pendingPauseConsumers.values());
				this._pendingPauseConsumers.clear();
				try {
					let t = e.map((e) => e.localId);
					await this._handler.pauseReceiving(t);
				} catch (e) {
					x.error("pausePendingConsumers() | failed to pause Consumers:", e);
				}
			}, "transport.pausePendingConsumers()").then(() => {
				this._consumerPauseInProgress = !1, this._pendingPauseConsumers.size > 0 && this.pausePendingConsumers();
			}).catch(() => {});
		}
		resumePendingConsumers() {
			this._consumerResumeInProgress = !0, this._awaitQueue.push(async () => {
				if (this._pendingResumeConsumers.size === 0) {
					x.debug("resumePendingConsumers() | there is no Consumer to be resumed");
					return;
				}
				let e = Array.from(this._pendingResumeConsumers.values());
				this._pendingResumeConsumers.clear();
				try {
					let t = e.map((e) => e.localId);
					await this._handler.resumeReceiving(t);
				} catch (e) {
					x.error("resumePendingConsumers() | failed to resume Consumers:", e);
				}
			}, "transport.resumePendingConsumers()").then(() => {
				this._consumerResumeInProgress = !1, this._pendingResumeConsumers.size > 0 && this.resumePendingConsumers();
			}).catch(() => {});
		}
		closePendingConsumers() {
			this._consumerCloseInProgress = !0, this._awaitQueue.push(async () => {
				if (this._pendingCloseConsumers.size === 0) {
					x.debug("closePendingConsumers() | there is no Consumer to be closed");
					return;
				}
				let e = Array.from(this._pendingCloseConsumers.values());
				this._pendingCloseConsumers.clear();
				try {
					await this._handler.stopReceiving(e.map((e) => e.localId));
				} catch (e) {
					x.error("closePendingConsumers() | failed to close Consumers:", e);
				}
			}, "transport.closePendingConsumers()").then(() => {
				this._consumerCloseInProgress = !1, this._pendingCloseConsumers.size > 0 && this.closePendingConsumers();
			}).catch(() => {});
		}
		handleHandler() {
			let e = this._handler;
			e.on("@connect", ({ dtlsParameters: e }, t, n) => {
				this._closed ? n(new i.InvalidStateError("closed")) : this.safeEmit("connect", { dtlsParameters: e }, t, n);
			}), e.on("@icegatheringstatechange", (e) => {
				e !== this._iceGatheringState && (x.debug("ICE gathering state changed to %s", e), this._iceGatheringState = e, this._closed || this.safeEmit("icegatheringstatechange", e));
			}), e.on("@icecandidateerror", (e) => {
				x.warn(`ICE candidate error [url:${e.url}, localAddress:${e.address}, localPort:${e.port}]: ${e.errorCode} "${e.errorText}"`), this.safeEmit("icecandidateerror", e);
			}), e.on("@connectionstatechange", (e) => {
				e !== this._connectionState && (x.debug("connection state changed to %s", e), this._connectionState = e, this._closed || this.safeEmit("connectionstatechange", e));
			});
		}
		handleProducer(e) {
			e.on("@close", () => {
				this._producers.delete(e.id), this._closed || this._awaitQueue.push(async () => await this._handler.stopSending(e.localId), "producer @close event").catch((e) => x.warn("producer.close() failed:%o", e));
			}), e.on("@pause", (t, n) => {
				this._awaitQueue.push(async () => await this._handler.pauseSending(e.localId), "producer @pause event").then(t).catch(n);
			}), e.on("@resume", (t, n) => {
				this._awaitQueue.push(async () => await this._handler.resumeSending(e.localId), "producer @resume event").then(t).catch(n);
			}), e.on("@replacetrack", (t, n, r) => {
				this._awaitQueue.push(async () => await this._handler.replaceTrack(e.localId, t), "producer @replacetrack event").then(n).catch(r);
			}), e.on("@setmaxspatiallayer", (t, n, r) => {
				this._awaitQueue.push(async () => await this._handler.setMaxSpatialLayer(e.localId, t), "producer @setmaxspatiallayer event").then(n).catch(r);
			}), e.on("@setrtpencodingparameters", (t, n, r) => {
				this._awaitQueue.push(async () => await this._handler.setRtpEncodingParameters(e.localId, t), "producer @setrtpencodingparameters event").then(n).catch(r);
			}), e.on("@getstats", (t, n) => {
				if (this._closed) return n(new i.InvalidStateError("closed"));
				this._handler.getSenderStats(e.localId).then(t).catch(n);
			});
		}
		handleConsumer(e) {
			e.on("@close", () => {
				this._consumers.delete(e.id), this._pendingPauseConsumers.delete(e.id), this._pendingResumeConsumers.delete(e.id), this._closed || (this._pendingCloseConsumers.set(e.id, e), this._consumerCloseInProgress === !1 && this.closePendingConsumers());
			}), e.on("@pause", () => {
				this._pendingResumeConsumers.has(e.id) && this._pendingResumeConsumers.delete(e.id), this._pendingPauseConsumers.set(e.id, e), queueMicrotask(() => {
					this._closed || this._consumerPauseInProgress === !1 && this.pausePendingConsumers();
				});
			}), e.on("@resume", () => {
				this._pendingPauseConsumers.has(e.id) && this._pendingPauseConsumers.delete(e.id), this._pendingResumeConsumers.set(e.id, e), queueMicrotask(() => {
					this._closed || this._consumerResumeInProgress === !1 && this.resumePendingConsumers();
				});
			}), e.on("@getstats", (t, n) => {
				if (this._closed) return n(new i.InvalidStateError("closed"));
				this._handler.getReceiverStats(e.localId).then(t).catch(n);
			});
		}
		handleDataProducer(e) {
			e.on("@close", () => {
				this._dataProducers.delete(e.id);
			});
		}
		handleDataConsumer(e) {
			e.on("@close", () => {
				this._dataConsumers.delete(e.id);
			});
		}
	};
})), S = /* @__PURE__ */ e(((e, t) => {
	var n = t.exports = {
		v: [{
			name: "version",
			reg: /^(\d*)$/
		}],
		o: [{
			name: "origin",
			reg: /^(\S*) (\d*) (\d*) (\S*) IP(\d) (\S*)/,
			names: [
				"username",
				"sessionId",
				"sessionVersion",
				"netType",
				"ipVer",
				"address"
			],
			format: "%s %s %d %s IP%d %s"
		}],
		s: [{ name: "name" }],
		i: [{ name: "description" }],
		u: [{ name: "uri" }],
		e: [{ name: "email" }],
		p: [{ name: "phone" }],
		z: [{ name: "timezones" }],
		r: [{ name: "repeats" }],
		t: [{
			name: "timing",
			reg: /^(\d*) (\d*)/,
			names: ["start", "stop"],
			format: "%d %d"
		}],
		c: [{
			name: "connection",
			reg: /^IN IP(\d) (\S*)/,
			names: ["version", "ip"],
			format: "IN IP%d %s"
		}],
		b: [{
			push: "bandwidth",
			reg: /^(TIAS|AS|CT|RR|RS):(\d*)/,
			names: ["type", "limit"],
			format: "%s:%s"
		}],
		m: [{
			reg: /^(\w*) (\d*) ([\w/]*)(?: (.*))?/,
			names: [
				"type",
				"port",
				"protocol",
				"payloads"
			],
			format: "%s %d %s %s"
		}],
		a: [
			{
				push: "rtp",
				reg: /^rtpmap:(\d*) ([\w\-.]*)(?:\s*\/(\d*)(?:\s*\/(\S*))?)?/,
				names: [
					"payload",
					"codec",
					"rate",
					"encoding"
				],
				format: function(e) {
					return e.encoding ? "rtpmap:%d %s/%s/%s" : e.rate ? "rtpmap:%d %s/%s" : "rtpmap:%d %s";
				}
			},
			{
				push: "fmtp",
				reg: /^fmtp:(\d*) ([\S| ]*)/,
				names: ["payload", "config"],
				format: "fmtp:%d %s"
			},
			{
				name: "control",
				reg: /^control:(.*)/,
				format: "control:%s"
			},
			{
				name: "rtcp",
				reg: /^rtcp:(\d*)(?: (\S*) IP(\d) (\S*))?/,
				names: [
					"port",
					"netType",
					"ipVer",
					"address"
				],
				format: function(e) {
					return e.address == null ? "rtcp:%d" : "rtcp:%d %s IP%d %s";
				}
			},
			{
				push: "rtcpFbTrrInt",
				reg: /^rtcp-fb:(\*|\d*) trr-int (\d*)/,
				names: ["payload", "value"],
				format: "rtcp-fb:%s trr-int %d"
			},
			{
				push: "rtcpFb",
				reg: /^rtcp-fb:(\*|\d*) ([\w-_]*)(?: ([\w-_]*))?/,
				names: [
					"payload",
					"type",
					"subtype"
				],
				format: function(e) {
					return e.subtype == null ? "rtcp-fb:%s %s" : "rtcp-fb:%s %s %s";
				}
			},
			{
				push: "ext",
				reg: /^extmap:(\d+)(?:\/(\w+))?(?: (urn:ietf:params:rtp-hdrext:encrypt))? (\S*)(?: (\S*))?/,
				names: [
					"value",
					"direction",
					"encrypt-uri",
					"uri",
					"config"
				],
				format: function(e) {
					return "extmap:%d" + (e.direction ? "/%s" : "%v") + (e["encrypt-uri"] ? " %s" : "%v") + " %s" + (e.config ? " %s" : "");
				}
			},
			{
				name: "extmapAllowMixed",
				reg: /^(extmap-allow-mixed)/
			},
			{
				push: "crypto",
				reg: /^crypto:(\d*) ([\w_]*) (\S*)(?: (\S*))?/,
				names: [
					"id",
					"suite",
					"config",
					"sessionConfig"
				],
				format: function(e) {
					return e.sessionConfig == null ? "crypto:%d %s %s" : "crypto:%d %s %s %s";
				}
			},
			{
				name: "setup",
				reg: /^setup:(\w*)/,
				format: "setup:%s"
			},
			{
				name: "connectionType",
				reg: /^connection:(new|existing)/,
				format: "connection:%s"
			},
			{
				name: "mid",
				reg: /^mid:([^\s]*)/,
				format: "mid:%s"
			},
			{
				push: "msid",
				reg: /^msid:([\w-]+)(?: ([\w-]+))?/,
				names: ["id", "appdata"],
				format: "msid:%s %s"
			},
			{
				name: "ptime",
				reg: /^ptime:(\d*(?:\.\d*)*)/,
				format: "ptime:%d"
			},
			{
				name: "maxptime",
				reg: /^maxptime:(\d*(?:\.\d*)*)/,
				format: "maxptime:%d"
			},
			{
				name: "direction",
				reg: /^(sendrecv|recvonly|sendonly|inactive)/
			},
			{
				name: "icelite",
				reg: /^(ice-lite)/
			},
			{
				name: "iceUfrag",
				reg: /^ice-ufrag:(\S*)/,
				format: "ice-ufrag:%s"
			},
			{
				name: "icePwd",
				reg: /^ice-pwd:(\S*)/,
				format: "ice-pwd:%s"
			},
			{
				name: "fingerprint",
				reg: /^fingerprint:(\S*) (\S*)/,
				names: ["type", "hash"],
				format: "fingerprint:%s %s"
			},
			{
				push: "candidates",
				reg: /^candidate:(\S*) (\d*) (\S*) (\d*) (\S*) (\d*) typ (\S*)(?: raddr (\S*) rport (\d*))?(?: tcptype (\S*))?(?: generation (\d*))?(?: network-id (\d*))?(?: network-cost (\d*))?/,
				names: [
					"foundation",
					"component",
					"transport",
					"priority",
					"ip",
					"port",
					"type",
					"raddr",
					"rport",
					"tcptype",
					"generation",
					"network-id",
					"network-cost"
				],
				format: function(e) {
					var t = "candidate:%s %d %s %d %s %d typ %s";
					return t += e.raddr == null ? "%v%v" : " raddr %s rport %d", t += e.tcptype == null ? "%v" : " tcptype %s", e.generation != null && (t += " generation %d"), t += e["network-id"] == null ? "%v" : " network-id %d", t += e["network-cost"] == null ? "%v" : " network-cost %d", t;
				}
			},
			{
				name: "endOfCandidates",
				reg: /^(end-of-candidates)/
			},
			{
				name: "remoteCandidates",
				reg: /^remote-candidates:(.*)/,
				format: "remote-candidates:%s"
			},
			{
				name: "iceOptions",
				reg: /^ice-options:(\S*)/,
				format: "ice-options:%s"
			},
			{
				push: "ssrcs",
				reg: /^ssrc:(\d*) ([\w_-]*)(?::(.*))?/,
				names: [
					"id",
					"attribute",
					"value"
				],
				format: function(e) {
					var t = "ssrc:%d";
					return e.attribute != null && (t += " %s", e.value != null && (t += ":%s")), t;
				}
			},
			{
				push: "ssrcGroups",
				reg: /^ssrc-group:([\x21\x23\x24\x25\x26\x27\x2A\x2B\x2D\x2E\w]*) (.*)/,
				names: ["semantics", "ssrcs"],
				format: "ssrc-group:%s %s"
			},
			{
				name: "msidSemantic",
				reg: /^msid-semantic:\s?(\w*) (\S*)/,
				names: ["semantic", "token"],
				format: "msid-semantic: %s %s"
			},
			{
				push: "groups",
				reg: /^group:(\w*) (.*)/,
				names: ["type", "mids"],
				format: "group:%s %s"
			},
			{
				name: "rtcpMux",
				reg: /^(rtcp-mux)/
			},
			{
				name: "rtcpRsize",
				reg: /^(rtcp-rsize)/
			},
			{
				name: "sctpmap",
				reg: /^sctpmap:([\w_/]*) (\S*)(?: (\S*))?/,
				names: [
					"sctpmapNumber",
					"app",
					"maxMessageSize"
				],
				format: function(e) {
					return e.maxMessageSize == null ? "sctpmap:%s %s" : "sctpmap:%s %s %s";
				}
			},
			{
				name: "xGoogleFlag",
				reg: /^x-google-flag:([^\s]*)/,
				format: "x-google-flag:%s"
			},
			{
				push: "rids",
				reg: /^rid:([\d\w]+) (\w+)(?: ([\S| ]*))?/,
				names: [
					"id",
					"direction",
					"params"
				],
				format: function(e) {
					return e.params ? "rid:%s %s %s" : "rid:%s %s";
				}
			},
			{
				push: "imageattrs",
				reg: /* @__PURE__ */ RegExp("^imageattr:(\\d+|\\*)[\\s\\t]+(send|recv)[\\s\\t]+(\\*|\\[\\S+\\](?:[\\s\\t]+\\[\\S+\\])*)(?:[\\s\\t]+(recv|send)[\\s\\t]+(\\*|\\[\\S+\\](?:[\\s\\t]+\\[\\S+\\])*))?"),
				names: [
					"pt",
					"dir1",
					"attrs1",
					"dir2",
					"attrs2"
				],
				format: function(e) {
					return "imageattr:%s %s %s" + (e.dir2 ? " %s %s" : "");
				}
			},
			{
				name: "simulcast",
				reg: /* @__PURE__ */ RegExp("^simulcast:(send|recv) ([a-zA-Z0-9\\-_~;,]+)(?:\\s?(send|recv) ([a-zA-Z0-9\\-_~;,]+))?$"),
				names: [
					"dir1",
					"list1",
					"dir2",
					"list2"
				],
				format: function(e) {
					return "simulcast:%s %s" + (e.dir2 ? " %s %s" : "");
				}
			},
			{
				name: "simulcast_03",
				reg: /^simulcast:[\s\t]+([\S+\s\t]+)$/,
				names: ["value"],
				format: "simulcast: %s"
			},
			{
				name: "framerate",
				reg: /^framerate:(\d+(?:$|\.\d+))/,
				format: "framerate:%s"
			},
			{
				name: "sourceFilter",
				reg: /^source-filter: *(excl|incl) (\S*) (IP4|IP6|\*) (\S*) (.*)/,
				names: [
					"filterMode",
					"netType",
					"addressTypes",
					"destAddress",
					"srcList"
				],
				format: "source-filter: %s %s %s %s %s"
			},
			{
				name: "bundleOnly",
				reg: /^(bundle-only)/
			},
			{
				name: "label",
				reg: /^label:(.+)/,
				format: "label:%s"
			},
			{
				name: "sctpPort",
				reg: /^sctp-port:(\d+)$/,
				format: "sctp-port:%s"
			},
			{
				name: "maxMessageSize",
				reg: /^max-message-size:(\d+)$/,
				format: "max-message-size:%s"
			},
			{
				push: "tsRefClocks",
				reg: /^ts-refclk:([^\s=]*)(?:=(\S*))?/,
				names: ["clksrc", "clksrcExt"],
				format: function(e) {
					return "ts-refclk:%s" + (e.clksrcExt == null ? "" : "=%s");
				}
			},
			{
				name: "mediaClk",
				reg: /^mediaclk:(?:id=(\S*))? *([^\s=]*)(?:=(\S*))?(?: *rate=(\d+)\/(\d+))?/,
				names: [
					"id",
					"mediaClockName",
					"mediaClockValue",
					"rateNumerator",
					"rateDenominator"
				],
				format: function(e) {
					var t = "mediaclk:";
					return t += e.id == null ? "%v%s" : "id=%s %s", t += e.mediaClockValue == null ? "" : "=%s", t += e.rateNumerator == null ? "" : " rate=%s", t += e.rateDenominator == null ? "" : "/%s", t;
				}
			},
			{
				name: "keywords",
				reg: /^keywds:(.+)$/,
				format: "keywds:%s"
			},
			{
				name: "content",
				reg: /^content:(.+)/,
				format: "content:%s"
			},
			{
				name: "bfcpFloorCtrl",
				reg: /^floorctrl:(c-only|s-only|c-s)/,
				format: "floorctrl:%s"
			},
			{
				name: "bfcpConfId",
				reg: /^confid:(\d+)/,
				format: "confid:%s"
			},
			{
				name: "bfcpUserId",
				reg: /^userid:(\d+)/,
				format: "userid:%s"
			},
			{
				name: "bfcpFloorId",
				reg: /^floorid:(.+) (?:m-stream|mstrm):(.+)/,
				names: ["id", "mStream"],
				format: "floorid:%s mstrm:%s"
			},
			{
				push: "invalid",
				names: ["value"]
			}
		]
	};
	Object.keys(n).forEach(function(e) {
		n[e].forEach(function(e) {
			e.reg ||= /(.*)/, e.format ||= "%s";
		});
	});
})), C = /* @__PURE__ */ e(((e) => {
	var t = function(e) {
		return String(Number(e)) === e ? Number(e) : e;
	}, n = function(e, n, r, i) {
		if (i && !r) n[i] = t(e[1]);
		else for (var a = 0; a < r.length; a += 1) e[a + 1] != null && (n[r[a]] = t(e[a + 1]));
	}, r = function(e, t, r) {
		var i = e.name && e.names;
		e.push && !t[e.push] ? t[e.push] = [] : i && !t[e.name] && (t[e.name] = {});
		var a = e.push ? {} : i ? t[e.name] : t;
		n(r.match(e.reg), a, e.names, e.name), e.push && t[e.push].push(a);
	}, i = S(), a = RegExp.prototype.test.bind(/^([a-z])=(.*)/);
	e.parse = function(e) {
		var t = {}, n = [], o = t;
		return e.split(/(\r\n|\r|\n)/).filter(a).forEach(function(e) {
			var t = e[0], a = e.slice(2);
			t === "m" && (n.push({
				rtp: [],
				fmtp: []
			}), o = n[n.length - 1]);
			for (var s = 0; s < (i[t] || []).length; s += 1) {
				var c = i[t][s];
				if (c.reg.test(a)) return r(c, o, a);
			}
		}), t.media = n, t;
	};
	var o = function(e, n) {
		var r = n.split(/=(.+)/, 2);
		return r.length === 2 ? e[r[0]] = t(r[1]) : r.length === 1 && n.length > 1 && (e[r[0]] = void 0), e;
	};
	e.parseParams = function(e) {
		return e.split(/;\s?/).reduce(o, {});
	}, e.parseFmtpConfig = e.parseParams, e.parsePayloads = function(e) {
		return e.toString().split(" ").map(Number);
	}, e.parseRemoteCandidates = function(e) {
		for (var n = [], r = e.split(" ").map(t), i = 0; i < r.length; i += 3) n.push({
			component: r[i],
			ip: r[i + 1],
			port: r[i + 2]
		});
		return n;
	}, e.parseImageAttributes = function(e) {
		return e.split(" ").map(function(e) {
			return e.substring(1, e.length - 1).split(",").reduce(o, {});
		});
	}, e.parseSimulcastStreamList = function(e) {
		return e.split(";").map(function(e) {
			return e.split(",").map(function(e) {
				var n, r = !1;
				return e[0] === "~" ? (n = t(e.substring(1, e.length)), r = !0) : n = t(e), {
					scid: n,
					paused: r
				};
			});
		});
	};
})), w = /* @__PURE__ */ e(((e, t) => {
	var n = S(), r = /%[sdv%]/g, i = function(e) {
		var t = 1, n = arguments, i = n.length;
		return e.replace(r, function(e) {
			if (t >= i) return e;
			var r = n[t];
			switch (t += 1, e) {
				case "%%": return "%";
				case "%s": return String(r);
				case "%d": return Number(r);
				case "%v": return "";
			}
		});
	}, a = function(e, t, n) {
		var r = t.format instanceof Function ? t.format(t.push ? n : n[t.name]) : t.format, a = [e + "=" + r];
		if (t.names) for (var o = 0; o < t.names.length; o += 1) {
			var s = t.names[o];
			t.name ? a.push(n[t.name][s]) : a.push(n[t.names[o]]);
		}
		else a.push(n[t.name]);
		return i.apply(null, a);
	}, o = [
		"v",
		"o",
		"s",
		"i",
		"u",
		"e",
		"p",
		"c",
		"b",
		"t",
		"r",
		"z",
		"a"
	], s = [
		"i",
		"c",
		"b",
		"a"
	];
	t.exports = function(e, t) {
		t ||= {}, e.version ??= 0, e.name ??= " ", e.media.forEach(function(e) {
			e.payloads ??= "";
		});
		var r = t.outerOrder || o, i = t.innerOrder || s, c = [];
		return r.forEach(function(t) {
			n[t].forEach(function(n) {
				n.name in e && e[n.name] != null ? c.push(a(t, n, e)) : n.push in e && e[n.push] != null && e[n.push].forEach(function(e) {
					c.push(a(t, n, e));
				});
			});
		}), e.media.forEach(function(e) {
			c.push(a("m", n.m[0], e)), i.forEach(function(t) {
				n[t].forEach(function(n) {
					n.name in e && e[n.name] != null ? c.push(a(t, n, e)) : n.push in e && e[n.push] != null && e[n.push].forEach(function(e) {
						c.push(a(t, n, e));
					});
				});
			});
		}), c.join("\r\n") + "\r\n";
	};
})), T = /* @__PURE__ */ e(((e) => {
	var t = C(), n = w();
	e.grammar = S(), e.write = n, e.parse = t.parse, e.parseParams = t.parseParams, e.parseFmtpConfig = t.parseFmtpConfig, e.parsePayloads = t.parsePayloads, e.parseRemoteCandidates = t.parseRemoteCandidates, e.parseImageAttributes = t.parseImageAttributes, e.parseSimulcastStreamList = t.parseSimulcastStreamList;
})), E = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.parse = n;
	var t = /* @__PURE__ */ RegExp("^[LS]([1-9]\\d{0,1})T([1-9]\\d{0,1})");
	function n(e) {
		let n = t.exec(e ?? "");
		return n ? {
			spatialLayers: Number(n[1]),
			temporalLayers: Number(n[2])
		} : {
			spatialLayers: 1,
			temporalLayers: 1
		};
	}
})), D = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.OfferMediaSection = e.AnswerMediaSection = e.MediaSection = void 0;
	var t = T(), n = l(), r = class {
		_mediaObject;
		constructor({ iceParameters: e, iceCandidates: t, dtlsParameters: n }) {
			if (this._mediaObject = {
				type: "",
				port: 0,
				protocol: "",
				payloads: "",
				rtp: [],
				fmtp: []
			}, e && this.setIceParameters(e), t) {
				this._mediaObject.candidates = [];
				for (let e of t) {
					let t = {
						foundation: e.foundation,
						component: 1,
						ip: e.address ?? e.ip,
						port: e.port,
						priority: e.priority,
						transport: e.protocol,
						type: e.type
					};
					e.tcpType && (t.tcptype = e.tcpType), this._mediaObject.candidates.push(t);
				}
				this._mediaObject.endOfCandidates = "end-of-candidates", this._mediaObject.iceOptions = "renomination";
			}
			n && this.setDtlsRole(n.role);
		}
		get mid() {
			return String(this._mediaObject.mid);
		}
		get closed() {
			return this._mediaObject.port === 0;
		}
		getObject() {
			return this._mediaObject;
		}
		setIceParameters(e) {
			this._mediaObject.iceUfrag = e.usernameFragment, this._mediaObject.icePwd = e.password;
		}
		pause() {
			this._mediaObject.direction = "inactive";
		}
		disable() {
			this.pause();
		}
		close() {
			this.disable(), this._mediaObject.port = 0, delete this._mediaObject.candidates, delete this._mediaObject.endOfCandidates, delete this._mediaObject.iceUfrag, delete this._mediaObject.icePwd, delete this._mediaObject.iceOptions, this._mediaObject.rtp = [], this._mediaObject.fmtp = [], delete this._mediaObject.rtcp, delete this._mediaObject.rtcpFb, delete this._mediaObject.ssrcs, delete this._mediaObject.ssrcGroups, delete this._mediaObject.simulcast, delete this._mediaObject.simulcast_03, delete this._mediaObject.rids, delete this._mediaObject.extmapAllowMixed;
		}
	};
	e.MediaSection = r, e.AnswerMediaSection = class extends r {
		constructor({ iceParameters: e, iceCandidates: t, dtlsParameters: r, sctpParameters: a, plainRtpParameters: o, offerMediaObject: s, offerRtpParameters: c, answerRtpParameters: l, codecOptions: u }) {
			switch (super({
				iceParameters: e,
				iceCandidates: t,
				dtlsParameters: r
			}), this._mediaObject.mid = String(s.mid), this._mediaObject.type = s.type, this._mediaObject.protocol = s.protocol, o ? (this._mediaObject.connection = {
				ip: o.ip,
				version: o.ipVersion
			}, this._mediaObject.port = o.port) : (this._mediaObject.connection = {
				ip: "127.0.0.1",
				version: 4
			}, this._mediaObject.port = 7), s.type) {
				case "audio":
				case "video":
					this._mediaObject.direction = "recvonly", this._mediaObject.rtp = [], this._mediaObject.rtcpFb = [], this._mediaObject.fmtp = [];
					for (let e of l.codecs) {
						let t = {
							payload: e.payloadType,
							codec: i(e),
							rate: e.clockRate
						};
						e.channels > 1 && (t.encoding = e.channels), this._mediaObject.rtp.push(t);
						let r = n.clone(e.parameters) ?? {}, a = n.clone(e.rtcpFeedback) ?? [];
						if (u) {
							let { opusStereo: t, opusFec: n, opusDtx: i, opusMaxPlaybackRate: o, opusMaxAverageBitrate: s, opusPtime: l, opusNack: d, videoGoogleStartBitrate: f, videoGoogleMaxBitrate: p, videoGoogleMinBitrate: m } = u, h = c.codecs.find((t) => t.payloadType === e.payloadType);
							switch (e.mimeType.toLowerCase()) {
								case "audio/opus":
								case "audio/multiopus":
									t !== void 0 && (h.parameters["sprop-stereo"] = +!!t, r.stereo = +!!t), n !== void 0 && (h.parameters.useinbandfec = +!!n, r.useinbandfec = +!!n), i !== void 0 && (h.parameters.usedtx = +!!i, r.usedtx = +!!i), o !== void 0 && (r.maxplaybackrate = o), s !== void 0 && (r.maxaveragebitrate = s), l !== void 0 && (h.parameters.ptime = l, r.ptime = l), d || (h.rtcpFeedback = h.rtcpFeedback.filter((e) => e.type !== "nack" || e.parameter), a = a.filter((e) => e.type !== "nack" || e.parameter));
									break;
								case "video/vp8":
								case "video/vp9":
								case "video/h264":
								case "video/h265":
								case "video/av1": f !== void 0 && (r["x-google-start-bitrate"] = f), p !== void 0 && (r["x-google-max-bitrate"] = p), m !== void 0 && (r["x-google-min-bitrate"] = m);
							}
						}
						let o = {
							payload: e.payloadType,
							config: ""
						};
						for (let e of Object.keys(r)) o.config && (o.config += ";"), o.config += `${e}=${r[e]}`;
						o.config && this._mediaObject.fmtp.push(o);
						for (let t of a) this._mediaObject.rtcpFb.push({
							payload: e.payloadType,
							type: t.type,
							subtype: t.parameter
						});
					}
					this._mediaObject.payloads = l.codecs.map((e) => e.payloadType).join(" "), this._mediaObject.ext = [];
					for (let e of l.headerExtensions) (s.ext ?? []).some((t) => t.uri === e.uri) && this._mediaObject.ext.push({
						uri: e.uri,
						value: e.id
					});
					if (s.extmapAllowMixed === "extmap-allow-mixed" && (this._mediaObject.extmapAllowMixed = "extmap-allow-mixed"), s.simulcast) {
						this._mediaObject.simulcast = {
							dir1: "recv",
							list1: s.simulcast.list1
						}, this._mediaObject.rids = [];
						for (let e of s.rids ?? []) e.direction === "send" && this._mediaObject.rids.push({
							id: e.id,
							direction: "recv"
						});
					} else if (s.simulcast_03) {
						this._mediaObject.simulcast_03 = { value: s.simulcast_03.value.replace(/send/g, "recv") }, this._mediaObject.rids = [];
						for (let e of s.rids ?? []) e.direction === "send" && this._mediaObject.rids.push({
							id: e.id,
							direction: "recv"
						});
					}
					this._mediaObject.rtcpMux = "rtcp-mux", this._mediaObject.rtcpRsize = "rtcp-rsize";
					break;
				case "application": typeof s.sctpPort == "number" ? (this._mediaObject.payloads = "webrtc-datachannel", this._mediaObject.sctpPort = a.port, this._mediaObject.maxMessageSize = a.maxMessageSize) : s.sctpmap && (this._mediaObject.payloads = String(a.port), this._mediaObject.sctpmap = {
					app: "webrtc-datachannel",
					sctpmapNumber: a.port,
					maxMessageSize: a.maxMessageSize
				});
			}
		}
		setDtlsRole(e) {
			switch (e) {
				case "client":
					this._mediaObject.setup = "active";
					break;
				case "server":
					this._mediaObject.setup = "passive";
					break;
				case "auto": this._mediaObject.setup = "actpass";
			}
		}
		resume() {
			this._mediaObject.direction = "recvonly";
		}
		muxSimulcastStreams(e) {
			if (!this._mediaObject.simulcast?.list1) return;
			let n = {};
			for (let t of e) t.rid && (n[t.rid] = t);
			let r = this._mediaObject.simulcast.list1, i = t.parseSimulcastStreamList(r);
			for (let e of i) for (let t of e) t.paused = !n[t.scid]?.active;
			this._mediaObject.simulcast.list1 = i.map((e) => e.map((e) => `${e.paused ? "~" : ""}${e.scid}`).join(",")).join(";");
		}
	}, e.OfferMediaSection = class extends r {
		constructor({ iceParameters: e, iceCandidates: t, dtlsParameters: n, sctpParameters: r, plainRtpParameters: a, mid: o, kind: s, offerRtpParameters: c, streamId: l, trackId: u }) {
			switch (super({
				iceParameters: e,
				iceCandidates: t,
				dtlsParameters: n
			}), this._mediaObject.mid = String(o), this._mediaObject.type = s, a ? (this._mediaObject.connection = {
				ip: a.ip,
				version: a.ipVersion
			}, this._mediaObject.protocol = "RTP/AVP", this._mediaObject.port = a.port) : (this._mediaObject.connection = {
				ip: "127.0.0.1",
				version: 4
			}, r ? this._mediaObject.protocol = "UDP/DTLS/SCTP" : this._mediaObject.protocol = "UDP/TLS/RTP/SAVPF", this._mediaObject.port = 7), this._mediaObject.extmapAllowMixed = "extmap-allow-mixed", s) {
				case "audio":
				case "video": {
					this._mediaObject.direction = "sendonly", this._mediaObject.rtp = [], this._mediaObject.rtcpFb = [], this._mediaObject.fmtp = [], this._mediaObject.msid = [{
						id: l,
						appdata: u
					}];
					for (let e of c.codecs) {
						let t = {
							payload: e.payloadType,
							codec: i(e),
							rate: e.clockRate
						};
						e.channels > 1 && (t.encoding = e.channels), this._mediaObject.rtp.push(t);
						let n = {
							payload: e.payloadType,
							config: ""
						};
						for (let t of Object.keys(e.parameters ?? {})) n.config && (n.config += ";"), n.config += `${t}=${e.parameters[t]}`;
						n.config && this._mediaObject.fmtp.push(n);
						for (let t of e.rtcpFeedback) this._mediaObject.rtcpFb.push({
							payload: e.payloadType,
							type: t.type,
							subtype: t.parameter
						});
					}
					this._mediaObject.payloads = c.codecs.map((e) => e.payloadType).join(" "), this._mediaObject.ext = [];
					for (let e of c.headerExtensions) this._mediaObject.ext.push({
						uri: e.uri,
						value: e.id
					});
					this._mediaObject.rtcpMux = "rtcp-mux", this._mediaObject.rtcpRsize = "rtcp-rsize";
					let e = c.encodings[0], t = e.ssrc, n = e.rtx?.ssrc;
					this._mediaObject.ssrcs = [], this._mediaObject.ssrcGroups = [], t && c.rtcp.cname && this._mediaObject.ssrcs.push({
						id: t,
						attribute: "cname",
						value: c.rtcp.cname
					}), n && (c.rtcp.cname && this._mediaObject.ssrcs.push({
						id: n,
						attribute: "cname",
						value: c.rtcp.cname
					}), t && this._mediaObject.ssrcGroups.push({
						semantics: "FID",
						ssrcs: `${t} ${n}`
					}));
					break;
				}
				case "application": this._mediaObject.payloads = "webrtc-datachannel", this._mediaObject.sctpPort = r.port, this._mediaObject.maxMessageSize = r.maxMessageSize;
			}
		}
		setDtlsRole(e) {
			this._mediaObject.setup = "actpass";
		}
		resume() {
			this._mediaObject.direction = "sendonly";
		}
	};
	function i(e) {
		let t = (/* @__PURE__ */ RegExp("^(audio|video)/(.+)", "i")).exec(e.mimeType);
		if (!t) throw TypeError("invalid codec.mimeType");
		return t[2];
	}
})), O = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.RemoteSdp = void 0;
	var t = T(), n = a(), r = D(), i = K(), o = ["av1", "h264"], s = new n.Logger("RemoteSdp");
	e.RemoteSdp = class {
		_iceParameters;
		_iceCandidates;
		_dtlsParameters;
		_sctpParameters;
		_plainRtpParameters;
		_mediaSections = [];
		_midToIndex = /* @__PURE__ */ new Map();
		_firstMid;
		_sdpObject;
		constructor({ iceParameters: e, iceCandidates: t, dtlsParameters: n, sctpParameters: r, plainRtpParameters: a }) {
			if (this._iceParameters = e, this._iceCandidates = t, this._dtlsParameters = n, this._sctpParameters = r, this._plainRtpParameters = a, this._sdpObject = {
				version: 0,
				origin: {
					address: "0.0.0.0",
					ipVer: 4,
					netType: "IN",
					sessionId: "10000",
					sessionVersion: 0,
					username: `mediasoup-client-v${i.version}`
				},
				name: "-",
				timing: {
					start: 0,
					stop: 0
				},
				media: []
			}, this._sdpObject.iceOptions = "ice2", e?.iceLite && (this._sdpObject.icelite = "ice-lite"), n) {
				this._sdpObject.msidSemantic = {
					semantic: "WMS",
					token: "*"
				};
				let e = this._dtlsParameters.fingerprints.length;
				this._sdpObject.fingerprint = {
					type: n.fingerprints[e - 1].algorithm,
					hash: n.fingerprints[e - 1].value
				}, this._sdpObject.groups = [{
					type: "BUNDLE",
					mids: ""
				}];
			}
			a && (this._sdpObject.origin.address = a.ip, this._sdpObject.origin.ipVer = a.ipVersion);
		}
		updateIceParameters(e) {
			s.debug("updateIceParameters() [iceParameters:%o]", e), this._iceParameters = e, this._sdpObject.icelite = e.iceLite ? "ice-lite" : void 0;
			for (let t of this._mediaSections) t.setIceParameters(e);
		}
		updateDtlsRole(e) {
			s.debug("updateDtlsRole() [role:%s]", e), this._dtlsParameters.role = e;
			for (let t of this._mediaSections) t.setDtlsRole(e);
		}
		setSessionExtmapAllowMixed() {
			s.debug("setSessionExtmapAllowMixed()"), this._sdpObject.extmapAllowMixed = "extmap-allow-mixed";
		}
		getNextMediaSectionIdx() {
			for (let e = 0; e < this._mediaSections.length; ++e) {
				let t = this._mediaSections[e];
				if (t.closed) return {
					idx: e,
					reuseMid: t.mid
				};
			}
			return { idx: this._mediaSections.length };
		}
		send({ offerMediaObject: e, reuseMid: t, offerRtpParameters: n, answerRtpParameters: i, codecOptions: a }) {
			let s = new r.AnswerMediaSection({
				iceParameters: this._iceParameters,
				iceCandidates: this._iceCandidates,
				dtlsParameters: this._dtlsParameters,
				plainRtpParameters: this._plainRtpParameters,
				offerMediaObject: e,
				offerRtpParameters: n,
				answerRtpParameters: i,
				codecOptions: a
			}), c = s.getObject();
			c.rtp.find((e) => o.includes(e.codec.toLowerCase())) || (c.ext = c.ext?.filter((e) => e.uri !== "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension")), t ? this.replaceMediaSection(s, t) : this._midToIndex.has(s.mid) ? this.replaceMediaSection(s) : this.addMediaSection(s);
		}
		receive({ mid: e, kind: t, offerRtpParameters: n, streamId: i, trackId: a }) {
			this.setSessionExtmapAllowMixed();
			let o = new r.OfferMediaSection({
				iceParameters: this._iceParameters,
				iceCandidates: this._iceCandidates,
				dtlsParameters: this._dtlsParameters,
				plainRtpParameters: this._plainRtpParameters,
				mid: e,
				kind: t,
				offerRtpParameters: n,
				streamId: i,
				trackId: a
			}), s = this._mediaSections.find((e) => e.closed);
			s ? this.replaceMediaSection(o, s.mid) : this.addMediaSection(o);
		}
		pauseMediaSection(e) {
			this.findMediaSection(e).pause();
		}
		resumeSendingMediaSection(e) {
			this.findMediaSection(e).resume();
		}
		resumeReceivingMediaSection(e) {
			this.findMediaSection(e).resume();
		}
		disableMediaSection(e) {
			this.findMediaSection(e).disable();
		}
		closeMediaSection(e) {
			let t = this.findMediaSection(e);
			return e === this._firstMid ? (s.debug("closeMediaSection() | cannot close first media section, disabling it instead [mid:%s]", e), this.disableMediaSection(e), !1) : (t.close(), this.regenerateBundleMids(), !0);
		}
		muxMediaSectionSimulcast(e, t) {
			let n = this.findMediaSection(e);
			n.muxSimulcastStreams(t), this.replaceMediaSection(n);
		}
		sendSctpAssociation({ offerMediaObject: e }) {
			let t = new r.AnswerMediaSection({
				iceParameters: this._iceParameters,
				iceCandidates: this._iceCandidates,
				dtlsParameters: this._dtlsParameters,
				sctpParameters: this._sctpParameters,
				plainRtpParameters: this._plainRtpParameters,
				offerMediaObject: e
			});
			this.addMediaSection(t);
		}
		receiveSctpAssociation() {
			let e = new r.OfferMediaSection({
				iceParameters: this._iceParameters,
				iceCandidates: this._iceCandidates,
				dtlsParameters: this._dtlsParameters,
				sctpParameters: this._sctpParameters,
				plainRtpParameters: this._plainRtpParameters,
				mid: "datachannel",
				kind: "application"
			});
			this.addMediaSection(e);
		}
		getSdp() {
			return this._sdpObject.origin.sessionVersion++, t.write(this._sdpObject);
		}
		addMediaSection(e) {
			this._firstMid ||= e.mid, this._mediaSections.push(e), this._midToIndex.set(e.mid, this._mediaSections.length - 1), this._sdpObject.media.push(e.getObject()), this.regenerateBundleMids();
		}
		replaceMediaSection(e, t) {
			if (typeof t == "string") {
				let n = this._midToIndex.get(t);
				if (n === void 0) throw Error(`no media section found for reuseMid '${t}'`);
				let r = this._mediaSections[n];
				this._mediaSections[n] = e, this._midToIndex.delete(r.mid), this._midToIndex.set(e.mid, n), this._sdpObject.media[n] = e.getObject(), this.regenerateBundleMids();
			} else {
				let t = this._midToIndex.get(e.mid);
				if (t === void 0) throw Error(`no media section found with mid '${e.mid}'`);
				this._mediaSections[t] = e, this._sdpObject.media[t] = e.getObject();
			}
		}
		findMediaSection(e) {
			let t = this._midToIndex.get(e);
			if (t === void 0) throw Error(`no media section found with mid '${e}'`);
			return this._mediaSections[t];
		}
		regenerateBundleMids() {
			this._dtlsParameters && (this._sdpObject.groups[0].mids = this._mediaSections.filter((e) => !e.closed).map((e) => e.mid).join(" "));
		}
	};
})), k = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.extractRtpCapabilities = n, e.extractDtlsParameters = r, e.getCname = i, e.applyCodecParameters = a, e.addHeaderExtension = o;
	var t = T();
	function n({ sdpObject: e }) {
		let n = /* @__PURE__ */ new Map(), r = /* @__PURE__ */ new Map();
		for (let i of e.media) {
			let e = i.type;
			switch (e) {
				case "audio":
				case "video": break;
				default: continue;
			}
			for (let t of i.rtp) {
				let r = {
					kind: e,
					mimeType: `${e}/${t.codec}`,
					preferredPayloadType: t.payload,
					clockRate: t.rate,
					channels: t.encoding,
					parameters: {},
					rtcpFeedback: []
				};
				n.set(r.preferredPayloadType, r);
			}
			for (let e of i.fmtp ?? []) {
				let r = t.parseParams(e.config), i = n.get(e.payload);
				i && (r?.hasOwnProperty("profile-level-id") && (r["profile-level-id"] = String(r["profile-level-id"])), i.parameters = r);
			}
			for (let t of i.rtcpFb ?? []) {
				let r = {
					type: t.type,
					parameter: t.subtype
				};
				if (r.parameter || delete r.parameter, t.payload !== "*") {
					let e = n.get(Number(t.payload));
					if (!e) continue;
					e.rtcpFeedback.push(r);
				} else for (let t of n.values()) t.kind === e && !/.+\/rtx$/i.test(t.mimeType) && t.rtcpFeedback.push(r);
			}
			for (let t of i.ext ?? []) {
				if (t["encrypt-uri"]) continue;
				let n = {
					kind: e,
					uri: t.uri,
					preferredId: t.value
				};
				r.set(n.preferredId, n);
			}
		}
		return {
			codecs: Array.from(n.values()),
			headerExtensions: Array.from(r.values())
		};
	}
	function r({ sdpObject: e }) {
		let t = e.setup, n = e.fingerprint;
		if (!t || !n) {
			let r = (e.media ?? []).find((e) => e.port !== 0);
			r && (t ??= r.setup, n ??= r.fingerprint);
		}
		if (!t) throw Error("no a=setup found at SDP session or media level");
		if (!n) throw Error("no a=fingerprint found at SDP session or media level");
		let r;
		switch (t) {
			case "active":
				r = "client";
				break;
			case "passive":
				r = "server";
				break;
			case "actpass": r = "auto";
		}
		return {
			role: r,
			fingerprints: [{
				algorithm: n.type,
				value: n.hash
			}]
		};
	}
	function i({ offerMediaObject: e }) {
		let t = (e.ssrcs ?? []).find((e) => e.attribute === "cname");
		return t ? t.value : "";
	}
	function a({ offerRtpParameters: e, answerMediaObject: n }) {
		for (let r of e.codecs) {
			let e = r.mimeType.toLowerCase();
			if (e !== "audio/opus" || !(n.rtp ?? []).find((e) => e.payload === r.payloadType)) continue;
			n.fmtp = n.fmtp ?? [];
			let i = n.fmtp.find((e) => e.payload === r.payloadType);
			i || (i = {
				payload: r.payloadType,
				config: ""
			}, n.fmtp.push(i));
			let a = t.parseParams(i.config);
			switch (e) {
				case "audio/opus": {
					let e = r.parameters?.["sprop-stereo"];
					e !== void 0 && (a.stereo = +!!Number(e));
					break;
				}
			}
			i.config = "";
			for (let e of Object.keys(a)) i.config && (i.config += ";"), i.config += `${e}=${a[e]}`;
		}
	}
	function o({ offerMediaObject: e, headerExtensionUri: t, headerExtensionId: n }) {
		e.ext ||= [], e.ext.push({
			uri: t,
			value: n
		});
	}
})), A = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.getRtpEncodings = t, e.addLegacySimulcast = n;
	function t({ offerMediaObject: e, codecs: t }) {
		let n = /* @__PURE__ */ new Set();
		for (let t of e.ssrcs ?? []) {
			let e = t.id;
			e && n.add(e);
		}
		if (n.size === 0) throw Error("no a=ssrc lines found");
		let r = /* @__PURE__ */ new Map();
		for (let t of e.ssrcGroups ?? []) {
			if (t.semantics !== "FID") continue;
			let e = t.ssrcs.split(/\s+/), i = Number(e[0]), a = Number(e[1]);
			n.has(i) && (n.delete(i), n.delete(a), r.set(i, a));
		}
		for (let e of n) r.set(e, void 0);
		let i = [];
		for (let [e, n] of r) {
			let r = { ssrc: e };
			n && t.length > 1 && (r.rtx = { ssrc: n }), i.push(r);
		}
		return i;
	}
	function n({ offerMediaObject: e, numStreams: t }) {
		if (t <= 1) throw TypeError("numStreams must be greater than 1");
		let n = (e.ssrcs ?? []).find((e) => e.attribute === "msid");
		if (!n) throw Error("a=ssrc line with msid information not found");
		let [r, i] = n.value.split(" "), a = Number(n.id), o;
		(e.ssrcGroups ?? []).some((e) => {
			if (e.semantics !== "FID") return !1;
			let t = e.ssrcs.split(/\s+/);
			return Number(t[0]) === a && (o = Number(t[1]), !0);
		});
		let s = (e.ssrcs ?? []).find((e) => e.attribute === "cname");
		if (!s) throw Error("a=ssrc line with cname information not found");
		let c = s.value, l = [], u = [];
		for (let e = 0; e < t; ++e) l.push(a + e), o && u.push(o + e);
		e.ssrcGroups = [], e.ssrcs = [], e.ssrcGroups.push({
			semantics: "SIM",
			ssrcs: l.join(" ")
		});
		for (let t of l) e.ssrcs.push({
			id: t,
			attribute: "cname",
			value: c
		}), e.ssrcs.push({
			id: t,
			attribute: "msid",
			value: `${r} ${i}`
		});
		for (let t = 0; t < u.length; ++t) {
			let n = l[t], a = u[t];
			e.ssrcs.push({
				id: a,
				attribute: "cname",
				value: c
			}), e.ssrcs.push({
				id: a,
				attribute: "msid",
				value: `${r} ${i}`
			}), e.ssrcGroups.push({
				semantics: "FID",
				ssrcs: `${n} ${a}`
			});
		}
	}
})), j = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.addNackSupportForOpus = t, e.addHeaderExtensionSupport = n, e.getMsidStreamIdAndTrackId = r;
	function t(e) {
		for (let t of e.codecs ?? []) t.mimeType.toLowerCase() !== "audio/opus" && t.mimeType.toLowerCase() !== "audio/multiopus" || t.rtcpFeedback?.some((e) => e.type === "nack" && !e.parameter) || (t.rtcpFeedback ||= [], t.rtcpFeedback.push({ type: "nack" }));
	}
	function n(e, t) {
		let n, r = e.headerExtensions?.find((e) => e.uri === t.uri);
		if (r) {
			if (r.kind === t.kind) return;
			n = r.preferredId;
		}
		if (e.headerExtensions ||= [], n === void 0) {
			n = 1;
			let t = new Set(e.headerExtensions.map((e) => e.preferredId));
			for (; t.has(n);) ++n;
		}
		let i = {
			kind: t.kind,
			uri: t.uri,
			preferredId: n,
			preferredEncrypt: !1,
			direction: t.direction
		};
		e.headerExtensions.push(i);
	}
	function r(e) {
		if (!e || typeof e != "string") return {
			msidStreamId: void 0,
			msidTrackId: void 0
		};
		let [t, n] = e.trim().split(/\s+/);
		return t ? {
			msidStreamId: t,
			msidTrackId: n
		} : {
			msidStreamId: void 0,
			msidTrackId: void 0
		};
	}
})), M = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Chrome111 = void 0;
	var t = T(), n = s(), r = a(), i = f(), o = c(), l = E(), u = O(), d = k(), p = A(), m = j(), h = new r.Logger("Chrome111"), g = "Chrome111", _ = {
		OS: 1024,
		MIS: 1024
	};
	e.Chrome111 = class e extends n.EnhancedEventEmitter {
		_closed = !1;
		_direction;
		_remoteSdp;
		_getSendExtendedRtpCapabilities;
		_forcedLocalDtlsRole;
		_pc;
		_mapMidTransceiver = /* @__PURE__ */ new Map();
		_sendStream = new MediaStream();
		_hasDataChannelMediaSection = !1;
		_nextSendSctpStreamId = 0;
		_transportReady = !1;
		static createFactory() {
			return {
				name: g,
				factory: (t) => new e(t),
				getNativeRtpCapabilities: async ({ direction: n }) => {
					h.debug("getNativeRtpCapabilities() [direction:%o]", n);
					let r = new RTCPeerConnection({
						iceServers: [],
						iceTransportPolicy: "all",
						bundlePolicy: "max-bundle",
						rtcpMuxPolicy: "require"
					});
					try {
						r.addTransceiver("audio", { direction: n }), r.addTransceiver("video", {
							direction: n,
							sendEncodings: [{ scalabilityMode: "L3T3" }]
						});
						let i = await r.createOffer();
						try {
							r.close();
						} catch {}
						r = void 0;
						let a = t.parse(i.sdp);
						return e.getLocalRtpCapabilities(a);
					} catch (e) {
						try {
							r?.close();
						} catch {}
						throw r = void 0, e;
					}
				},
				getNativeSctpCapabilities: async () => (h.debug("getNativeSctpCapabilities()"), { numStreams: _ })
			};
		}
		static getLocalRtpCapabilities(e, t = []) {
			let n = d.extractRtpCapabilities({ sdpObject: e });
			i.validateAndNormalizeRtpCapabilities(n), m.addNackSupportForOpus(n);
			for (let e of t) m.addHeaderExtensionSupport(n, e);
			return n;
		}
		constructor({ direction: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, getSendExtendedRtpCapabilities: c }) {
			super(), h.debug("constructor()"), this._direction = e, this._remoteSdp = new u.RemoteSdp({
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i
			}), this._getSendExtendedRtpCapabilities = c, r.role && r.role !== "auto" && (this._forcedLocalDtlsRole = r.role === "server" ? "client" : "server"), this._pc = new RTCPeerConnection({
				iceServers: a ?? [],
				iceTransportPolicy: o ?? "all",
				bundlePolicy: "max-bundle",
				rtcpMuxPolicy: "require",
				...s
			}), this._pc.addEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.addEventListener("icecandidateerror", this.onIceCandidateError), this._pc.connectionState ? this._pc.addEventListener("connectionstatechange", this.onConnectionStateChange) : (h.warn("run() | pc.connectionState not supported, using pc.iceConnectionState"), this._pc.addEventListener("iceconnectionstatechange", this.onIceConnectionStateChange));
		}
		get name() {
			return g;
		}
		close() {
			if (h.debug("close()"), !this._closed) {
				this._closed = !0;
				try {
					this._pc.close();
				} catch {}
				this._pc.removeEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.removeEventListener("icecandidateerror", this.onIceCandidateError), this._pc.removeEventListener("connectionstatechange", this.onConnectionStateChange), this._pc.removeEventListener("iceconnectionstatechange", this.onIceConnectionStateChange), this.emit("@close"), super.close();
			}
		}
		async updateIceServers(e) {
			this.assertNotClosed(), h.debug("updateIceServers()");
			let t = this._pc.getConfiguration();
			t.iceServers = e, this._pc.setConfiguration(t);
		}
		async restartIce(e) {
			if (this.assertNotClosed(), h.debug("restartIce()"), this._remoteSdp.updateIceParameters(e), this._transportReady) {
				if (this._direction === "send") {
					let e = await this._pc.createOffer({ iceRestart: !0 });
					h.debug("restartIce() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e);
					let t = {
						type: "answer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [answer:%o]", t), await this._pc.setRemoteDescription(t);
				} else {
					let e = {
						type: "offer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
					let t = await this._pc.createAnswer();
					h.debug("restartIce() | calling pc.setLocalDescription() [answer:%o]", t), await this._pc.setLocalDescription(t);
				}
			}
		}
		async getTransportStats() {
			return this.assertNotClosed(), this._pc.getStats();
		}
		async send({ track: n, streamId: r, encodings: a, codecOptions: o, headerExtensionOptions: s, codec: c, onRtpSender: u }) {
			if (this.assertNotClosed(), this.assertSendDirection(), h.debug("send() [kind:%s, track.id:%s, streamId:%s]", n.kind, n.id, r), a && a.length > 1) {
				let e = 1;
				for (let t of a) {
					let n = t.scalabilityMode ? (0, l.parse)(t.scalabilityMode).temporalLayers : 3;
					n > e && (e = n);
				}
				a.forEach((t, n) => {
					t.rid = `r${n}`, t.scalabilityMode = `L1T${e}`;
				});
			}
			let f = this._remoteSdp.getNextMediaSectionIdx(), m = this._pc.addTransceiver(n, {
				direction: "sendonly",
				streams: [this._sendStream],
				sendEncodings: a
			});
			u && u(m.sender);
			let g = await this._pc.createOffer(), _ = t.parse(g.sdp);
			_.extmapAllowMixed && this._remoteSdp.setSessionExtmapAllowMixed();
			let v = [];
			v.push({
				uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				kind: n.kind,
				direction: "sendonly"
			});
			let y = e.getLocalRtpCapabilities(_, v), b = this._getSendExtendedRtpCapabilities(y), x = i.getSendingRtpParameters(n.kind, b);
			x.codecs = i.reduceCodecs(x.codecs, c);
			let S = i.getSendingRemoteRtpParameters(n.kind, b);
			if (S.codecs = i.reduceCodecs(S.codecs, c), this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: _
			}), s?.absCaptureTime) {
				let e = _.media[f.idx];
				d.addHeaderExtension({
					offerMediaObject: e,
					headerExtensionUri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
					headerExtensionId: S.headerExtensions.find((e) => e.uri === "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time").id
				}), g = {
					type: "offer",
					sdp: t.write(_)
				};
			}
			h.debug("send() | calling pc.setLocalDescription() [offer:%o]", g), await this._pc.setLocalDescription(g);
			let C = m.mid;
			x.mid = C, _ = t.parse(this._pc.localDescription.sdp);
			let w = _.media[f.idx];
			if (x.rtcp.cname = d.getCname({ offerMediaObject: w }), x.msid = `${r ?? this._sendStream.id} ${n.id}`, !a) x.encodings = p.getRtpEncodings({
				offerMediaObject: w,
				codecs: x.codecs
			});
			else if (a.length === 1) {
				let e = p.getRtpEncodings({
					offerMediaObject: w,
					codecs: x.codecs
				});
				Object.assign(e[0], a[0]), x.encodings = e;
			} else x.encodings = a;
			this._remoteSdp.send({
				offerMediaObject: w,
				reuseMid: f.reuseMid,
				offerRtpParameters: x,
				answerRtpParameters: S,
				codecOptions: o
			});
			let T = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			return h.debug("send() | calling pc.setRemoteDescription() [answer:%o]", T), await this._pc.setRemoteDescription(T), this._mapMidTransceiver.set(C, m), {
				localId: C,
				rtpParameters: x,
				rtpSender: m.sender
			};
		}
		async stopSending(e) {
			if (this.assertSendDirection(), h.debug("stopSending() [localId:%s]", e), this._closed) return;
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			if (t.sender.replaceTrack(null), this._pc.removeTrack(t.sender), this._remoteSdp.closeMediaSection(t.mid)) try {
				t.stop();
			} catch {}
			let n = await this._pc.createOffer();
			h.debug("stopSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r), this._mapMidTransceiver.delete(e);
		}
		async pauseSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("pauseSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "inactive", this._remoteSdp.pauseMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("pauseSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async resumeSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("resumeSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (this._remoteSdp.resumeSendingMediaSection(e), !t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "sendonly";
			let n = await this._pc.createOffer();
			h.debug("resumeSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async replaceTrack(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), t ? h.debug("replaceTrack() [localId:%s, track.id:%s]", e, t.id) : h.debug("replaceTrack() [localId:%s, no track]", e);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			await n.sender.replaceTrack(t);
		}
		async setMaxSpatialLayer(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setMaxSpatialLayer() [localId:%s, spatialLayer:%s]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				e.active = n <= t;
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setMaxSpatialLayer() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setMaxSpatialLayer() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async setRtpEncodingParameters(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setRtpEncodingParameters() [localId:%s, params:%o]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				r.encodings[n] = {
					...e,
					...t
				};
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setRtpEncodingParameters() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setRtpEncodingParameters() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async getSenderStats(e) {
			this.assertNotClosed(), this.assertSendDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.sender.getStats();
		}
		async sendDataChannel({ ordered: e, maxPacketLifeTime: n, maxRetransmits: r, label: i, protocol: a }) {
			this.assertNotClosed(), this.assertSendDirection();
			let o = {
				negotiated: !0,
				id: this._nextSendSctpStreamId,
				ordered: e,
				maxPacketLifeTime: n,
				maxRetransmits: r,
				protocol: a
			};
			h.debug("sendDataChannel() [options:%o]", o);
			let s = this._pc.createDataChannel(i, o);
			if (this._nextSendSctpStreamId = ++this._nextSendSctpStreamId % _.MIS, !this._hasDataChannelMediaSection) {
				let e = await this._pc.createOffer(), n = t.parse(e.sdp), r = n.media.find((e) => e.type === "application");
				this._transportReady || await this.setupTransport({
					localDtlsRole: this._forcedLocalDtlsRole ?? "client",
					localSdpObject: n
				}), h.debug("sendDataChannel() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e), this._remoteSdp.sendSctpAssociation({ offerMediaObject: r });
				let i = {
					type: "answer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("sendDataChannel() | calling pc.setRemoteDescription() [answer:%o]", i), await this._pc.setRemoteDescription(i), this._hasDataChannelMediaSection = !0;
			}
			return {
				dataChannel: s,
				sctpStreamParameters: {
					streamId: o.id,
					ordered: o.ordered,
					maxPacketLifeTime: o.maxPacketLifeTime,
					maxRetransmits: o.maxRetransmits
				}
			};
		}
		async receive(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let n = [], r = /* @__PURE__ */ new Map();
			for (let t of e) {
				let { trackId: e, kind: n, rtpParameters: i, streamId: a } = t;
				h.debug("receive() [trackId:%s, kind:%s]", e, n);
				let o = i.mid ?? String(this._mapMidTransceiver.size);
				r.set(e, o);
				let { msidStreamId: s } = m.getMsidStreamIdAndTrackId(i.msid);
				this._remoteSdp.receive({
					mid: o,
					kind: n,
					offerRtpParameters: i,
					streamId: a ?? s ?? i.rtcp?.cname ?? "-",
					trackId: e
				});
			}
			let i = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("receive() | calling pc.setRemoteDescription() [offer:%o]", i), await this._pc.setRemoteDescription(i);
			for (let t of e) {
				let { trackId: e, onRtpReceiver: n } = t;
				if (n) {
					let t = r.get(e), i = this._pc.getTransceivers().find((e) => e.mid === t);
					if (!i) throw Error("transceiver not found");
					n(i.receiver);
				}
			}
			let a = await this._pc.createAnswer(), o = t.parse(a.sdp);
			for (let t of e) {
				let { trackId: e, rtpParameters: n } = t, i = r.get(e), a = o.media.find((e) => String(e.mid) === i);
				d.applyCodecParameters({
					offerRtpParameters: n,
					answerMediaObject: a
				});
			}
			a = {
				type: "answer",
				sdp: t.write(o)
			}, this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: o
			}), h.debug("receive() | calling pc.setLocalDescription() [answer:%o]", a), await this._pc.setLocalDescription(a);
			for (let t of e) {
				let { trackId: e } = t, i = r.get(e), a = this._pc.getTransceivers().find((e) => e.mid === i);
				if (a) this._mapMidTransceiver.set(i, a), n.push({
					localId: i,
					track: a.receiver.track,
					rtpReceiver: a.receiver
				});
				else throw Error("new RTCRtpTransceiver not found");
			}
			return n;
		}
		async stopReceiving(e) {
			if (this.assertRecvDirection(), this._closed) return;
			for (let t of e) {
				h.debug("stopReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				this._remoteSdp.closeMediaSection(e.mid);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("stopReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
			for (let t of e) this._mapMidTransceiver.delete(t);
		}
		async pauseReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("pauseReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "inactive", this._remoteSdp.pauseMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("pauseReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async resumeReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("resumeReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "recvonly", this._remoteSdp.resumeReceivingMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("resumeReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async getReceiverStats(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.receiver.getStats();
		}
		async receiveDataChannel({ sctpStreamParameters: e, label: n, protocol: r }) {
			this.assertNotClosed(), this.assertRecvDirection();
			let { streamId: i, ordered: a, maxPacketLifeTime: o, maxRetransmits: s } = e, c = {
				negotiated: !0,
				id: i,
				ordered: a,
				maxPacketLifeTime: o,
				maxRetransmits: s,
				protocol: r
			};
			h.debug("receiveDataChannel() [options:%o]", c);
			let l = this._pc.createDataChannel(n, c);
			if (!this._hasDataChannelMediaSection) {
				this._remoteSdp.receiveSctpAssociation();
				let e = {
					type: "offer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
				let n = await this._pc.createAnswer();
				if (!this._transportReady) {
					let e = t.parse(n.sdp);
					await this.setupTransport({
						localDtlsRole: this._forcedLocalDtlsRole ?? "client",
						localSdpObject: e
					});
				}
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [answer:%o]", n), await this._pc.setLocalDescription(n), this._hasDataChannelMediaSection = !0;
			}
			return { dataChannel: l };
		}
		async setupTransport({ localDtlsRole: e, localSdpObject: n }) {
			n ||= t.parse(this._pc.localDescription.sdp);
			let r = d.extractDtlsParameters({ sdpObject: n });
			r.role = e, this._remoteSdp.updateDtlsRole(e === "client" ? "server" : "client"), await new Promise((e, t) => {
				this.safeEmit("@connect", { dtlsParameters: r }, e, t);
			}), this._transportReady = !0;
		}
		onIceGatheringStateChange = () => {
			this.emit("@icegatheringstatechange", this._pc.iceGatheringState);
		};
		onIceCandidateError = (e) => {
			this.emit("@icecandidateerror", e);
		};
		onConnectionStateChange = () => {
			this.emit("@connectionstatechange", this._pc.connectionState);
		};
		onIceConnectionStateChange = () => {
			switch (this._pc.iceConnectionState) {
				case "checking":
					this.emit("@connectionstatechange", "connecting");
					break;
				case "connected":
				case "completed":
					this.emit("@connectionstatechange", "connected");
					break;
				case "failed":
					this.emit("@connectionstatechange", "failed");
					break;
				case "disconnected":
					this.emit("@connectionstatechange", "disconnected");
					break;
				case "closed": this.emit("@connectionstatechange", "closed");
			}
		};
		assertNotClosed() {
			if (this._closed) throw new o.InvalidStateError("method called in a closed handler");
		}
		assertSendDirection() {
			if (this._direction !== "send") throw Error("method can just be called for handlers with \"send\" direction");
		}
		assertRecvDirection() {
			if (this._direction !== "recv") throw Error("method can just be called for handlers with \"recv\" direction");
		}
	};
})), N = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Chrome74 = void 0;
	var t = T(), n = a(), r = s(), i = f(), o = c(), l = E(), u = O(), d = k(), p = A(), m = j(), h = new n.Logger("Chrome74"), g = "Chrome74", _ = {
		OS: 1024,
		MIS: 1024
	};
	e.Chrome74 = class e extends r.EnhancedEventEmitter {
		_closed = !1;
		_direction;
		_remoteSdp;
		_getSendExtendedRtpCapabilities;
		_forcedLocalDtlsRole;
		_pc;
		_mapMidTransceiver = /* @__PURE__ */ new Map();
		_sendStream = new MediaStream();
		_hasDataChannelMediaSection = !1;
		_nextSendSctpStreamId = 0;
		_transportReady = !1;
		static createFactory() {
			return {
				name: g,
				factory: (t) => new e(t),
				getNativeRtpCapabilities: async ({ direction: n }) => {
					h.debug("getNativeRtpCapabilities() [direction:%o]", n);
					let r = new RTCPeerConnection({
						iceServers: [],
						iceTransportPolicy: "all",
						bundlePolicy: "max-bundle",
						rtcpMuxPolicy: "require"
					});
					try {
						r.addTransceiver("audio", { direction: n }), r.addTransceiver("video", { direction: n });
						let i = await r.createOffer();
						try {
							r.close();
						} catch {}
						r = void 0;
						let a = t.parse(i.sdp);
						return e.getLocalRtpCapabilities(a);
					} catch (e) {
						try {
							r?.close();
						} catch {}
						throw r = void 0, e;
					}
				},
				getNativeSctpCapabilities: async () => (h.debug("getNativeSctpCapabilities()"), { numStreams: _ })
			};
		}
		static getLocalRtpCapabilities(e, t = []) {
			let n = d.extractRtpCapabilities({ sdpObject: e });
			i.validateAndNormalizeRtpCapabilities(n), m.addNackSupportForOpus(n);
			for (let e of t) m.addHeaderExtensionSupport(n, e);
			return n;
		}
		constructor({ direction: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, getSendExtendedRtpCapabilities: c }) {
			super(), h.debug("constructor()"), this._direction = e, this._remoteSdp = new u.RemoteSdp({
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i
			}), this._getSendExtendedRtpCapabilities = c, r.role && r.role !== "auto" && (this._forcedLocalDtlsRole = r.role === "server" ? "client" : "server"), this._pc = new RTCPeerConnection({
				iceServers: a ?? [],
				iceTransportPolicy: o ?? "all",
				bundlePolicy: "max-bundle",
				rtcpMuxPolicy: "require",
				...s
			}), this._pc.addEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.addEventListener("icecandidateerror", this.onIceCandidateError), this._pc.connectionState ? this._pc.addEventListener("connectionstatechange", this.onConnectionStateChange) : (h.warn("run() | pc.connectionState not supported, using pc.iceConnectionState"), this._pc.addEventListener("iceconnectionstatechange", this.onIceConnectionStateChange));
		}
		get name() {
			return g;
		}
		close() {
			if (h.debug("close()"), !this._closed) {
				this._closed = !0;
				try {
					this._pc.close();
				} catch {}
				this._pc.removeEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.removeEventListener("icecandidateerror", this.onIceCandidateError), this._pc.removeEventListener("connectionstatechange", this.onConnectionStateChange), this._pc.removeEventListener("iceconnectionstatechange", this.onIceConnectionStateChange), this.emit("@close"), super.close();
			}
		}
		async updateIceServers(e) {
			this.assertNotClosed(), h.debug("updateIceServers()");
			let t = this._pc.getConfiguration();
			t.iceServers = e, this._pc.setConfiguration(t);
		}
		async restartIce(e) {
			if (this.assertNotClosed(), h.debug("restartIce()"), this._remoteSdp.updateIceParameters(e), this._transportReady) {
				if (this._direction === "send") {
					let e = await this._pc.createOffer({ iceRestart: !0 });
					h.debug("restartIce() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e);
					let t = {
						type: "answer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [answer:%o]", t), await this._pc.setRemoteDescription(t);
				} else {
					let e = {
						type: "offer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
					let t = await this._pc.createAnswer();
					h.debug("restartIce() | calling pc.setLocalDescription() [answer:%o]", t), await this._pc.setLocalDescription(t);
				}
			}
		}
		async getTransportStats() {
			return this.assertNotClosed(), this._pc.getStats();
		}
		async send({ track: n, streamId: r, encodings: a, codecOptions: o, headerExtensionOptions: s, codec: c }) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("send() [kind:%s, track.id:%s, streamId:%s]", n.kind, n.id, r), a && a.length > 1 && a.forEach((e, t) => {
				e.rid = `r${t}`;
			});
			let u = this._remoteSdp.getNextMediaSectionIdx(), f = this._pc.addTransceiver(n, {
				direction: "sendonly",
				streams: [this._sendStream],
				sendEncodings: a
			}), m = await this._pc.createOffer(), g = t.parse(m.sdp);
			g.extmapAllowMixed && this._remoteSdp.setSessionExtmapAllowMixed();
			let _ = [];
			_.push({
				uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				kind: n.kind,
				direction: "sendonly"
			});
			let v = e.getLocalRtpCapabilities(g, _), y = this._getSendExtendedRtpCapabilities(v), b = i.getSendingRtpParameters(n.kind, y);
			b.codecs = i.reduceCodecs(b.codecs, c);
			let x = i.getSendingRemoteRtpParameters(n.kind, y);
			x.codecs = i.reduceCodecs(x.codecs, c), this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: g
			});
			let S = !1, C = (0, l.parse)((a ?? [{}])[0].scalabilityMode), w;
			a?.length === 1 && C.spatialLayers > 1 && b.codecs[0].mimeType.toLowerCase() === "video/vp9" && (h.debug("send() | enabling legacy simulcast for VP9 SVC"), S = !0, g = t.parse(m.sdp), w = g.media[u.idx], p.addLegacySimulcast({
				offerMediaObject: w,
				numStreams: C.spatialLayers
			}), m = {
				type: "offer",
				sdp: t.write(g)
			}), h.debug("send() | calling pc.setLocalDescription() [offer:%o]", m), s?.absCaptureTime && (w = g.media[u.idx], d.addHeaderExtension({
				offerMediaObject: w,
				headerExtensionUri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				headerExtensionId: x.headerExtensions.find((e) => e.uri === "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time").id
			}), m = {
				type: "offer",
				sdp: t.write(g)
			}), await this._pc.setLocalDescription(m);
			let T = f.mid;
			if (b.mid = T, g = t.parse(this._pc.localDescription.sdp), w = g.media[u.idx], b.rtcp.cname = d.getCname({ offerMediaObject: w }), b.msid = `${r ?? this._sendStream.id} ${n.id}`, !a) b.encodings = p.getRtpEncodings({
				offerMediaObject: w,
				codecs: b.codecs
			});
			else if (a.length === 1) {
				let e = p.getRtpEncodings({
					offerMediaObject: w,
					codecs: b.codecs
				});
				Object.assign(e[0], a[0]), S && (e = [e[0]]), b.encodings = e;
			} else b.encodings = a;
			if (b.encodings.length > 1 && (b.codecs[0].mimeType.toLowerCase() === "video/vp8" || b.codecs[0].mimeType.toLowerCase() === "video/h264")) for (let e of b.encodings) e.scalabilityMode = e.scalabilityMode ? `L1T${C.temporalLayers}` : "L1T3";
			this._remoteSdp.send({
				offerMediaObject: w,
				reuseMid: u.reuseMid,
				offerRtpParameters: b,
				answerRtpParameters: x,
				codecOptions: o
			});
			let E = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			return h.debug("send() | calling pc.setRemoteDescription() [answer:%o]", E), await this._pc.setRemoteDescription(E), this._mapMidTransceiver.set(T, f), {
				localId: T,
				rtpParameters: b,
				rtpSender: f.sender
			};
		}
		async stopSending(e) {
			if (this.assertSendDirection(), h.debug("stopSending() [localId:%s]", e), this._closed) return;
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			if (t.sender.replaceTrack(null), this._pc.removeTrack(t.sender), this._remoteSdp.closeMediaSection(t.mid)) try {
				t.stop();
			} catch {}
			let n = await this._pc.createOffer();
			h.debug("stopSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r), this._mapMidTransceiver.delete(e);
		}
		async pauseSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("pauseSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "inactive", this._remoteSdp.pauseMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("pauseSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async resumeSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("resumeSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (this._remoteSdp.resumeSendingMediaSection(e), !t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "sendonly";
			let n = await this._pc.createOffer();
			h.debug("resumeSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async replaceTrack(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), t ? h.debug("replaceTrack() [localId:%s, track.id:%s]", e, t.id) : h.debug("replaceTrack() [localId:%s, no track]", e);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			await n.sender.replaceTrack(t);
		}
		async setMaxSpatialLayer(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setMaxSpatialLayer() [localId:%s, spatialLayer:%s]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				e.active = n <= t;
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setMaxSpatialLayer() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setMaxSpatialLayer() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async setRtpEncodingParameters(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setRtpEncodingParameters() [localId:%s, params:%o]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				r.encodings[n] = {
					...e,
					...t
				};
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setRtpEncodingParameters() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setRtpEncodingParameters() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async getSenderStats(e) {
			this.assertNotClosed(), this.assertSendDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.sender.getStats();
		}
		async sendDataChannel({ ordered: e, maxPacketLifeTime: n, maxRetransmits: r, label: i, protocol: a }) {
			this.assertNotClosed(), this.assertSendDirection();
			let o = {
				negotiated: !0,
				id: this._nextSendSctpStreamId,
				ordered: e,
				maxPacketLifeTime: n,
				maxRetransmits: r,
				protocol: a
			};
			h.debug("sendDataChannel() [options:%o]", o);
			let s = this._pc.createDataChannel(i, o);
			if (this._nextSendSctpStreamId = ++this._nextSendSctpStreamId % _.MIS, !this._hasDataChannelMediaSection) {
				let e = await this._pc.createOffer(), n = t.parse(e.sdp), r = n.media.find((e) => e.type === "application");
				this._transportReady || await this.setupTransport({
					localDtlsRole: this._forcedLocalDtlsRole ?? "client",
					localSdpObject: n
				}), h.debug("sendDataChannel() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e), this._remoteSdp.sendSctpAssociation({ offerMediaObject: r });
				let i = {
					type: "answer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("sendDataChannel() | calling pc.setRemoteDescription() [answer:%o]", i), await this._pc.setRemoteDescription(i), this._hasDataChannelMediaSection = !0;
			}
			return {
				dataChannel: s,
				sctpStreamParameters: {
					streamId: o.id,
					ordered: o.ordered,
					maxPacketLifeTime: o.maxPacketLifeTime,
					maxRetransmits: o.maxRetransmits
				}
			};
		}
		async receive(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let n = [], r = /* @__PURE__ */ new Map();
			for (let t of e) {
				let { trackId: e, kind: n, rtpParameters: i, streamId: a } = t;
				h.debug("receive() [trackId:%s, kind:%s]", e, n);
				let o = i.mid ?? String(this._mapMidTransceiver.size);
				r.set(e, o);
				let { msidStreamId: s } = m.getMsidStreamIdAndTrackId(i.msid);
				this._remoteSdp.receive({
					mid: o,
					kind: n,
					offerRtpParameters: i,
					streamId: a ?? s ?? i.rtcp?.cname ?? "-",
					trackId: e
				});
			}
			let i = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("receive() | calling pc.setRemoteDescription() [offer:%o]", i), await this._pc.setRemoteDescription(i);
			let a = await this._pc.createAnswer(), o = t.parse(a.sdp);
			for (let t of e) {
				let { trackId: e, rtpParameters: n } = t, i = r.get(e), a = o.media.find((e) => String(e.mid) === i);
				d.applyCodecParameters({
					offerRtpParameters: n,
					answerMediaObject: a
				});
			}
			a = {
				type: "answer",
				sdp: t.write(o)
			}, this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: o
			}), h.debug("receive() | calling pc.setLocalDescription() [answer:%o]", a), await this._pc.setLocalDescription(a);
			for (let t of e) {
				let { trackId: e } = t, i = r.get(e), a = this._pc.getTransceivers().find((e) => e.mid === i);
				if (a) this._mapMidTransceiver.set(i, a), n.push({
					localId: i,
					track: a.receiver.track,
					rtpReceiver: a.receiver
				});
				else throw Error("new RTCRtpTransceiver not found");
			}
			return n;
		}
		async stopReceiving(e) {
			if (this.assertRecvDirection(), this._closed) return;
			for (let t of e) {
				h.debug("stopReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				this._remoteSdp.closeMediaSection(e.mid);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("stopReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
			for (let t of e) this._mapMidTransceiver.delete(t);
		}
		async pauseReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("pauseReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "inactive", this._remoteSdp.pauseMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("pauseReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async resumeReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("resumeReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "recvonly", this._remoteSdp.resumeReceivingMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("resumeReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async getReceiverStats(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.receiver.getStats();
		}
		async receiveDataChannel({ sctpStreamParameters: e, label: n, protocol: r }) {
			this.assertNotClosed(), this.assertRecvDirection();
			let { streamId: i, ordered: a, maxPacketLifeTime: o, maxRetransmits: s } = e, c = {
				negotiated: !0,
				id: i,
				ordered: a,
				maxPacketLifeTime: o,
				maxRetransmits: s,
				protocol: r
			};
			h.debug("receiveDataChannel() [options:%o]", c);
			let l = this._pc.createDataChannel(n, c);
			if (!this._hasDataChannelMediaSection) {
				this._remoteSdp.receiveSctpAssociation();
				let e = {
					type: "offer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
				let n = await this._pc.createAnswer();
				if (!this._transportReady) {
					let e = t.parse(n.sdp);
					await this.setupTransport({
						localDtlsRole: this._forcedLocalDtlsRole ?? "client",
						localSdpObject: e
					});
				}
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [answer:%o]", n), await this._pc.setLocalDescription(n), this._hasDataChannelMediaSection = !0;
			}
			return { dataChannel: l };
		}
		async setupTransport({ localDtlsRole: e, localSdpObject: n }) {
			n ||= t.parse(this._pc.localDescription.sdp);
			let r = d.extractDtlsParameters({ sdpObject: n });
			r.role = e, this._remoteSdp.updateDtlsRole(e === "client" ? "server" : "client"), await new Promise((e, t) => {
				this.safeEmit("@connect", { dtlsParameters: r }, e, t);
			}), this._transportReady = !0;
		}
		onIceGatheringStateChange = () => {
			this.emit("@icegatheringstatechange", this._pc.iceGatheringState);
		};
		onIceCandidateError = (e) => {
			this.emit("@icecandidateerror", e);
		};
		onConnectionStateChange = () => {
			this.emit("@connectionstatechange", this._pc.connectionState);
		};
		onIceConnectionStateChange = () => {
			switch (this._pc.iceConnectionState) {
				case "checking":
					this.emit("@connectionstatechange", "connecting");
					break;
				case "connected":
				case "completed":
					this.emit("@connectionstatechange", "connected");
					break;
				case "failed":
					this.emit("@connectionstatechange", "failed");
					break;
				case "disconnected":
					this.emit("@connectionstatechange", "disconnected");
					break;
				case "closed": this.emit("@connectionstatechange", "closed");
			}
		};
		assertNotClosed() {
			if (this._closed) throw new o.InvalidStateError("method called in a closed handler");
		}
		assertSendDirection() {
			if (this._direction !== "send") throw Error("method can just be called for handlers with \"send\" direction");
		}
		assertRecvDirection() {
			if (this._direction !== "recv") throw Error("method can just be called for handlers with \"recv\" direction");
		}
	};
})), P = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Firefox120 = void 0;
	var t = T(), n = s(), r = a(), i = c(), o = f(), l = E(), u = O(), d = k(), p = A(), m = j(), h = new r.Logger("Firefox120"), g = "Firefox120", _ = {
		OS: 16,
		MIS: 2048
	};
	e.Firefox120 = class e extends n.EnhancedEventEmitter {
		_closed = !1;
		_direction;
		_remoteSdp;
		_getSendExtendedRtpCapabilities;
		_pc;
		_mapMidTransceiver = /* @__PURE__ */ new Map();
		_sendStream = new MediaStream();
		_hasDataChannelMediaSection = !1;
		_nextSendSctpStreamId = 0;
		_transportReady = !1;
		static createFactory() {
			return {
				name: g,
				factory: (t) => new e(t),
				getNativeRtpCapabilities: async ({ direction: n }) => {
					h.debug("getNativeRtpCapabilities() [direction:%o]", n);
					let r = new RTCPeerConnection({
						iceServers: [],
						iceTransportPolicy: "all",
						bundlePolicy: "max-bundle",
						rtcpMuxPolicy: "require"
					}), i = document.createElement("canvas");
					i.getContext("2d");
					let a = i.captureStream().getVideoTracks()[0];
					try {
						r.addTransceiver("audio", { direction: n }), r.addTransceiver(a, {
							direction: n,
							sendEncodings: [{
								rid: "r0",
								maxBitrate: 1e5
							}, {
								rid: "r1",
								maxBitrate: 5e5
							}]
						});
						let o = await r.createOffer();
						try {
							i.remove();
						} catch {}
						try {
							a.stop();
						} catch {}
						try {
							r.close();
						} catch {}
						r = void 0;
						let s = t.parse(o.sdp);
						return e.getLocalRtpCapabilities(s);
					} catch (e) {
						try {
							i.remove();
						} catch {}
						try {
							a.stop();
						} catch {}
						try {
							r?.close();
						} catch {}
						throw r = void 0, e;
					}
				},
				getNativeSctpCapabilities: async () => (h.debug("getNativeSctpCapabilities()"), { numStreams: _ })
			};
		}
		static getLocalRtpCapabilities(e) {
			let t = d.extractRtpCapabilities({ sdpObject: e });
			return o.validateAndNormalizeRtpCapabilities(t), t;
		}
		constructor({ direction: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, getSendExtendedRtpCapabilities: c }) {
			super(), h.debug("constructor()"), this._direction = e, this._remoteSdp = new u.RemoteSdp({
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i
			}), this._getSendExtendedRtpCapabilities = c, this._pc = new RTCPeerConnection({
				iceServers: a ?? [],
				iceTransportPolicy: o ?? "all",
				bundlePolicy: "max-bundle",
				rtcpMuxPolicy: "require",
				...s
			}), this._pc.addEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.addEventListener("icecandidateerror", this.onIceCandidateError), this._pc.connectionState ? this._pc.addEventListener("connectionstatechange", this.onConnectionStateChange) : (h.warn("run() | pc.connectionState not supported, using pc.iceConnectionState"), this._pc.addEventListener("iceconnectionstatechange", this.onIceConnectionStateChange));
		}
		get name() {
			return g;
		}
		close() {
			if (h.debug("close()"), !this._closed) {
				this._closed = !0;
				try {
					this._pc.close();
				} catch {}
				this._pc.removeEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.removeEventListener("icecandidateerror", this.onIceCandidateError), this._pc.removeEventListener("connectionstatechange", this.onConnectionStateChange), this._pc.removeEventListener("iceconnectionstatechange", this.onIceConnectionStateChange), this.emit("@close"), super.close();
			}
		}
		async updateIceServers(e) {
			throw this.assertNotClosed(), new i.UnsupportedError("not supported");
		}
		async restartIce(e) {
			if (this.assertNotClosed(), h.debug("restartIce()"), this._remoteSdp.updateIceParameters(e), this._transportReady) {
				if (this._direction === "send") {
					let e = await this._pc.createOffer({ iceRestart: !0 });
					h.debug("restartIce() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e);
					let t = {
						type: "answer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [answer:%o]", t), await this._pc.setRemoteDescription(t);
				} else {
					let e = {
						type: "offer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
					let t = await this._pc.createAnswer();
					h.debug("restartIce() | calling pc.setLocalDescription() [answer:%o]", t), await this._pc.setLocalDescription(t);
				}
			}
		}
		async getTransportStats() {
			return this.assertNotClosed(), this._pc.getStats();
		}
		async send({ track: n, streamId: r, encodings: i, codecOptions: a, codec: s, onRtpSender: c }) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("send() [kind:%s, track.id:%s, streamId:%s]", n.kind, n.id, r), i && i.length > 1 && i.forEach((e, t) => {
				e.rid = `r${t}`;
			});
			let u = this._pc.addTransceiver(n, {
				direction: "sendonly",
				streams: [this._sendStream],
				sendEncodings: i
			});
			c && c(u.sender);
			let f = await this._pc.createOffer(), m = t.parse(f.sdp);
			m.extmapAllowMixed && this._remoteSdp.setSessionExtmapAllowMixed();
			let g = e.getLocalRtpCapabilities(m), _ = this._getSendExtendedRtpCapabilities(g), v = o.getSendingRtpParameters(n.kind, _);
			v.codecs = o.reduceCodecs(v.codecs, s);
			let y = o.getSendingRemoteRtpParameters(n.kind, _);
			y.codecs = o.reduceCodecs(y.codecs, s), this._transportReady || await this.setupTransport({
				localDtlsRole: "client",
				localSdpObject: m
			});
			let b = (0, l.parse)((i ?? [{}])[0].scalabilityMode);
			h.debug("send() | calling pc.setLocalDescription() [offer:%o]", f), await this._pc.setLocalDescription(f);
			let x = u.mid;
			v.mid = x, m = t.parse(this._pc.localDescription.sdp);
			let S = m.media[m.media.length - 1];
			if (v.rtcp.cname = d.getCname({ offerMediaObject: S }), v.msid = `${r ?? this._sendStream.id} ${n.id}`, !i) v.encodings = p.getRtpEncodings({
				offerMediaObject: S,
				codecs: v.codecs
			});
			else if (i.length === 1) {
				let e = p.getRtpEncodings({
					offerMediaObject: S,
					codecs: v.codecs
				});
				Object.assign(e[0], i[0]), v.encodings = e;
			} else v.encodings = i;
			if (v.encodings.length > 1 && (v.codecs[0].mimeType.toLowerCase() === "video/vp8" || v.codecs[0].mimeType.toLowerCase() === "video/h264")) for (let e of v.encodings) e.scalabilityMode = e.scalabilityMode ? `L1T${b.temporalLayers}` : "L1T3";
			this._remoteSdp.send({
				offerMediaObject: S,
				offerRtpParameters: v,
				answerRtpParameters: y,
				codecOptions: a
			});
			let C = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			return h.debug("send() | calling pc.setRemoteDescription() [answer:%o]", C), await this._pc.setRemoteDescription(C), this._mapMidTransceiver.set(x, u), {
				localId: x,
				rtpParameters: v,
				rtpSender: u.sender
			};
		}
		async stopSending(e) {
			if (this.assertSendDirection(), h.debug("stopSending() [localId:%s]", e), this._closed) return;
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated transceiver not found");
			t.sender.replaceTrack(null), this._pc.removeTrack(t.sender), this._remoteSdp.disableMediaSection(t.mid);
			let n = await this._pc.createOffer();
			h.debug("stopSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r), this._mapMidTransceiver.delete(e);
		}
		async pauseSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("pauseSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "inactive", this._remoteSdp.pauseMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("pauseSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async resumeSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("resumeSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "sendonly", this._remoteSdp.resumeSendingMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("resumeSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async replaceTrack(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), t ? h.debug("replaceTrack() [localId:%s, track.id:%s]", e, t.id) : h.debug("replaceTrack() [localId:%s, no track]", e);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			await n.sender.replaceTrack(t);
		}
		async setMaxSpatialLayer(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setMaxSpatialLayer() [localId:%s, spatialLayer:%s]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated transceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				e.active = n <= t;
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setMaxSpatialLayer() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setMaxSpatialLayer() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async setRtpEncodingParameters(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setRtpEncodingParameters() [localId:%s, params:%o]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				r.encodings[n] = {
					...e,
					...t
				};
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setRtpEncodingParameters() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setRtpEncodingParameters() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async getSenderStats(e) {
			this.assertNotClosed(), this.assertSendDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.sender.getStats();
		}
		async sendDataChannel({ ordered: e, maxPacketLifeTime: n, maxRetransmits: r, label: i, protocol: a }) {
			this.assertNotClosed(), this.assertSendDirection();
			let o = {
				negotiated: !0,
				id: this._nextSendSctpStreamId,
				ordered: e,
				maxPacketLifeTime: n,
				maxRetransmits: r,
				protocol: a
			};
			h.debug("sendDataChannel() [options:%o]", o);
			let s = this._pc.createDataChannel(i, o);
			if (this._nextSendSctpStreamId = ++this._nextSendSctpStreamId % _.MIS, !this._hasDataChannelMediaSection) {
				let e = await this._pc.createOffer(), n = t.parse(e.sdp), r = n.media.find((e) => e.type === "application");
				this._transportReady || await this.setupTransport({
					localDtlsRole: "client",
					localSdpObject: n
				}), h.debug("sendDataChannel() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e), this._remoteSdp.sendSctpAssociation({ offerMediaObject: r });
				let i = {
					type: "answer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("sendDataChannel() | calling pc.setRemoteDescription() [answer:%o]", i), await this._pc.setRemoteDescription(i), this._hasDataChannelMediaSection = !0;
			}
			return {
				dataChannel: s,
				sctpStreamParameters: {
					streamId: o.id,
					ordered: o.ordered,
					maxPacketLifeTime: o.maxPacketLifeTime,
					maxRetransmits: o.maxRetransmits
				}
			};
		}
		async receive(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let n = [], r = /* @__PURE__ */ new Map();
			for (let t of e) {
				let { trackId: e, kind: n, rtpParameters: i, streamId: a } = t;
				h.debug("receive() [trackId:%s, kind:%s]", e, n);
				let o = i.mid ?? String(this._mapMidTransceiver.size);
				r.set(e, o);
				let { msidStreamId: s } = m.getMsidStreamIdAndTrackId(i.msid);
				this._remoteSdp.receive({
					mid: o,
					kind: n,
					offerRtpParameters: i,
					streamId: a ?? s ?? i.rtcp?.cname ?? "-",
					trackId: e
				});
			}
			let i = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("receive() | calling pc.setRemoteDescription() [offer:%o]", i), await this._pc.setRemoteDescription(i);
			for (let t of e) {
				let { trackId: e, onRtpReceiver: n } = t;
				if (n) {
					let t = r.get(e), i = this._pc.getTransceivers().find((e) => e.mid === t);
					if (!i) throw Error("transceiver not found");
					n(i.receiver);
				}
			}
			let a = await this._pc.createAnswer(), o = t.parse(a.sdp);
			for (let n of e) {
				let { trackId: e, rtpParameters: i } = n, s = r.get(e), c = o.media.find((e) => String(e.mid) === s);
				d.applyCodecParameters({
					offerRtpParameters: i,
					answerMediaObject: c
				}), a = {
					type: "answer",
					sdp: t.write(o)
				};
			}
			this._transportReady || await this.setupTransport({
				localDtlsRole: "client",
				localSdpObject: o
			}), h.debug("receive() | calling pc.setLocalDescription() [answer:%o]", a), await this._pc.setLocalDescription(a);
			for (let t of e) {
				let { trackId: e } = t, i = r.get(e), a = this._pc.getTransceivers().find((e) => e.mid === i);
				if (!a) throw Error("new RTCRtpTransceiver not found");
				this._mapMidTransceiver.set(i, a), n.push({
					localId: i,
					track: a.receiver.track,
					rtpReceiver: a.receiver
				});
			}
			return n;
		}
		async stopReceiving(e) {
			if (this.assertRecvDirection(), this._closed) return;
			for (let t of e) {
				h.debug("stopReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				this._remoteSdp.closeMediaSection(e.mid);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("stopReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
			for (let t of e) this._mapMidTransceiver.delete(t);
		}
		async pauseReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("pauseReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "inactive", this._remoteSdp.pauseMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("pauseReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async resumeReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("resumeReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "recvonly", this._remoteSdp.resumeReceivingMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("resumeReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async getReceiverStats(e) {
			this.assertRecvDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.receiver.getStats();
		}
		async receiveDataChannel({ sctpStreamParameters: e, label: n, protocol: r }) {
			this.assertNotClosed(), this.assertRecvDirection();
			let { streamId: i, ordered: a, maxPacketLifeTime: o, maxRetransmits: s } = e, c = {
				negotiated: !0,
				id: i,
				ordered: a,
				maxPacketLifeTime: o,
				maxRetransmits: s,
				protocol: r
			};
			h.debug("receiveDataChannel() [options:%o]", c);
			let l = this._pc.createDataChannel(n, c);
			if (!this._hasDataChannelMediaSection) {
				this._remoteSdp.receiveSctpAssociation();
				let e = {
					type: "offer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
				let n = await this._pc.createAnswer();
				if (!this._transportReady) {
					let e = t.parse(n.sdp);
					await this.setupTransport({
						localDtlsRole: "client",
						localSdpObject: e
					});
				}
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [answer:%o]", n), await this._pc.setLocalDescription(n), this._hasDataChannelMediaSection = !0;
			}
			return { dataChannel: l };
		}
		async setupTransport({ localDtlsRole: e, localSdpObject: n }) {
			n ||= t.parse(this._pc.localDescription.sdp);
			let r = d.extractDtlsParameters({ sdpObject: n });
			r.role = e, this._remoteSdp.updateDtlsRole(e === "client" ? "server" : "client"), await new Promise((e, t) => {
				this.safeEmit("@connect", { dtlsParameters: r }, e, t);
			}), this._transportReady = !0;
		}
		onIceGatheringStateChange = () => {
			this.emit("@icegatheringstatechange", this._pc.iceGatheringState);
		};
		onIceCandidateError = (e) => {
			this.emit("@icecandidateerror", e);
		};
		onConnectionStateChange = () => {
			this.emit("@connectionstatechange", this._pc.connectionState);
		};
		onIceConnectionStateChange = () => {
			switch (this._pc.iceConnectionState) {
				case "checking":
					this.emit("@connectionstatechange", "connecting");
					break;
				case "connected":
				case "completed":
					this.emit("@connectionstatechange", "connected");
					break;
				case "failed":
					this.emit("@connectionstatechange", "failed");
					break;
				case "disconnected":
					this.emit("@connectionstatechange", "disconnected");
					break;
				case "closed": this.emit("@connectionstatechange", "closed");
			}
		};
		assertNotClosed() {
			if (this._closed) throw new i.InvalidStateError("method called in a closed handler");
		}
		assertSendDirection() {
			if (this._direction !== "send") throw Error("method can just be called for handlers with \"send\" direction");
		}
		assertRecvDirection() {
			if (this._direction !== "recv") throw Error("method can just be called for handlers with \"recv\" direction");
		}
	};
})), F = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Safari12 = void 0;
	var t = T(), n = s(), r = a(), i = f(), o = c(), l = E(), u = O(), d = k(), p = A(), m = j(), h = new r.Logger("Safari12"), g = "Safari12", _ = {
		OS: 1024,
		MIS: 1024
	};
	e.Safari12 = class e extends n.EnhancedEventEmitter {
		_closed = !1;
		_direction;
		_remoteSdp;
		_getSendExtendedRtpCapabilities;
		_forcedLocalDtlsRole;
		_pc;
		_mapMidTransceiver = /* @__PURE__ */ new Map();
		_sendStream = new MediaStream();
		_hasDataChannelMediaSection = !1;
		_nextSendSctpStreamId = 0;
		_transportReady = !1;
		static createFactory() {
			return {
				name: g,
				factory: (t) => new e(t),
				getNativeRtpCapabilities: async ({ direction: n }) => {
					h.debug("getNativeRtpCapabilities() [direction:%o]", n);
					let r = new RTCPeerConnection({
						iceServers: [],
						iceTransportPolicy: "all",
						bundlePolicy: "max-bundle",
						rtcpMuxPolicy: "require"
					});
					try {
						r.addTransceiver("audio", { direction: n }), r.addTransceiver("video", { direction: n });
						let i = await r.createOffer();
						try {
							r.close();
						} catch {}
						r = void 0;
						let a = t.parse(i.sdp);
						return e.getLocalRtpCapabilities(a);
					} catch (e) {
						try {
							r?.close();
						} catch {}
						throw r = void 0, e;
					}
				},
				getNativeSctpCapabilities: async () => (h.debug("getNativeSctpCapabilities()"), { numStreams: _ })
			};
		}
		static getLocalRtpCapabilities(e, t = []) {
			let n = d.extractRtpCapabilities({ sdpObject: e });
			i.validateAndNormalizeRtpCapabilities(n), m.addNackSupportForOpus(n);
			for (let e of t) m.addHeaderExtensionSupport(n, e);
			return n;
		}
		constructor({ direction: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, getSendExtendedRtpCapabilities: c }) {
			super(), h.debug("constructor()"), this._direction = e, this._remoteSdp = new u.RemoteSdp({
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i
			}), this._getSendExtendedRtpCapabilities = c, r.role && r.role !== "auto" && (this._forcedLocalDtlsRole = r.role === "server" ? "client" : "server"), this._pc = new RTCPeerConnection({
				iceServers: a ?? [],
				iceTransportPolicy: o ?? "all",
				bundlePolicy: "max-bundle",
				rtcpMuxPolicy: "require",
				...s
			}), this._pc.addEventListener("icegatheringstatechange", () => {
				this.emit("@icegatheringstatechange", this._pc.iceGatheringState);
			}), this._pc.addEventListener("icecandidateerror", (e) => {
				this.emit("@icecandidateerror", e);
			}), this._pc.addEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.addEventListener("icecandidateerror", this.onIceCandidateError), this._pc.connectionState ? this._pc.addEventListener("connectionstatechange", this.onConnectionStateChange) : (h.warn("run() | pc.connectionState not supported, using pc.iceConnectionState"), this._pc.addEventListener("iceconnectionstatechange", this.onIceConnectionStateChange));
		}
		get name() {
			return g;
		}
		close() {
			if (h.debug("close()"), !this._closed) {
				this._closed = !0;
				try {
					this._pc.close();
				} catch {}
				this._pc.removeEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.removeEventListener("icecandidateerror", this.onIceCandidateError), this._pc.removeEventListener("connectionstatechange", this.onConnectionStateChange), this._pc.removeEventListener("iceconnectionstatechange", this.onIceConnectionStateChange), this.emit("@close"), super.close();
			}
		}
		async updateIceServers(e) {
			this.assertNotClosed(), h.debug("updateIceServers()");
			let t = this._pc.getConfiguration();
			t.iceServers = e, this._pc.setConfiguration(t);
		}
		async restartIce(e) {
			if (this.assertNotClosed(), h.debug("restartIce()"), this._remoteSdp.updateIceParameters(e), this._transportReady) {
				if (this._direction === "send") {
					let e = await this._pc.createOffer({ iceRestart: !0 });
					h.debug("restartIce() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e);
					let t = {
						type: "answer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [answer:%o]", t), await this._pc.setRemoteDescription(t);
				} else {
					let e = {
						type: "offer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
					let t = await this._pc.createAnswer();
					h.debug("restartIce() | calling pc.setLocalDescription() [answer:%o]", t), await this._pc.setLocalDescription(t);
				}
			}
		}
		async getTransportStats() {
			return this.assertNotClosed(), this._pc.getStats();
		}
		async send({ track: n, streamId: r, encodings: a, codecOptions: o, headerExtensionOptions: s, codec: c, onRtpSender: u }) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("send() [kind:%s, track.id:%s, streamId:%s]", n.kind, n.id, r);
			let f = this._remoteSdp.getNextMediaSectionIdx(), m = this._pc.addTransceiver(n, {
				direction: "sendonly",
				streams: [this._sendStream]
			});
			u && u(m.sender);
			let g = await this._pc.createOffer(), _ = t.parse(g.sdp);
			_.extmapAllowMixed && this._remoteSdp.setSessionExtmapAllowMixed();
			let v = [];
			v.push({
				uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				kind: n.kind,
				direction: "sendonly"
			});
			let y = e.getLocalRtpCapabilities(_, v), b = this._getSendExtendedRtpCapabilities(y), x = i.getSendingRtpParameters(n.kind, b);
			x.codecs = i.reduceCodecs(x.codecs, c);
			let S = i.getSendingRemoteRtpParameters(n.kind, b);
			S.codecs = i.reduceCodecs(S.codecs, c);
			let C;
			this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: _
			});
			let w = (0, l.parse)((a ?? [{}])[0].scalabilityMode);
			a && a.length > 1 && (h.debug("send() | enabling legacy simulcast"), _ = t.parse(g.sdp), C = _.media[f.idx], p.addLegacySimulcast({
				offerMediaObject: C,
				numStreams: a.length
			}), g = {
				type: "offer",
				sdp: t.write(_)
			}), s?.absCaptureTime && (C = _.media[f.idx], d.addHeaderExtension({
				offerMediaObject: C,
				headerExtensionUri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				headerExtensionId: S.headerExtensions.find((e) => e.uri === "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time").id
			}), g = {
				type: "offer",
				sdp: t.write(_)
			}), h.debug("send() | calling pc.setLocalDescription() [offer:%o]", g), await this._pc.setLocalDescription(g);
			let T = m.mid;
			if (x.mid = T, _ = t.parse(this._pc.localDescription.sdp), C = _.media[f.idx], x.rtcp.cname = d.getCname({ offerMediaObject: C }), x.msid = `${r ?? this._sendStream.id} ${n.id}`, x.encodings = p.getRtpEncodings({
				offerMediaObject: C,
				codecs: x.codecs
			}), a) for (let e = 0; e < x.encodings.length; ++e) a[e] && Object.assign(x.encodings[e], a[e]);
			if (x.encodings.length > 1 && (x.codecs[0].mimeType.toLowerCase() === "video/vp8" || x.codecs[0].mimeType.toLowerCase() === "video/h264")) for (let e of x.encodings) e.scalabilityMode = e.scalabilityMode ? `L1T${w.temporalLayers}` : "L1T3";
			this._remoteSdp.send({
				offerMediaObject: C,
				reuseMid: f.reuseMid,
				offerRtpParameters: x,
				answerRtpParameters: S,
				codecOptions: o
			});
			let E = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			return h.debug("send() | calling pc.setRemoteDescription() [answer:%o]", E), await this._pc.setRemoteDescription(E), this._mapMidTransceiver.set(T, m), {
				localId: T,
				rtpParameters: x,
				rtpSender: m.sender
			};
		}
		async stopSending(e) {
			if (this.assertSendDirection(), this._closed) return;
			h.debug("stopSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			if (t.sender.replaceTrack(null), this._pc.removeTrack(t.sender), this._remoteSdp.closeMediaSection(t.mid)) try {
				t.stop();
			} catch {}
			let n = await this._pc.createOffer();
			h.debug("stopSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r), this._mapMidTransceiver.delete(e);
		}
		async pauseSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("pauseSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "inactive", this._remoteSdp.pauseMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("pauseSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async resumeSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("resumeSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "sendonly", this._remoteSdp.resumeSendingMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("resumeSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async replaceTrack(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), t ? h.debug("replaceTrack() [localId:%s, track.id:%s]", e, t.id) : h.debug("replaceTrack() [localId:%s, no track]", e);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			await n.sender.replaceTrack(t);
		}
		async setMaxSpatialLayer(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setMaxSpatialLayer() [localId:%s, spatialLayer:%s]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				e.active = n <= t;
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setMaxSpatialLayer() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setMaxSpatialLayer() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async setRtpEncodingParameters(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setRtpEncodingParameters() [localId:%s, params:%o]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				r.encodings[n] = {
					...e,
					...t
				};
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setRtpEncodingParameters() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setRtpEncodingParameters() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async getSenderStats(e) {
			this.assertNotClosed(), this.assertSendDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.sender.getStats();
		}
		async sendDataChannel({ ordered: e, maxPacketLifeTime: n, maxRetransmits: r, label: i, protocol: a }) {
			this.assertNotClosed(), this.assertSendDirection();
			let o = {
				negotiated: !0,
				id: this._nextSendSctpStreamId,
				ordered: e,
				maxPacketLifeTime: n,
				maxRetransmits: r,
				protocol: a
			};
			h.debug("sendDataChannel() [options:%o]", o);
			let s = this._pc.createDataChannel(i, o);
			if (this._nextSendSctpStreamId = ++this._nextSendSctpStreamId % _.MIS, !this._hasDataChannelMediaSection) {
				let e = await this._pc.createOffer(), n = t.parse(e.sdp), r = n.media.find((e) => e.type === "application");
				this._transportReady || await this.setupTransport({
					localDtlsRole: this._forcedLocalDtlsRole ?? "client",
					localSdpObject: n
				}), h.debug("sendDataChannel() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e), this._remoteSdp.sendSctpAssociation({ offerMediaObject: r });
				let i = {
					type: "answer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("sendDataChannel() | calling pc.setRemoteDescription() [answer:%o]", i), await this._pc.setRemoteDescription(i), this._hasDataChannelMediaSection = !0;
			}
			return {
				dataChannel: s,
				sctpStreamParameters: {
					streamId: o.id,
					ordered: o.ordered,
					maxPacketLifeTime: o.maxPacketLifeTime,
					maxRetransmits: o.maxRetransmits
				}
			};
		}
		async receive(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let n = [], r = /* @__PURE__ */ new Map();
			for (let t of e) {
				let { trackId: e, kind: n, rtpParameters: i, streamId: a } = t;
				h.debug("receive() [trackId:%s, kind:%s]", e, n);
				let o = i.mid ?? String(this._mapMidTransceiver.size);
				r.set(e, o);
				let { msidStreamId: s } = m.getMsidStreamIdAndTrackId(i.msid);
				this._remoteSdp.receive({
					mid: o,
					kind: n,
					offerRtpParameters: i,
					streamId: a ?? s ?? i.rtcp?.cname ?? "-",
					trackId: e
				});
			}
			let i = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("receive() | calling pc.setRemoteDescription() [offer:%o]", i), await this._pc.setRemoteDescription(i);
			for (let t of e) {
				let { trackId: e, onRtpReceiver: n } = t;
				if (n) {
					let t = r.get(e), i = this._pc.getTransceivers().find((e) => e.mid === t);
					if (!i) throw Error("transceiver not found");
					n(i.receiver);
				}
			}
			let a = await this._pc.createAnswer(), o = t.parse(a.sdp);
			for (let t of e) {
				let { trackId: e, rtpParameters: n } = t, i = r.get(e), a = o.media.find((e) => String(e.mid) === i);
				d.applyCodecParameters({
					offerRtpParameters: n,
					answerMediaObject: a
				});
			}
			a = {
				type: "answer",
				sdp: t.write(o)
			}, this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: o
			}), h.debug("receive() | calling pc.setLocalDescription() [answer:%o]", a), await this._pc.setLocalDescription(a);
			for (let t of e) {
				let { trackId: e } = t, i = r.get(e), a = this._pc.getTransceivers().find((e) => e.mid === i);
				if (!a) throw Error("new RTCRtpTransceiver not found");
				this._mapMidTransceiver.set(i, a), n.push({
					localId: i,
					track: a.receiver.track,
					rtpReceiver: a.receiver
				});
			}
			return n;
		}
		async stopReceiving(e) {
			if (this.assertRecvDirection(), this._closed) return;
			for (let t of e) {
				h.debug("stopReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				this._remoteSdp.closeMediaSection(e.mid);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("stopReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
			for (let t of e) this._mapMidTransceiver.delete(t);
		}
		async pauseReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("pauseReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "inactive", this._remoteSdp.pauseMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("pauseReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async resumeReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("resumeReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "recvonly", this._remoteSdp.resumeReceivingMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("resumeReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async getReceiverStats(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.receiver.getStats();
		}
		async receiveDataChannel({ sctpStreamParameters: e, label: n, protocol: r }) {
			this.assertNotClosed(), this.assertRecvDirection();
			let { streamId: i, ordered: a, maxPacketLifeTime: o, maxRetransmits: s } = e, c = {
				negotiated: !0,
				id: i,
				ordered: a,
				maxPacketLifeTime: o,
				maxRetransmits: s,
				protocol: r
			};
			h.debug("receiveDataChannel() [options:%o]", c);
			let l = this._pc.createDataChannel(n, c);
			if (!this._hasDataChannelMediaSection) {
				this._remoteSdp.receiveSctpAssociation();
				let e = {
					type: "offer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
				let n = await this._pc.createAnswer();
				if (!this._transportReady) {
					let e = t.parse(n.sdp);
					await this.setupTransport({
						localDtlsRole: this._forcedLocalDtlsRole ?? "client",
						localSdpObject: e
					});
				}
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [answer:%o]", n), await this._pc.setLocalDescription(n), this._hasDataChannelMediaSection = !0;
			}
			return { dataChannel: l };
		}
		async setupTransport({ localDtlsRole: e, localSdpObject: n }) {
			n ||= t.parse(this._pc.localDescription.sdp);
			let r = d.extractDtlsParameters({ sdpObject: n });
			r.role = e, this._remoteSdp.updateDtlsRole(e === "client" ? "server" : "client"), await new Promise((e, t) => {
				this.safeEmit("@connect", { dtlsParameters: r }, e, t);
			}), this._transportReady = !0;
		}
		onIceGatheringStateChange = () => {
			this.emit("@icegatheringstatechange", this._pc.iceGatheringState);
		};
		onIceCandidateError = (e) => {
			this.emit("@icecandidateerror", e);
		};
		onConnectionStateChange = () => {
			this.emit("@connectionstatechange", this._pc.connectionState);
		};
		onIceConnectionStateChange = () => {
			switch (this._pc.iceConnectionState) {
				case "checking":
					this.emit("@connectionstatechange", "connecting");
					break;
				case "connected":
				case "completed":
					this.emit("@connectionstatechange", "connected");
					break;
				case "failed":
					this.emit("@connectionstatechange", "failed");
					break;
				case "disconnected":
					this.emit("@connectionstatechange", "disconnected");
					break;
				case "closed": this.emit("@connectionstatechange", "closed");
			}
		};
		assertNotClosed() {
			if (this._closed) throw new o.InvalidStateError("method called in a closed handler");
		}
		assertSendDirection() {
			if (this._direction !== "send") throw Error("method can just be called for handlers with \"send\" direction");
		}
		assertRecvDirection() {
			if (this._direction !== "recv") throw Error("method can just be called for handlers with \"recv\" direction");
		}
	};
})), I = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.ReactNative106 = void 0;
	var t = T(), n = s(), r = a(), i = f(), o = c(), l = E(), u = O(), d = k(), p = A(), m = j(), h = new r.Logger("ReactNative106"), g = "ReactNative106", _ = {
		OS: 1024,
		MIS: 1024
	};
	e.ReactNative106 = class e extends n.EnhancedEventEmitter {
		_closed = !1;
		_direction;
		_remoteSdp;
		_getSendExtendedRtpCapabilities;
		_forcedLocalDtlsRole;
		_pc;
		_mapMidTransceiver = /* @__PURE__ */ new Map();
		_sendStream = new MediaStream();
		_hasDataChannelMediaSection = !1;
		_nextSendSctpStreamId = 0;
		_transportReady = !1;
		static createFactory() {
			return {
				name: g,
				factory: (t) => new e(t),
				getNativeRtpCapabilities: async ({ direction: n }) => {
					h.debug("getNativeRtpCapabilities() [direction:%o]", n);
					let r = new RTCPeerConnection({
						iceServers: [],
						iceTransportPolicy: "all",
						bundlePolicy: "max-bundle",
						rtcpMuxPolicy: "require"
					});
					try {
						r.addTransceiver("audio", { direction: n }), r.addTransceiver("video", { direction: n });
						let i = await r.createOffer();
						try {
							r.close();
						} catch {}
						r = void 0;
						let a = t.parse(i.sdp);
						return e.getLocalRtpCapabilities(a);
					} catch (e) {
						try {
							r?.close();
						} catch {}
						throw r = void 0, e;
					}
				},
				getNativeSctpCapabilities: async () => (h.debug("getNativeSctpCapabilities()"), { numStreams: _ })
			};
		}
		static getLocalRtpCapabilities(e, t = []) {
			let n = d.extractRtpCapabilities({ sdpObject: e });
			i.validateAndNormalizeRtpCapabilities(n), m.addNackSupportForOpus(n);
			for (let e of t) m.addHeaderExtensionSupport(n, e);
			return n;
		}
		constructor({ direction: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, getSendExtendedRtpCapabilities: c }) {
			super(), h.debug("constructor()"), this._direction = e, this._remoteSdp = new u.RemoteSdp({
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i
			}), this._getSendExtendedRtpCapabilities = c, r.role && r.role !== "auto" && (this._forcedLocalDtlsRole = r.role === "server" ? "client" : "server"), this._pc = new RTCPeerConnection({
				iceServers: a ?? [],
				iceTransportPolicy: o ?? "all",
				bundlePolicy: "max-bundle",
				rtcpMuxPolicy: "require",
				...s
			}), this._pc.addEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.addEventListener("icecandidateerror", this.onIceCandidateError), this._pc.connectionState ? this._pc.addEventListener("connectionstatechange", this.onConnectionStateChange) : (h.warn("run() | pc.connectionState not supported, using pc.iceConnectionState"), this._pc.addEventListener("iceconnectionstatechange", this.onIceConnectionStateChange));
		}
		get name() {
			return g;
		}
		close() {
			if (h.debug("close()"), !this._closed) {
				this._closed = !0, this._sendStream.release(!1);
				try {
					this._pc.close();
				} catch {}
				this._pc.removeEventListener("icegatheringstatechange", this.onIceGatheringStateChange), this._pc.removeEventListener("icecandidateerror", this.onIceCandidateError), this._pc.removeEventListener("connectionstatechange", this.onConnectionStateChange), this._pc.removeEventListener("iceconnectionstatechange", this.onIceConnectionStateChange), this.emit("@close"), super.close();
			}
		}
		async updateIceServers(e) {
			this.assertNotClosed(), h.debug("updateIceServers()");
			let t = this._pc.getConfiguration();
			t.iceServers = e, this._pc.setConfiguration(t);
		}
		async restartIce(e) {
			if (this.assertNotClosed(), h.debug("restartIce()"), this._remoteSdp.updateIceParameters(e), this._transportReady) {
				if (this._direction === "send") {
					let e = await this._pc.createOffer({ iceRestart: !0 });
					h.debug("restartIce() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e);
					let t = {
						type: "answer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [answer:%o]", t), await this._pc.setRemoteDescription(t);
				} else {
					let e = {
						type: "offer",
						sdp: this._remoteSdp.getSdp()
					};
					h.debug("restartIce() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
					let t = await this._pc.createAnswer();
					h.debug("restartIce() | calling pc.setLocalDescription() [answer:%o]", t), await this._pc.setLocalDescription(t);
				}
			}
		}
		async getTransportStats() {
			return this.assertNotClosed(), this._pc.getStats();
		}
		async send({ track: n, streamId: r, encodings: a, codecOptions: o, headerExtensionOptions: s, codec: c, onRtpSender: u }) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("send() [kind:%s, track.id:%s, streamId:%s]", n.kind, n.id, r), a && a.length > 1 && a.forEach((e, t) => {
				e.rid = `r${t}`;
			});
			let f = this._remoteSdp.getNextMediaSectionIdx(), m = this._pc.addTransceiver(n, {
				direction: "sendonly",
				streams: [this._sendStream],
				sendEncodings: a
			});
			u && u(m.sender);
			let g = await this._pc.createOffer(), _ = t.parse(g.sdp);
			_.extmapAllowMixed && this._remoteSdp.setSessionExtmapAllowMixed();
			let v = [];
			v.push({
				uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				kind: n.kind,
				direction: "sendonly"
			});
			let y = e.getLocalRtpCapabilities(_, v), b = this._getSendExtendedRtpCapabilities(y), x = i.getSendingRtpParameters(n.kind, b);
			x.codecs = i.reduceCodecs(x.codecs, c);
			let S = i.getSendingRemoteRtpParameters(n.kind, b);
			S.codecs = i.reduceCodecs(S.codecs, c), this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: _
			});
			let C = !1, w = (0, l.parse)((a ?? [{}])[0].scalabilityMode), T;
			a?.length === 1 && w.spatialLayers > 1 && x.codecs[0].mimeType.toLowerCase() === "video/vp9" && (h.debug("send() | enabling legacy simulcast for VP9 SVC"), C = !0, _ = t.parse(g.sdp), T = _.media[f.idx], p.addLegacySimulcast({
				offerMediaObject: T,
				numStreams: w.spatialLayers
			}), g = {
				type: "offer",
				sdp: t.write(_)
			}), s?.absCaptureTime && (T = _.media[f.idx], d.addHeaderExtension({
				offerMediaObject: T,
				headerExtensionUri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
				headerExtensionId: S.headerExtensions.find((e) => e.uri === "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time").id
			}), g = {
				type: "offer",
				sdp: t.write(_)
			}), h.debug("send() | calling pc.setLocalDescription() [offer:%o]", g), await this._pc.setLocalDescription(g);
			let E = m.mid ?? void 0;
			if (E || h.warn("send() | missing transceiver.mid (bug in react-native-webrtc, using a workaround"), x.mid = E, _ = t.parse(this._pc.localDescription.sdp), T = _.media[f.idx], x.rtcp.cname = d.getCname({ offerMediaObject: T }), x.msid = `${r ?? this._sendStream.id} ${n.id}`, !a) x.encodings = p.getRtpEncodings({
				offerMediaObject: T,
				codecs: x.codecs
			});
			else if (a.length === 1) {
				let e = p.getRtpEncodings({
					offerMediaObject: T,
					codecs: x.codecs
				});
				Object.assign(e[0], a[0]), C && (e = [e[0]]), x.encodings = e;
			} else x.encodings = a;
			if (x.encodings.length > 1 && (x.codecs[0].mimeType.toLowerCase() === "video/vp8" || x.codecs[0].mimeType.toLowerCase() === "video/h264")) for (let e of x.encodings) e.scalabilityMode = e.scalabilityMode ? `L1T${w.temporalLayers}` : "L1T3";
			this._remoteSdp.send({
				offerMediaObject: T,
				reuseMid: f.reuseMid,
				offerRtpParameters: x,
				answerRtpParameters: S,
				codecOptions: o
			});
			let D = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			return h.debug("send() | calling pc.setRemoteDescription() [answer:%o]", D), await this._pc.setRemoteDescription(D), E || (E = m.mid, x.mid = E), this._mapMidTransceiver.set(E, m), {
				localId: E,
				rtpParameters: x,
				rtpSender: m.sender
			};
		}
		async stopSending(e) {
			if (this.assertSendDirection(), this._closed) return;
			h.debug("stopSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			if (t.sender.replaceTrack(null), this._pc.removeTrack(t.sender), this._remoteSdp.closeMediaSection(t.mid)) try {
				t.stop();
			} catch {}
			let n = await this._pc.createOffer();
			h.debug("stopSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r), this._mapMidTransceiver.delete(e);
		}
		async pauseSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("pauseSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "inactive", this._remoteSdp.pauseMediaSection(e);
			let n = await this._pc.createOffer();
			h.debug("pauseSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async resumeSending(e) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("resumeSending() [localId:%s]", e);
			let t = this._mapMidTransceiver.get(e);
			if (this._remoteSdp.resumeSendingMediaSection(e), !t) throw Error("associated RTCRtpTransceiver not found");
			t.direction = "sendonly";
			let n = await this._pc.createOffer();
			h.debug("resumeSending() | calling pc.setLocalDescription() [offer:%o]", n), await this._pc.setLocalDescription(n);
			let r = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeSending() | calling pc.setRemoteDescription() [answer:%o]", r), await this._pc.setRemoteDescription(r);
		}
		async replaceTrack(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), t ? h.debug("replaceTrack() [localId:%s, track.id:%s]", e, t.id) : h.debug("replaceTrack() [localId:%s, no track]", e);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			await n.sender.replaceTrack(t);
		}
		async setMaxSpatialLayer(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setMaxSpatialLayer() [localId:%s, spatialLayer:%s]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				e.active = n <= t;
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setMaxSpatialLayer() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setMaxSpatialLayer() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async setRtpEncodingParameters(e, t) {
			this.assertNotClosed(), this.assertSendDirection(), h.debug("setRtpEncodingParameters() [localId:%s, params:%o]", e, t);
			let n = this._mapMidTransceiver.get(e);
			if (!n) throw Error("associated RTCRtpTransceiver not found");
			let r = n.sender.getParameters();
			r.encodings.forEach((e, n) => {
				r.encodings[n] = {
					...e,
					...t
				};
			}), await n.sender.setParameters(r), this._remoteSdp.muxMediaSectionSimulcast(e, r.encodings);
			let i = await this._pc.createOffer();
			h.debug("setRtpEncodingParameters() | calling pc.setLocalDescription() [offer:%o]", i), await this._pc.setLocalDescription(i);
			let a = {
				type: "answer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("setRtpEncodingParameters() | calling pc.setRemoteDescription() [answer:%o]", a), await this._pc.setRemoteDescription(a);
		}
		async getSenderStats(e) {
			this.assertNotClosed(), this.assertSendDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.sender.getStats();
		}
		async sendDataChannel({ ordered: e, maxPacketLifeTime: n, maxRetransmits: r, label: i, protocol: a }) {
			this.assertNotClosed(), this.assertSendDirection();
			let o = {
				negotiated: !0,
				id: this._nextSendSctpStreamId,
				ordered: e,
				maxPacketLifeTime: n,
				maxRetransmits: r,
				protocol: a
			};
			h.debug("sendDataChannel() [options:%o]", o);
			let s = this._pc.createDataChannel(i, o);
			if (this._nextSendSctpStreamId = ++this._nextSendSctpStreamId % _.MIS, !this._hasDataChannelMediaSection) {
				let e = await this._pc.createOffer(), n = t.parse(e.sdp), r = n.media.find((e) => e.type === "application");
				this._transportReady || await this.setupTransport({
					localDtlsRole: this._forcedLocalDtlsRole ?? "client",
					localSdpObject: n
				}), h.debug("sendDataChannel() | calling pc.setLocalDescription() [offer:%o]", e), await this._pc.setLocalDescription(e), this._remoteSdp.sendSctpAssociation({ offerMediaObject: r });
				let i = {
					type: "answer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("sendDataChannel() | calling pc.setRemoteDescription() [answer:%o]", i), await this._pc.setRemoteDescription(i), this._hasDataChannelMediaSection = !0;
			}
			return {
				dataChannel: s,
				sctpStreamParameters: {
					streamId: o.id,
					ordered: o.ordered,
					maxPacketLifeTime: o.maxPacketLifeTime,
					maxRetransmits: o.maxRetransmits
				}
			};
		}
		async receive(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let n = [], r = /* @__PURE__ */ new Map();
			for (let t of e) {
				let { trackId: e, kind: n, rtpParameters: i, streamId: a } = t;
				h.debug("receive() [trackId:%s, kind:%s]", e, n);
				let o = i.mid ?? String(this._mapMidTransceiver.size);
				r.set(e, o);
				let { msidStreamId: s } = m.getMsidStreamIdAndTrackId(i.msid);
				this._remoteSdp.receive({
					mid: o,
					kind: n,
					offerRtpParameters: i,
					streamId: a ?? s ?? i.rtcp?.cname ?? "-",
					trackId: e
				});
			}
			let i = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("receive() | calling pc.setRemoteDescription() [offer:%o]", i), await this._pc.setRemoteDescription(i);
			for (let t of e) {
				let { trackId: e, onRtpReceiver: n } = t;
				if (n) {
					let t = r.get(e), i = this._pc.getTransceivers().find((e) => e.mid === t);
					if (!i) throw Error("transceiver not found");
					n(i.receiver);
				}
			}
			let a = await this._pc.createAnswer(), o = t.parse(a.sdp);
			for (let t of e) {
				let { trackId: e, rtpParameters: n } = t, i = r.get(e), a = o.media.find((e) => String(e.mid) === i);
				d.applyCodecParameters({
					offerRtpParameters: n,
					answerMediaObject: a
				});
			}
			a = {
				type: "answer",
				sdp: t.write(o)
			}, this._transportReady || await this.setupTransport({
				localDtlsRole: this._forcedLocalDtlsRole ?? "client",
				localSdpObject: o
			}), h.debug("receive() | calling pc.setLocalDescription() [answer:%o]", a), await this._pc.setLocalDescription(a);
			for (let t of e) {
				let { trackId: e } = t, i = r.get(e), a = this._pc.getTransceivers().find((e) => e.mid === i);
				if (a) this._mapMidTransceiver.set(i, a), n.push({
					localId: i,
					track: a.receiver.track,
					rtpReceiver: a.receiver
				});
				else throw Error("new RTCRtpTransceiver not found");
			}
			return n;
		}
		async stopReceiving(e) {
			if (this.assertRecvDirection(), this._closed) return;
			for (let t of e) {
				h.debug("stopReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				this._remoteSdp.closeMediaSection(e.mid);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("stopReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("stopReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
			for (let t of e) this._mapMidTransceiver.delete(t);
		}
		async pauseReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("pauseReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "inactive", this._remoteSdp.pauseMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("pauseReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("pauseReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async resumeReceiving(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			for (let t of e) {
				h.debug("resumeReceiving() [localId:%s]", t);
				let e = this._mapMidTransceiver.get(t);
				if (!e) throw Error("associated RTCRtpTransceiver not found");
				e.direction = "recvonly", this._remoteSdp.resumeReceivingMediaSection(t);
			}
			let t = {
				type: "offer",
				sdp: this._remoteSdp.getSdp()
			};
			h.debug("resumeReceiving() | calling pc.setRemoteDescription() [offer:%o]", t), await this._pc.setRemoteDescription(t);
			let n = await this._pc.createAnswer();
			h.debug("resumeReceiving() | calling pc.setLocalDescription() [answer:%o]", n), await this._pc.setLocalDescription(n);
		}
		async getReceiverStats(e) {
			this.assertNotClosed(), this.assertRecvDirection();
			let t = this._mapMidTransceiver.get(e);
			if (!t) throw Error("associated RTCRtpTransceiver not found");
			return t.receiver.getStats();
		}
		async receiveDataChannel({ sctpStreamParameters: e, label: n, protocol: r }) {
			this.assertNotClosed(), this.assertRecvDirection();
			let { streamId: i, ordered: a, maxPacketLifeTime: o, maxRetransmits: s } = e, c = {
				negotiated: !0,
				id: i,
				ordered: a,
				maxPacketLifeTime: o,
				maxRetransmits: s,
				protocol: r
			};
			h.debug("receiveDataChannel() [options:%o]", c);
			let l = this._pc.createDataChannel(n, c);
			if (!this._hasDataChannelMediaSection) {
				this._remoteSdp.receiveSctpAssociation();
				let e = {
					type: "offer",
					sdp: this._remoteSdp.getSdp()
				};
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [offer:%o]", e), await this._pc.setRemoteDescription(e);
				let n = await this._pc.createAnswer();
				if (!this._transportReady) {
					let e = t.parse(n.sdp);
					await this.setupTransport({
						localDtlsRole: this._forcedLocalDtlsRole ?? "client",
						localSdpObject: e
					});
				}
				h.debug("receiveDataChannel() | calling pc.setRemoteDescription() [answer:%o]", n), await this._pc.setLocalDescription(n), this._hasDataChannelMediaSection = !0;
			}
			return { dataChannel: l };
		}
		async setupTransport({ localDtlsRole: e, localSdpObject: n }) {
			n ||= t.parse(this._pc.localDescription.sdp);
			let r = d.extractDtlsParameters({ sdpObject: n });
			r.role = e, this._remoteSdp.updateDtlsRole(e === "client" ? "server" : "client"), await new Promise((e, t) => {
				this.safeEmit("@connect", { dtlsParameters: r }, e, t);
			}), this._transportReady = !0;
		}
		onIceGatheringStateChange = () => {
			this.emit("@icegatheringstatechange", this._pc.iceGatheringState);
		};
		onIceCandidateError = (e) => {
			this.emit("@icecandidateerror", e);
		};
		onConnectionStateChange = () => {
			this.emit("@connectionstatechange", this._pc.connectionState);
		};
		onIceConnectionStateChange = () => {
			switch (this._pc.iceConnectionState) {
				case "checking":
					this.emit("@connectionstatechange", "connecting");
					break;
				case "connected":
				case "completed":
					this.emit("@connectionstatechange", "connected");
					break;
				case "failed":
					this.emit("@connectionstatechange", "failed");
					break;
				case "disconnected":
					this.emit("@connectionstatechange", "disconnected");
					break;
				case "closed": this.emit("@connectionstatechange", "closed");
			}
		};
		assertNotClosed() {
			if (this._closed) throw new o.InvalidStateError("method called in a closed handler");
		}
		assertSendDirection() {
			if (this._direction !== "send") throw Error("method can just be called for handlers with \"send\" direction");
		}
		assertRecvDirection() {
			if (this._direction !== "recv") throw Error("method can just be called for handlers with \"recv\" direction");
		}
	};
})), L = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.Device = void 0, e.detectDevice = v, e.detectDeviceAsync = y;
	var t = a(), n = s(), r = c(), i = l(), o = f(), u = x(), d = M(), p = N(), m = P(), h = F(), g = I(), _ = new t.Logger("Device");
	function v(e, t) {
		return _.debug("detectDevice()"), !e && typeof navigator == "object" && (e = navigator.userAgent), !t && typeof navigator == "object" && (t = navigator.userAgentData), b(e, t);
	}
	async function y(e, t) {
		return _.debug("detectDeviceAsync()"), !e && typeof navigator == "object" && (e = navigator.userAgent), !t && typeof navigator == "object" && (t = navigator.userAgentData), b(e, t);
	}
	e.Device = class e {
		_handlerFactory;
		_handlerName;
		_loaded = !1;
		_getSendExtendedRtpCapabilities;
		_recvRtpCapabilities;
		_sendRtpCapabilities;
		_canProduceByKind = {
			audio: !1,
			video: !1
		};
		_sctpCapabilities;
		_observer = new n.EnhancedEventEmitter();
		static async factory({ handlerName: t, handlerFactory: n } = {}) {
			if (_.debug("factory()"), t && n) throw TypeError("just one of handlerName or handlerInterface can be given");
			if (!t && !n && (t = await y(), !t)) throw new r.UnsupportedError("device not supported");
			return new e({
				handlerName: t,
				handlerFactory: n
			});
		}
		constructor({ handlerName: e, handlerFactory: t } = {}) {
			if (_.debug("constructor()"), e && t) throw TypeError("just one of handlerName or handlerInterface can be given");
			if (t) this._handlerFactory = t;
			else {
				if (e) _.debug("constructor() | handler given: %s", e);
				else if (e = v(), e) _.debug("constructor() | detected handler: %s", e);
				else throw new r.UnsupportedError("device not supported");
				switch (e) {
					case "Chrome111":
						this._handlerFactory = d.Chrome111.createFactory();
						break;
					case "Chrome74":
						this._handlerFactory = p.Chrome74.createFactory();
						break;
					case "Firefox120":
						this._handlerFactory = m.Firefox120.createFactory();
						break;
					case "Safari12":
						this._handlerFactory = h.Safari12.createFactory();
						break;
					case "ReactNative106":
						this._handlerFactory = g.ReactNative106.createFactory();
						break;
					default: throw TypeError(`unknown handlerName "${e}"`);
				}
			}
			this._handlerName = this._handlerFactory.name;
		}
		get handlerName() {
			return this._handlerName;
		}
		get loaded() {
			return this._loaded;
		}
		get rtpCapabilities() {
			return this.recvRtpCapabilities;
		}
		get recvRtpCapabilities() {
			if (!this._loaded) throw new r.InvalidStateError("not loaded");
			return this._recvRtpCapabilities;
		}
		get sendRtpCapabilities() {
			if (!this._loaded) throw new r.InvalidStateError("not loaded");
			return this._sendRtpCapabilities;
		}
		get sctpCapabilities() {
			if (!this._loaded) throw new r.InvalidStateError("not loaded");
			return this._sctpCapabilities;
		}
		get observer() {
			return this._observer;
		}
		async load({ routerRtpCapabilities: e, preferLocalCodecsOrder: t = !1 }) {
			if (_.debug("load() [routerRtpCapabilities:%o]", e), this._loaded) throw new r.InvalidStateError("already loaded");
			let n = i.clone(e);
			o.validateAndNormalizeRtpCapabilities(n);
			let { getNativeRtpCapabilities: a, getNativeSctpCapabilities: s } = this._handlerFactory, c = i.clone(await a({ direction: "recvonly" }));
			_.debug("load() | got native receiving RTP capabilities:%o", c), o.validateAndNormalizeRtpCapabilities(c);
			let l = i.clone(await a({ direction: "sendonly" }));
			_.debug("load() | got native sending RTP capabilities:%o", l), o.validateAndNormalizeRtpCapabilities(l), this._getSendExtendedRtpCapabilities = (e) => i.clone(o.getExtendedRtpCapabilities(e, n, t));
			let u = o.getExtendedRtpCapabilities(c, n, !1);
			this._recvRtpCapabilities = o.getRecvRtpCapabilities(u), _.debug("load() | got receiving RTP capabilities:%o", this._recvRtpCapabilities), o.validateAndNormalizeRtpCapabilities(this._recvRtpCapabilities);
			let d = o.getExtendedRtpCapabilities(l, n, t);
			this._sendRtpCapabilities = o.getSendRtpCapabilities(d), _.debug("load() | got sending RTP capabilities:%o", this._sendRtpCapabilities), o.validateAndNormalizeRtpCapabilities(this._sendRtpCapabilities), this._canProduceByKind.audio = o.canSend("audio", this._sendRtpCapabilities), this._canProduceByKind.video = o.canSend("video", this._sendRtpCapabilities), this._sctpCapabilities = await s(), o.validateSctpCapabilities(this._sctpCapabilities), _.debug("load() | got native SCTP capabilities:%o", this._sctpCapabilities), _.debug("load() succeeded"), this._loaded = !0;
		}
		canProduce(e) {
			if (!this._loaded) throw new r.InvalidStateError("not loaded");
			if (e !== "audio" && e !== "video") throw TypeError(`invalid kind "${e}"`);
			return this._canProduceByKind[e];
		}
		createSendTransport({ id: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, appData: c }) {
			return _.debug("createSendTransport()"), this.createTransport({
				direction: "send",
				id: e,
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i,
				iceServers: a,
				iceTransportPolicy: o,
				additionalSettings: s,
				appData: c
			});
		}
		createRecvTransport({ id: e, iceParameters: t, iceCandidates: n, dtlsParameters: r, sctpParameters: i, iceServers: a, iceTransportPolicy: o, additionalSettings: s, appData: c }) {
			return _.debug("createRecvTransport()"), this.createTransport({
				direction: "recv",
				id: e,
				iceParameters: t,
				iceCandidates: n,
				dtlsParameters: r,
				sctpParameters: i,
				iceServers: a,
				iceTransportPolicy: o,
				additionalSettings: s,
				appData: c
			});
		}
		createTransport({ direction: e, id: t, iceParameters: n, iceCandidates: i, dtlsParameters: a, sctpParameters: o, iceServers: s, iceTransportPolicy: c, additionalSettings: l, appData: d }) {
			if (!this._loaded) throw new r.InvalidStateError("not loaded");
			if (typeof t != "string") throw TypeError("missing id");
			if (typeof n != "object") throw TypeError("missing iceParameters");
			if (!Array.isArray(i)) throw TypeError("missing iceCandidates");
			if (typeof a != "object") throw TypeError("missing dtlsParameters");
			if (o && typeof o != "object") throw TypeError("wrong sctpParameters");
			if (d && typeof d != "object") throw TypeError("if given, appData must be an object");
			let f = new u.Transport({
				direction: e,
				id: t,
				iceParameters: n,
				iceCandidates: i,
				dtlsParameters: a,
				sctpParameters: o,
				iceServers: s,
				iceTransportPolicy: c,
				additionalSettings: l,
				appData: d,
				handlerFactory: this._handlerFactory,
				getSendExtendedRtpCapabilities: this._getSendExtendedRtpCapabilities,
				recvRtpCapabilities: this._recvRtpCapabilities,
				canProduceByKind: this._canProduceByKind
			});
			return this._observer.safeEmit("newtransport", f), f;
		}
	};
	function b(e, t) {
		_.debug("detectDeviceImpl() [userAgent:\"%s\", userAgentData:%o]", e, t);
		let n = S(e, t);
		if (n) {
			if (n >= 111) return _.debug("detectDeviceImpl() | using Chrome111 handler"), "Chrome111";
			if (n >= 74) return _.debug("detectDeviceImpl() | using Chrome74 handler"), "Chrome74";
			_.warn("detectDeviceImpl() | unsupported Chromium based browser/version");
			return;
		}
		let r = C(e);
		if (r) {
			if (r >= 120) return _.debug("detectDeviceImpl() | using Firefox120 handler"), "Firefox120";
			_.warn("detectDeviceImpl() | unsupported Firefox browser/version");
			return;
		}
		let i = w(e);
		if (i) {
			if (i >= 605) return _.debug("detectDeviceImpl() | using Safari12 handler"), "Safari12";
			_.warn("detectDeviceImpl() | unsupported desktop Safari browser/version");
			return;
		}
		let a = T(e);
		if (a) {
			if (a >= 605) return _.debug("detectDeviceImpl() | using Safari12 handler"), "Safari12";
			_.warn("detectDeviceImpl() | unsupported iOS Safari based browser/version");
		} else if (D()) {
			if (typeof RTCPeerConnection < "u" && typeof RTCRtpTransceiver < "u") return _.debug("detectDeviceImpl() | using ReactNative106 handler"), "ReactNative106";
			_.warn("detectDeviceImpl() | unsupported react-native-webrtc version without RTCPeerConnection or RTCRtpTransceiver, forgot to call registerGlobals() on it?");
		} else _.warn("detectDeviceImpl() | device not supported [userAgent:\"%s\", userAgentData:%o]", e, t);
	}
	function S(e, t) {
		if (_.debug("getChromiumMajorVersion()"), E(e, t)) {
			_.debug("getChromiumMajorVersion() | this is iOS => undefined");
			return;
		}
		if (D()) {
			_.debug("getChromiumMajorVersion() | this is React-Native => undefined");
			return;
		}
		if (t) {
			let e = (t.brands ?? []).find((e) => e.brand === "Chromium");
			if (e) {
				let t = Number(e.version);
				return _.debug(`getChromiumMajorVersion() | Chromium major version based on NavigatorUAData => ${t}`), t;
			}
		}
		let n = e?.match(/\b(?:Chrome|Chromium)\/(\w+)/i);
		if (n?.[1]) {
			let e = Number(n[1]);
			return _.debug(`getChromiumMajorVersion() | Chromium major version based on User-Agent => ${e}`), e;
		}
		_.debug("getChromiumMajorVersion() | this is not Chromium => undefined");
	}
	function C(e) {
		if (_.debug("getFirefoxMajorVersion()"), E(e)) {
			_.debug("getFirefoxMajorVersion() | this is iOS => undefined");
			return;
		}
		if (D()) {
			_.debug("getFirefoxMajorVersion() | this is React-Native => undefined");
			return;
		}
		let t = e?.match(/\bFirefox\/(\w+)/i);
		if (t?.[1]) {
			let e = Number(t[1]);
			return _.debug(`getFirefoxMajorVersion() | Firefox major version based on User-Agent => ${e}`), e;
		}
		_.debug("getFirefoxMajorVersion() | this is not Firefox => undefined");
	}
	function w(e) {
		if (_.debug("getMacOSWebKitMajorVersion()"), E(e)) {
			_.debug("getMacOSWebKitMajorVersion() | this is iOS => undefined");
			return;
		}
		if (D()) {
			_.debug("getMacOSWebKitMajorVersion() | this is React-Native => undefined");
			return;
		}
		if (!e || !/\bSafari\b/i.test(e) || /\bChrome\b/i.test(e) || /\bChromium\b/i.test(e) || /\bFirefox\b/i.test(e)) {
			_.debug("getMacOSWebKitMajorVersion() | this is not Safari => undefined");
			return;
		}
		let t = e.match(/AppleWebKit\/(\w+)/i);
		if (t?.[1]) {
			let e = Number(t[1]);
			return _.debug(`getMacOSWebKitMajorVersion() | WebKit major version based on User-Agent => ${e}`), e;
		}
		_.debug("getMacOSWebKitMajorVersion() | this is not WebKit => undefined");
	}
	function T(e) {
		if (_.debug("getIOSWebKitMajorVersion()"), !E(e)) {
			_.debug("getIOSWebKitMajorVersion() | this is not iOS => undefined");
			return;
		}
		if (D()) {
			_.debug("getIOSWebKitMajorVersion() | this is React-Native => undefined");
			return;
		}
		let t = e?.match(/AppleWebKit\/(\w+)/i);
		if (t?.[1]) {
			let e = Number(t[1]);
			return _.debug(`getIOSWebKitMajorVersion() | WebKit major version based on User-Agent => ${e}`), e;
		}
		_.debug("getIOSWebKitMajorVersion() | this is not WebKit => undefined");
	}
	function E(e, t) {
		return _.debug("isIOS()"), t?.platform === "iOS" ? (_.debug("isIOS() | this is iOS based on NavigatorUAData.platform => true"), !0) : t?.platform ? (_.debug("isIOS() | this is not iOS based on NavigatorUAData.platform => false"), !1) : e && /iPad|iPhone|iPod/.test(e) ? (_.debug("isIOS() | this is iOS based on User-Agent => true"), !0) : typeof navigator == "object" && navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1 ? (_.debug("isIOS() | this is iPadOS 13+ based on User-Agent => true"), !0) : (_.debug("isIOS() | this is not iOS => false"), !1);
	}
	function D() {
		return _.debug("isReactNative()"), typeof navigator == "object" && navigator.product === "ReactNative" ? (_.debug("isReactNative() | this is React-Native based on navigator.product"), !0) : (_.debug("isReactNative() | this is not React-Native => false"), !1);
	}
})), R = /* @__PURE__ */ e(((e) => {
	for (var t = 256, n = [], r; t--;) n[t] = (t + 256).toString(16).substring(1);
	function i() {
		var e = 0, i, a = "";
		if (!r || t + 16 > 256) {
			for (r = Array(e = 256); e--;) r[e] = 256 * Math.random() | 0;
			e = t = 0;
		}
		for (; e < 16; e++) i = r[t + e], a += e == 6 ? n[i & 15 | 64] : e == 8 ? n[i & 63 | 128] : n[i], e & 1 && e > 1 && e < 11 && (a += "-");
		return t++, a;
	}
	e.v4 = i;
})), z = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.FakeEventTarget = void 0, e.FakeEventTarget = class {
		listeners = {};
		addEventListener(e, t, n) {
			t && (this.listeners[e] = this.listeners[e] ?? [], this.listeners[e].push({
				callback: typeof t == "function" ? t : t.handleEvent,
				once: typeof n == "object" && n.once === !0
			}));
		}
		removeEventListener(e, t, n) {
			this.listeners[e] && t && (this.listeners[e] = this.listeners[e].filter((e) => e.callback !== (typeof t == "function" ? t : t.handleEvent)));
		}
		dispatchEvent(e) {
			if (!e || typeof e.type != "string") throw Error("invalid event object");
			let t = this.listeners[e.type];
			if (!t) return !0;
			for (let n of [...t]) {
				try {
					n.callback.call(this, e);
				} catch (e) {
					setTimeout(() => {
						throw e;
					}, 0);
				}
				n.once && this.removeEventListener(e.type, n.callback);
			}
			return !e.defaultPrevented;
		}
	};
})), B = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.FakeEvent = void 0, e.FakeEvent = class {
		NONE = 0;
		CAPTURING_PHASE = 1;
		AT_TARGET = 2;
		BUBBLING_PHASE = 3;
		type;
		bubbles;
		cancelable;
		defaultPrevented = !1;
		composed = !1;
		currentTarget = null;
		eventPhase = this.NONE;
		isTrusted = !0;
		target = null;
		timeStamp = 0;
		cancelBubble = !1;
		returnValue = !0;
		srcElement = null;
		constructor(e, t = {}) {
			this.type = e, this.bubbles = t.bubbles ?? !1, this.cancelable = t.cancelable ?? !1;
		}
		preventDefault() {
			this.cancelable && (this.defaultPrevented = !0);
		}
		stopPropagation() {}
		stopImmediatePropagation() {}
		composedPath() {
			return [];
		}
		initEvent(e, t, n) {}
	};
})), V = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.clone = t;
	function t(e) {
		if (e !== void 0) return Number.isNaN(e) ? NaN : typeof structuredClone == "function" ? structuredClone(e) : JSON.parse(JSON.stringify(e));
	}
})), H = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.FakeMediaStreamTrack = void 0;
	var t = R(), n = z(), r = B(), i = V();
	e.FakeMediaStreamTrack = class e extends n.FakeEventTarget {
		#e;
		#t;
		#n;
		#r;
		#i;
		#a;
		#o;
		#s;
		#c;
		#l;
		#u;
		#d = null;
		#f = null;
		#p = null;
		#m = null;
		#h = null;
		constructor({ kind: e, id: n, label: r, contentHint: i, enabled: a, muted: o, readyState: s, capabilities: c, constraints: l, settings: u, data: d }) {
			super(), this.#e = n ?? (0, t.v4)(), this.#t = e, this.#n = r ?? "", this.#o = i ?? "", this.#i = a ?? !0, this.#a = o ?? !1, this.#r = s ?? "live", this.#s = c ?? {}, this.#c = l ?? {}, this.#l = u ?? {}, this.#u = d ?? {};
		}
		get id() {
			return this.#e;
		}
		get kind() {
			return this.#t;
		}
		get label() {
			return this.#n;
		}
		get contentHint() {
			return this.#o;
		}
		set contentHint(e) {
			this.#o = e;
		}
		get enabled() {
			return this.#i;
		}
		set enabled(e) {
			let t = this.#i !== e;
			this.#i = e, t && this.dispatchEvent(new r.FakeEvent("enabledchange"));
		}
		get muted() {
			return this.#a;
		}
		get readyState() {
			return this.#r;
		}
		get data() {
			return this.#u;
		}
		set data(e) {
			this.#u = e;
		}
		get onmute() {
			return this.#d;
		}
		set onmute(e) {
			this.#d && this.removeEventListener("mute", this.#d), this.#d = e, e && this.addEventListener("mute", e);
		}
		get onunmute() {
			return this.#f;
		}
		set onunmute(e) {
			this.#f && this.removeEventListener("unmute", this.#f), this.#f = e, e && this.addEventListener("unmute", e);
		}
		get onended() {
			return this.#p;
		}
		set onended(e) {
			this.#p && this.removeEventListener("ended", this.#p), this.#p = e, e && this.addEventListener("ended", e);
		}
		get onenabledchange() {
			return this.#m;
		}
		set onenabledchange(e) {
			this.#m && this.removeEventListener("enabledchange", this.#m), this.#m = e, e && this.addEventListener("enabledchange", e);
		}
		get onstopped() {
			return this.#h;
		}
		set onstopped(e) {
			this.#h && this.removeEventListener("stopped", this.#h), this.#h = e, e && this.addEventListener("stopped", e);
		}
		addEventListener(e, t, n) {
			super.addEventListener(e, t, n);
		}
		removeEventListener(e, t, n) {
			super.removeEventListener(e, t, n);
		}
		stop() {
			this.#r !== "ended" && (this.#r = "ended", this.dispatchEvent(new r.FakeEvent("stopped")));
		}
		clone({ id: n, data: r } = {}) {
			return new e({
				id: n ?? (0, t.v4)(),
				kind: this.#t,
				label: this.#n,
				contentHint: this.#o,
				enabled: this.#i,
				muted: this.#a,
				readyState: this.#r,
				capabilities: (0, i.clone)(this.#s),
				constraints: (0, i.clone)(this.#c),
				settings: (0, i.clone)(this.#l),
				data: r ?? (0, i.clone)(this.#u)
			});
		}
		getCapabilities() {
			return this.#s;
		}
		getConstraints() {
			return this.#c;
		}
		async applyConstraints(e = {}) {
			return this.#c = e, Promise.resolve();
		}
		getSettings() {
			return this.#l;
		}
		remoteStop() {
			this.#r !== "ended" && (this.#r = "ended", this.dispatchEvent(new r.FakeEvent("stopped")), this.dispatchEvent(new r.FakeEvent("ended")));
		}
		remoteMute() {
			this.#a || (this.#a = !0, this.dispatchEvent(new r.FakeEvent("mute")));
		}
		remoteUnmute() {
			this.#a && (this.#a = !1, this.dispatchEvent(new r.FakeEvent("unmute")));
		}
	};
})), U = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.FakeEventTarget = void 0, e.FakeEventTarget = class {
		listeners = {};
		addEventListener(e, t, n) {
			t && (this.listeners[e] = this.listeners[e] ?? [], this.listeners[e].push({
				callback: typeof t == "function" ? t : t.handleEvent,
				once: typeof n == "object" && n.once === !0
			}));
		}
		removeEventListener(e, t, n) {
			this.listeners[e] && t && (this.listeners[e] = this.listeners[e].filter((e) => e.callback !== (typeof t == "function" ? t : t.handleEvent)));
		}
		dispatchEvent(e) {
			if (!e || typeof e.type != "string") throw Error("invalid event object");
			let t = this.listeners[e.type];
			if (!t) return !0;
			for (let n of [...t]) {
				try {
					n.callback.call(this, e);
				} catch (e) {
					setTimeout(() => {
						throw e;
					}, 0);
				}
				n.once && this.removeEventListener(e.type, n.callback);
			}
			return !e.defaultPrevented;
		}
	};
})), W = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.FakeHandler = void 0;
	var t = H(), n = s(), r = a(), i = l(), o = f(), u = c(), d = U(), p = new r.Logger("FakeHandler"), m = "FakeHandler";
	e.FakeHandler = class e extends n.EnhancedEventEmitter {
		_closed = !1;
		_fakeParameters;
		_getSendExtendedRtpCapabilities;
		_cname = `CNAME-${i.generateRandomNumber()}`;
		_defaultSendStreamId = `${i.generateRandomNumber()}`;
		_transportReady = !1;
		_nextLocalId = 1;
		_tracks = /* @__PURE__ */ new Map();
		_nextSctpStreamId = 0;
		static createFactory(t) {
			return {
				name: m,
				factory: (n) => new e(n, t),
				getNativeRtpCapabilities: async ({ direction: n }) => (p.debug("getNativeRtpCapabilities() [direction:%o]", n), e.getLocalRtpCapabilities(t)),
				getNativeSctpCapabilities: async () => (p.debug("getNativeSctpCapabilities()"), t.generateNativeSctpCapabilities())
			};
		}
		static getLocalRtpCapabilities(e) {
			let t = e.generateNativeRtpCapabilities();
			return o.validateAndNormalizeRtpCapabilities(t), t;
		}
		constructor({ getSendExtendedRtpCapabilities: e }, t) {
			super(), p.debug("constructor()"), this._getSendExtendedRtpCapabilities = e, this._fakeParameters = t;
		}
		get name() {
			return m;
		}
		close() {
			p.debug("close()"), this._closed || (this._closed = !0, super.close());
		}
		setIceGatheringState(e) {
			this.emit("@icegatheringstatechange", e);
		}
		setConnectionState(e) {
			this.emit("@connectionstatechange", e);
		}
		async updateIceServers(e) {
			this.assertNotClosed(), p.debug("updateIceServers()");
		}
		async restartIce(e) {
			this.assertNotClosed(), p.debug("restartIce()");
		}
		async getTransportStats() {
			return this.assertNotClosed(), /* @__PURE__ */ new Map();
		}
		async send({ track: t, streamId: n, encodings: r, codecOptions: a, codec: s }) {
			this.assertNotClosed(), p.debug("send() [kind:%s, track.id:%s]", t.kind, t.id), this._transportReady || await this.setupTransport({ localDtlsRole: "server" });
			let c = e.getLocalRtpCapabilities(this._fakeParameters), l = this._getSendExtendedRtpCapabilities(c), u = o.getSendingRtpParameters(t.kind, l);
			u.codecs = o.reduceCodecs(u.codecs, s);
			let d = u.codecs.some((e) => /.+\/rtx$/i.test(e.mimeType));
			u.mid = `mid-${i.generateRandomNumber()}`, u.msid = `${n ?? "-"} ${t.id}`, r ||= [{}];
			for (let e of r) e.ssrc = i.generateRandomNumber(), d && (e.rtx = { ssrc: i.generateRandomNumber() });
			u.encodings = r, u.rtcp = {
				cname: this._cname,
				reducedSize: !0,
				mux: !0
			}, u.msid = `${n ?? this._defaultSendStreamId} ${t.id}`;
			let f = this._nextLocalId++;
			return this._tracks.set(f, t), {
				localId: String(f),
				rtpParameters: u
			};
		}
		async stopSending(e) {
			if (p.debug("stopSending() [localId:%s]", e), !this._closed) {
				if (!this._tracks.has(Number(e))) throw Error("local track not found");
				this._tracks.delete(Number(e));
			}
		}
		async pauseSending(e) {
			this.assertNotClosed();
		}
		async resumeSending(e) {
			this.assertNotClosed();
		}
		async replaceTrack(e, t) {
			this.assertNotClosed(), t ? p.debug("replaceTrack() [localId:%s, track.id:%s]", e, t.id) : p.debug("replaceTrack() [localId:%s, no track]", e), this._tracks.delete(Number(e)), this._tracks.set(Number(e), t);
		}
		async setMaxSpatialLayer(e, t) {
			this.assertNotClosed(), p.debug("setMaxSpatialLayer() [localId:%s, spatialLayer:%s]", e, t);
		}
		async setRtpEncodingParameters(e, t) {
			this.assertNotClosed(), p.debug("setRtpEncodingParameters() [localId:%s, params:%o]", e, t);
		}
		async getSenderStats(e) {
			return this.assertNotClosed(), /* @__PURE__ */ new Map();
		}
		async sendDataChannel({ ordered: e, maxPacketLifeTime: t, maxRetransmits: n, label: r, protocol: i }) {
			return this.assertNotClosed(), this._transportReady || await this.setupTransport({ localDtlsRole: "server" }), p.debug("sendDataChannel()"), {
				dataChannel: new h({
					id: this._nextSctpStreamId++,
					ordered: e,
					maxPacketLifeTime: t,
					maxRetransmits: n,
					label: r,
					protocol: i
				}),
				sctpStreamParameters: {
					streamId: this._nextSctpStreamId,
					ordered: e,
					maxPacketLifeTime: t,
					maxRetransmits: n
				}
			};
		}
		async receive(e) {
			this.assertNotClosed();
			let n = [];
			for (let r of e) {
				let { trackId: e, kind: i } = r;
				this._transportReady || await this.setupTransport({ localDtlsRole: "client" }), p.debug("receive() [trackId:%s, kind:%s]", e, i);
				let a = this._nextLocalId++, o = new t.FakeMediaStreamTrack({ kind: i });
				this._tracks.set(a, o), n.push({
					localId: String(a),
					track: o
				});
			}
			return n;
		}
		async stopReceiving(e) {
			if (!this._closed) for (let t of e) p.debug("stopReceiving() [localId:%s]", t), this._tracks.delete(Number(t));
		}
		async pauseReceiving(e) {
			this.assertNotClosed();
		}
		async resumeReceiving(e) {
			this.assertNotClosed();
		}
		async getReceiverStats(e) {
			return this.assertNotClosed(), /* @__PURE__ */ new Map();
		}
		async receiveDataChannel({ sctpStreamParameters: e, label: t, protocol: n }) {
			return this.assertNotClosed(), this._transportReady || await this.setupTransport({ localDtlsRole: "client" }), p.debug("receiveDataChannel()"), { dataChannel: new h({
				id: e.streamId,
				ordered: e.ordered,
				maxPacketLifeTime: e.maxPacketLifeTime,
				maxRetransmits: e.maxRetransmits,
				label: t,
				protocol: n
			}) };
		}
		async setupTransport({ localDtlsRole: e, localSdpObject: t }) {
			let n = i.clone(this._fakeParameters.generateLocalDtlsParameters());
			e && (n.role = e), this.emit("@connectionstatechange", "connecting"), await new Promise((e, t) => this.emit("@connect", { dtlsParameters: n }, e, t)), this._transportReady = !0;
		}
		assertNotClosed() {
			if (this._closed) throw new u.InvalidStateError("method called in a closed handler");
		}
	};
	var h = class extends d.FakeEventTarget {
		_id;
		_negotiated = !0;
		_ordered;
		_maxPacketLifeTime;
		_maxRetransmits;
		_label;
		_protocol;
		_readyState = "connecting";
		_bufferedAmount = 0;
		_bufferedAmountLowThreshold = 0;
		_binaryType = "arraybuffer";
		_onopen = null;
		_onclosing = null;
		_onclose = null;
		_onmessage = null;
		_onbufferedamountlow = null;
		_onerror = null;
		constructor({ id: e, ordered: t = !0, maxPacketLifeTime: n = null, maxRetransmits: r = null, label: i = "", protocol: a = "" }) {
			super(), p.debug(`constructor() [id:${e}, ordered:${t}, maxPacketLifeTime:${n}, maxRetransmits:${r}, label:${i}, protocol:${a}`), this._id = e, this._ordered = t, this._maxPacketLifeTime = n, this._maxRetransmits = r, this._label = i, this._protocol = a;
		}
		get id() {
			return this._id;
		}
		get negotiated() {
			return this._negotiated;
		}
		get ordered() {
			return this._ordered;
		}
		get maxPacketLifeTime() {
			return this._maxPacketLifeTime;
		}
		get maxRetransmits() {
			return this._maxRetransmits;
		}
		get label() {
			return this._label;
		}
		get protocol() {
			return this._protocol;
		}
		get readyState() {
			return this._readyState;
		}
		get bufferedAmount() {
			return this._bufferedAmount;
		}
		get bufferedAmountLowThreshold() {
			return this._bufferedAmountLowThreshold;
		}
		set bufferedAmountLowThreshold(e) {
			this._bufferedAmountLowThreshold = e;
		}
		get binaryType() {
			return this._binaryType;
		}
		set binaryType(e) {
			this._binaryType = e;
		}
		get onopen() {
			return this._onopen;
		}
		set onopen(e) {
			this._onopen && this.removeEventListener("open", this._onopen), this._onopen = e, e && this.addEventListener("open", e);
		}
		get onclosing() {
			return this._onclosing;
		}
		set onclosing(e) {
			this._onclosing && this.removeEventListener("closing", this._onclosing), this._onclosing = e, e && this.addEventListener("closing", e);
		}
		get onclose() {
			return this._onclose;
		}
		set onclose(e) {
			this._onclose && this.removeEventListener("close", this._onclose), this._onclose = e, e && this.addEventListener("close", e);
		}
		get onmessage() {
			return this._onmessage;
		}
		set onmessage(e) {
			this._onmessage && this.removeEventListener("message", this._onmessage), this._onmessage = e, e && this.addEventListener("message", e);
		}
		get onbufferedamountlow() {
			return this._onbufferedamountlow;
		}
		set onbufferedamountlow(e) {
			this._onbufferedamountlow && this.removeEventListener("bufferedamountlow", this._onbufferedamountlow), this._onbufferedamountlow = e, e && this.addEventListener("bufferedamountlow", e);
		}
		get onerror() {
			return this._onerror;
		}
		set onerror(e) {
			this._onerror && this.removeEventListener("error", this._onerror), this._onerror = e, e && this.addEventListener("error", e);
		}
		addEventListener(e, t, n) {
			super.addEventListener(e, t, n);
		}
		removeEventListener(e, t, n) {
			super.removeEventListener(e, t, n);
		}
		close() {
			["closing", "closed"].includes(this._readyState) || (this._readyState = "closed");
		}
		send(e) {
			if (this._readyState !== "open") throw new u.InvalidStateError("not open");
		}
	};
})), G = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.generateRouterRtpCapabilities = r, e.generateNativeRtpCapabilities = i, e.generateNativeSctpCapabilities = a, e.generateLocalDtlsParameters = o, e.generateTransportRemoteParameters = s, e.generateProducerRemoteParameters = c, e.generateConsumerRemoteParameters = u, e.generateDataProducerRemoteParameters = d, e.generateDataConsumerRemoteParameters = f;
	var t = l();
	function n() {
		return String(t.generateRandomNumber());
	}
	function r() {
		return t.deepFreeze({
			codecs: [
				{
					mimeType: "audio/opus",
					kind: "audio",
					preferredPayloadType: 100,
					clockRate: 48e3,
					channels: 2,
					rtcpFeedback: [{ type: "transport-cc" }],
					parameters: {
						useinbandfec: 1,
						foo: "bar"
					}
				},
				{
					mimeType: "video/VP8",
					kind: "video",
					preferredPayloadType: 101,
					clockRate: 9e4,
					rtcpFeedback: [
						{ type: "nack" },
						{
							type: "nack",
							parameter: "pli"
						},
						{
							type: "ccm",
							parameter: "fir"
						},
						{ type: "goog-remb" },
						{ type: "transport-cc" }
					],
					parameters: { "x-google-start-bitrate": 1500 }
				},
				{
					mimeType: "video/rtx",
					kind: "video",
					preferredPayloadType: 102,
					clockRate: 9e4,
					rtcpFeedback: [],
					parameters: { apt: 101 }
				},
				{
					mimeType: "video/H264",
					kind: "video",
					preferredPayloadType: 103,
					clockRate: 9e4,
					rtcpFeedback: [
						{ type: "nack" },
						{
							type: "nack",
							parameter: "pli"
						},
						{
							type: "ccm",
							parameter: "fir"
						},
						{ type: "goog-remb" },
						{ type: "transport-cc" }
					],
					parameters: {
						"level-asymmetry-allowed": 1,
						"packetization-mode": 1,
						"profile-level-id": "42e01f"
					}
				},
				{
					mimeType: "video/rtx",
					kind: "video",
					preferredPayloadType: 104,
					clockRate: 9e4,
					rtcpFeedback: [],
					parameters: { apt: 103 }
				},
				{
					mimeType: "video/VP9",
					kind: "video",
					preferredPayloadType: 105,
					clockRate: 9e4,
					rtcpFeedback: [
						{ type: "nack" },
						{
							type: "nack",
							parameter: "pli"
						},
						{
							type: "ccm",
							parameter: "fir"
						},
						{ type: "goog-remb" },
						{ type: "transport-cc" }
					],
					parameters: {
						"profile-id": 0,
						"x-google-start-bitrate": 1500
					}
				},
				{
					mimeType: "video/rtx",
					kind: "video",
					preferredPayloadType: 106,
					clockRate: 9e4,
					rtcpFeedback: [],
					parameters: { apt: 105 }
				}
			],
			headerExtensions: [
				{
					kind: "audio",
					uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
					preferredId: 1,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "video",
					uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
					preferredId: 1,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "video",
					uri: "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
					preferredId: 2,
					preferredEncrypt: !1,
					direction: "recvonly"
				},
				{
					kind: "video",
					uri: "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
					preferredId: 3,
					preferredEncrypt: !1,
					direction: "recvonly"
				},
				{
					kind: "audio",
					uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
					preferredId: 4,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "video",
					uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
					preferredId: 4,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "audio",
					uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
					preferredId: 5,
					preferredEncrypt: !1,
					direction: "recvonly"
				},
				{
					kind: "video",
					uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
					preferredId: 5,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "audio",
					uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
					preferredId: 10,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "video",
					uri: "urn:3gpp:video-orientation",
					preferredId: 11,
					preferredEncrypt: !1,
					direction: "sendrecv"
				},
				{
					kind: "video",
					uri: "urn:ietf:params:rtp-hdrext:toffset",
					preferredId: 12,
					preferredEncrypt: !1,
					direction: "sendrecv"
				}
			]
		});
	}
	function i() {
		return {
			codecs: [
				{
					mimeType: "audio/opus",
					kind: "audio",
					preferredPayloadType: 111,
					clockRate: 48e3,
					channels: 2,
					rtcpFeedback: [{ type: "transport-cc" }],
					parameters: {
						minptime: 10,
						useinbandfec: 1
					}
				},
				{
					mimeType: "audio/ISAC",
					kind: "audio",
					preferredPayloadType: 103,
					clockRate: 16e3,
					channels: 1,
					rtcpFeedback: [{ type: "transport-cc" }],
					parameters: {}
				},
				{
					mimeType: "audio/CN",
					kind: "audio",
					preferredPayloadType: 106,
					clockRate: 32e3,
					channels: 1,
					rtcpFeedback: [{ type: "transport-cc" }],
					parameters: {}
				},
				{
					mimeType: "audio/foo",
					kind: "audio",
					preferredPayloadType: 107,
					clockRate: 9e4,
					channels: 4,
					rtcpFeedback: [{ type: "foo-qwe-qwe" }],
					parameters: { foo: "lalala" }
				},
				{
					mimeType: "video/BAZCODEC",
					kind: "video",
					preferredPayloadType: 100,
					clockRate: 9e4,
					rtcpFeedback: [
						{ type: "foo" },
						{ type: "transport-cc" },
						{
							type: "ccm",
							parameter: "fir"
						},
						{ type: "nack" },
						{
							type: "nack",
							parameter: "pli"
						}
					],
					parameters: { baz: "1234abcd" }
				},
				{
					mimeType: "video/rtx",
					kind: "video",
					preferredPayloadType: 101,
					clockRate: 9e4,
					rtcpFeedback: [],
					parameters: { apt: 100 }
				},
				{
					mimeType: "video/VP8",
					kind: "video",
					preferredPayloadType: 96,
					clockRate: 9e4,
					rtcpFeedback: [
						{ type: "goog-remb" },
						{ type: "transport-cc" },
						{
							type: "ccm",
							parameter: "fir"
						},
						{ type: "nack" },
						{
							type: "nack",
							parameter: "pli"
						}
					],
					parameters: { baz: "1234abcd" }
				},
				{
					mimeType: "video/rtx",
					kind: "video",
					preferredPayloadType: 97,
					clockRate: 9e4,
					rtcpFeedback: [],
					parameters: { apt: 96 }
				},
				{
					mimeType: "video/VP9",
					kind: "video",
					preferredPayloadType: 98,
					clockRate: 9e4,
					rtcpFeedback: [
						{ type: "goog-remb" },
						{ type: "transport-cc" },
						{
							type: "ccm",
							parameter: "fir"
						},
						{ type: "nack" },
						{
							type: "nack",
							parameter: "pli"
						}
					],
					parameters: { "profile-id": 0 }
				},
				{
					mimeType: "video/rtx",
					kind: "video",
					preferredPayloadType: 99,
					clockRate: 9e4,
					rtcpFeedback: [],
					parameters: { apt: 98 }
				}
			],
			headerExtensions: [
				{
					kind: "audio",
					uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
					preferredId: 1
				},
				{
					kind: "video",
					uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
					preferredId: 1
				},
				{
					kind: "video",
					uri: "urn:ietf:params:rtp-hdrext:toffset",
					preferredId: 2
				},
				{
					kind: "video",
					uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
					preferredId: 3
				},
				{
					kind: "video",
					uri: "urn:3gpp:video-orientation",
					preferredId: 4
				},
				{
					kind: "video",
					uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
					preferredId: 5
				},
				{
					kind: "video",
					uri: "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
					preferredId: 6
				},
				{
					kind: "video",
					uri: "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
					preferredId: 7
				},
				{
					kind: "video",
					uri: "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
					preferredId: 8
				},
				{
					kind: "audio",
					uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
					preferredId: 10
				}
			]
		};
	}
	function a() {
		return t.deepFreeze({ numStreams: {
			OS: 2048,
			MIS: 2048
		} });
	}
	function o() {
		return t.deepFreeze({
			fingerprints: [{
				algorithm: "sha-256",
				value: "82:5A:68:3D:36:C3:0A:DE:AF:E7:32:43:D2:88:83:57:AC:2D:65:E5:80:C4:B6:FB:AF:1A:A0:21:9F:6D:0C:AD"
			}],
			role: "auto"
		});
	}
	function s() {
		return {
			id: n(),
			iceParameters: t.deepFreeze({
				iceLite: !0,
				password: "yku5ej8nvfaor28lvtrabcx0wkrpkztz",
				usernameFragment: "h3hk1iz6qqlnqlne"
			}),
			iceCandidates: t.deepFreeze([{
				foundation: "udpcandidate",
				address: "9.9.9.9",
				ip: "9.9.9.9",
				port: 40533,
				priority: 1078862079,
				protocol: "udp",
				type: "host",
				tcpType: "passive"
			}, {
				foundation: "udpcandidate",
				address: "9.9.9.9",
				ip: "9:9:9:9:9:9",
				port: 41333,
				priority: 1078862089,
				protocol: "udp",
				type: "host",
				tcpType: "passive"
			}]),
			dtlsParameters: t.deepFreeze({
				fingerprints: [
					{
						algorithm: "sha-256",
						value: "A9:F4:E0:D2:74:D3:0F:D9:CA:A5:2F:9F:7F:47:FA:F0:C4:72:DD:73:49:D0:3B:14:90:20:51:30:1B:90:8E:71"
					},
					{
						algorithm: "sha-384",
						value: "03:D9:0B:87:13:98:F6:6D:BC:FC:92:2E:39:D4:E1:97:32:61:30:56:84:70:81:6E:D1:82:97:EA:D9:C1:21:0F:6B:C5:E7:7F:E1:97:0C:17:97:6E:CF:B3:EF:2E:74:B0"
					},
					{
						algorithm: "sha-512",
						value: "84:27:A4:28:A4:73:AF:43:02:2A:44:68:FF:2F:29:5C:3B:11:9A:60:F4:A8:F0:F5:AC:A0:E3:49:3E:B1:34:53:A9:85:CE:51:9B:ED:87:5E:B8:F4:8E:3D:FA:20:51:B8:96:EE:DA:56:DC:2F:5C:62:79:15:23:E0:21:82:2B:2C"
					}
				],
				role: "auto"
			}),
			sctpParameters: t.deepFreeze({
				port: 5e3,
				OS: 2048,
				MIS: 2048,
				maxMessageSize: 2e6
			})
		};
	}
	function c() {
		return t.deepFreeze({ id: n() });
	}
	function u({ id: e, codecMimeType: r } = {}) {
		switch (r) {
			case "audio/opus": return {
				id: e ?? n(),
				producerId: n(),
				kind: "audio",
				rtpParameters: t.deepFreeze({
					codecs: [{
						mimeType: "audio/opus",
						payloadType: 100,
						clockRate: 48e3,
						channels: 2,
						rtcpFeedback: [{ type: "transport-cc" }],
						parameters: {
							useinbandfec: 1,
							foo: "bar"
						}
					}],
					encodings: [{ ssrc: 46687003 }],
					headerExtensions: [
						{
							uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
							id: 1
						},
						{
							uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
							id: 5
						},
						{
							uri: "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
							id: 10
						}
					],
					rtcp: {
						cname: "wB4Ql4lrsxYLjzuN",
						reducedSize: !0,
						mux: !0
					}
				})
			};
			case "audio/ISAC": return {
				id: e ?? n(),
				producerId: n(),
				kind: "audio",
				rtpParameters: t.deepFreeze({
					codecs: [{
						mimeType: "audio/ISAC",
						payloadType: 111,
						clockRate: 16e3,
						channels: 1,
						rtcpFeedback: [{ type: "transport-cc" }],
						parameters: {}
					}],
					encodings: [{ ssrc: 46687004 }],
					headerExtensions: [{
						uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
						id: 1
					}, {
						uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
						id: 5
					}],
					rtcp: {
						cname: "wB4Ql4lrsxYLjzuN",
						reducedSize: !0,
						mux: !0
					}
				})
			};
			case "video/VP8": return {
				id: e ?? n(),
				producerId: n(),
				kind: "video",
				rtpParameters: t.deepFreeze({
					codecs: [{
						mimeType: "video/VP8",
						payloadType: 101,
						clockRate: 9e4,
						rtcpFeedback: [
							{ type: "nack" },
							{
								type: "nack",
								parameter: "pli"
							},
							{
								type: "ccm",
								parameter: "fir"
							},
							{ type: "goog-remb" },
							{ type: "transport-cc" }
						],
						parameters: { "x-google-start-bitrate": 1500 }
					}, {
						mimeType: "video/rtx",
						payloadType: 102,
						clockRate: 9e4,
						rtcpFeedback: [],
						parameters: { apt: 101 }
					}],
					encodings: [{
						ssrc: 99991111,
						rtx: { ssrc: 99991112 }
					}],
					headerExtensions: [
						{
							uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
							id: 1
						},
						{
							uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
							id: 4
						},
						{
							uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
							id: 5
						},
						{
							uri: "urn:3gpp:video-orientation",
							id: 11
						},
						{
							uri: "urn:ietf:params:rtp-hdrext:toffset",
							id: 12
						}
					],
					rtcp: {
						cname: "wB4Ql4lrsxYLjzuN",
						reducedSize: !0,
						mux: !0
					}
				})
			};
			case "video/H264": return {
				id: e ?? n(),
				producerId: n(),
				kind: "video",
				rtpParameters: t.deepFreeze({
					codecs: [{
						mimeType: "video/H264",
						payloadType: 103,
						clockRate: 9e4,
						rtcpFeedback: [
							{ type: "nack" },
							{
								type: "nack",
								parameter: "pli"
							},
							{
								type: "ccm",
								parameter: "fir"
							},
							{ type: "goog-remb" },
							{ type: "transport-cc" }
						],
						parameters: {
							"level-asymmetry-allowed": 1,
							"packetization-mode": 1,
							"profile-level-id": "42e01f"
						}
					}, {
						mimeType: "video/rtx",
						payloadType: 104,
						clockRate: 9e4,
						rtcpFeedback: [],
						parameters: { apt: 103 }
					}],
					encodings: [{
						ssrc: 99991113,
						rtx: { ssrc: 99991114 }
					}],
					headerExtensions: [
						{
							uri: "urn:ietf:params:rtp-hdrext:sdes:mid",
							id: 1
						},
						{
							uri: "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
							id: 4
						},
						{
							uri: "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
							id: 5
						},
						{
							uri: "urn:3gpp:video-orientation",
							id: 11
						},
						{
							uri: "urn:ietf:params:rtp-hdrext:toffset",
							id: 12
						}
					],
					rtcp: {
						cname: "wB4Ql4lrsxYLjzuN",
						reducedSize: !0,
						mux: !0
					}
				})
			};
			default: throw TypeError(`unknown codecMimeType '${r}'`);
		}
	}
	function d() {
		return t.deepFreeze({ id: n() });
	}
	function f({ id: e } = {}) {
		return {
			id: e ?? n(),
			dataProducerId: n(),
			sctpStreamParameters: t.deepFreeze({
				streamId: 666,
				maxPacketLifeTime: 5e3,
				maxRetransmits: void 0
			})
		};
	}
})), K = /* @__PURE__ */ e(((e) => {
	Object.defineProperty(e, "__esModule", { value: !0 }), e.debug = e.testFakeParameters = e.FakeHandler = e.enhancedEvents = e.ortc = e.parseScalabilityMode = e.detectDeviceAsync = e.detectDevice = e.Device = e.version = e.types = void 0, e.debug = r().default, e.types = i(), e.version = "3.18.7";
	var t = L();
	Object.defineProperty(e, "Device", {
		enumerable: !0,
		get: function() {
			return t.Device;
		}
	}), Object.defineProperty(e, "detectDevice", {
		enumerable: !0,
		get: function() {
			return t.detectDevice;
		}
	}), Object.defineProperty(e, "detectDeviceAsync", {
		enumerable: !0,
		get: function() {
			return t.detectDeviceAsync;
		}
	});
	var n = E();
	Object.defineProperty(e, "parseScalabilityMode", {
		enumerable: !0,
		get: function() {
			return n.parse;
		}
	}), e.ortc = f(), e.enhancedEvents = s();
	var a = W();
	Object.defineProperty(e, "FakeHandler", {
		enumerable: !0,
		get: function() {
			return a.FakeHandler;
		}
	}), e.testFakeParameters = G();
}));
export default K();
