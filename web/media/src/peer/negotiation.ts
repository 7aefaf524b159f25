// Offers, answers and candidates of one connection, one step at a time. The role is fixed: the offering side
// makes every offer, the answering side requests one, so offers never collide (no glare). It changes only with a new session,
// over whose start a connection may live.
import { LIMITS } from "../limits.ts";
import { isSameConnection } from "./sdp.ts";

/** `offer`: the member with the smaller `rev`. */
export type Role = "offer" | "answer";

/** A description as it is sent; `streams` names what its sections carry, by `mid`. */
export interface Described {
  sdp: string;
  streams?: Record<string, string>;
}

/** A connection's messages to the other member. */
export interface Signal {
  offer(description: Described): void;
  answer(description: Described): void;
  candidate(candidate: RTCIceCandidateInit | null): void;
  renegotiate(wish: Wish): void;
}

/** Why a new offer is asked for, and what it should contain. */
export interface Wish {
  /** For the log. */
  reason: string;
  /** New ICE credentials. */
  iceRestart?: boolean;
  /** Further sections to send in. */
  want?: { audio?: number; video?: number };
}

export interface NegotiationPort {
  role: Role;
  signal: Signal;
  /** Is signaling up? */
  online(): boolean;
  /** After a remote description was applied; an offer is not answered yet. */
  adopt(sdp: string): void;
  /** Our description as it is sent. */
  described(sdp: string): Described;
  /** Both descriptions are set. */
  settled(): void;
  /** A description could not be applied: this connection cannot continue. `offer` is the one to answer with a new connection. */
  broken(offer?: string): void;
}

export class Negotiation {
  readonly #pc: RTCPeerConnection;
  readonly #port: NegotiationPort;
  #role: Role;
  /** The other member has no session: nothing can be sent. */
  #paused = false;
  #tail: Promise<void> = Promise.resolve();
  #closed = false;
  /** Another offer is needed as soon as the current one is answered. */
  #again = false;
  #unanswered: ReturnType<typeof setTimeout> | undefined;
  /** Remote candidates from before the first remote description. */
  #early: (RTCIceCandidateInit | null)[] = [];
  /** Our candidates from before our description was sent; `null` while none need to wait. */
  #held: (RTCIceCandidateInit | null)[] | null = [];

  constructor(pc: RTCPeerConnection, port: NegotiationPort) {
    this.#pc = pc;
    this.#port = port;
    this.#role = port.role;
    pc.onnegotiationneeded = () => this.want({ reason: "media" });
    pc.onicecandidate = ({ candidate }) => this.#gathered(candidate);
  }

  /** This side needs a new negotiation. While paused it is remembered: the next one begins when the other member is back. */
  want(wish: Wish): void {
    if (this.#paused) return;
    if (this.#role === "offer") this.#step(() => this.#offer());
    // Before the first offer there is nothing to renegotiate: it will contain all changes.
    else if (this.#pc.remoteDescription) this.#port.signal.renegotiate(wish);
  }

  /** Makes an offer that got no answer again. */
  repeat(): void {
    if (this.#role === "offer" && !this.#paused) this.#step(() => this.#makeOffer());
  }

  /** The other member's session has ended, and the media goes on. */
  pause(): void {
    this.#paused = true;
    clearTimeout(this.#unanswered);
  }

  /** A new session of either member, over the same connection. The offering side offers at once, which shows whether it really is the same. */
  resume(role: Role): void {
    this.#role = role;
    this.#paused = false;
    this.#again = false;
    clearTimeout(this.#unanswered);
    this.#step(() => (role === "offer" ? this.#makeOffer() : this.#withdraw()));
  }

  /** The other side made an offer. */
  offered(sdp: string): void {
    if (this.#role === "answer") this.#step(() => this.#answer(sdp));
  }

  /** The other side answered ours. */
  answered(sdp: string): void {
    this.#step(() => this.#accept(sdp));
  }

  /** A candidate of the other side; `null` is the last. */
  candidate(candidate: RTCIceCandidateInit | null): void {
    this.#step(async () => {
      if (this.#pc.remoteDescription) await this.#add(candidate);
      else if (this.#early.length < LIMITS.earlyCandidatesMax) this.#early.push(candidate);
    });
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#unanswered);
    this.#pc.onnegotiationneeded = null;
    this.#pc.onicecandidate = null;
  }

  #step(step: () => Promise<void>): void {
    this.#tail = this.#tail.then(() => (this.#closed ? undefined : step())).catch(() => this.#fail());
  }

  async #offer(): Promise<void> {
    if (this.#pc.signalingState !== "stable") {
      this.#again = true;
      return;
    }
    await this.#makeOffer();
  }

  async #makeOffer(): Promise<void> {
    this.#again = false;
    this.#held ??= [];
    await this.#pc.setLocalDescription();
    if (this.#closed || this.#paused) return;
    this.#port.signal.offer(this.#port.described(this.#pc.localDescription?.sdp ?? ""));
    this.#release();
    clearTimeout(this.#unanswered);
    this.#awaitAnswer();
  }

  /** Takes back an offer of an earlier session, in which this side had the other role. */
  async #withdraw(): Promise<void> {
    if (this.#pc.signalingState === "have-local-offer")
      await this.#pc.setLocalDescription({ type: "rollback" });
  }

  #awaitAnswer(): void {
    this.#unanswered = setTimeout(() => {
      // Without signaling the offer is still on its way.
      if (this.#port.online()) this.#step(() => this.#makeOffer());
      else this.#awaitAnswer();
    }, LIMITS.answerMs);
  }

  async #accept(sdp: string): Promise<void> {
    const before = this.#pc.remoteDescription?.sdp;
    // The other side has answered with a new connection, or to an earlier one of this side: this side needs a new one, too.
    if (before !== undefined && !isSameConnection(before, sdp)) return this.#fail();
    // An answer to an offer that has been replaced meanwhile.
    if (this.#pc.signalingState !== "have-local-offer") return;
    await this.#pc.setRemoteDescription({ type: "answer", sdp });
    clearTimeout(this.#unanswered);
    await this.#admit();
    this.#port.adopt(sdp);
    this.#port.settled();
    if (this.#again) await this.#offer();
  }

  async #answer(sdp: string): Promise<void> {
    const before = this.#pc.remoteDescription?.sdp;
    // The other side has created a new connection, so this side must, too.
    if (before !== undefined && !isSameConnection(before, sdp)) return this.#fail(sdp);
    try {
      await this.#pc.setRemoteDescription({ type: "offer", sdp });
    } catch {
      // An offer that even a new connection cannot apply is dropped; the other side resends it later.
      return before === undefined ? undefined : this.#fail(sdp);
    }
    await this.#admit();
    this.#port.adopt(sdp);
    this.#held ??= [];
    await this.#pc.setLocalDescription();
    if (this.#closed || this.#paused) return;
    this.#port.signal.answer(this.#port.described(this.#pc.localDescription?.sdp ?? ""));
    this.#release();
    this.#port.settled();
  }

  #fail(offer?: string): void {
    if (!this.#closed) this.#port.broken(offer);
  }

  async #admit(): Promise<void> {
    const early = this.#early;
    this.#early = [];
    for (const candidate of early) await this.#add(candidate);
  }

  async #add(candidate: RTCIceCandidateInit | null): Promise<void> {
    try {
      await this.#pc.addIceCandidate(candidate ?? undefined);
    } catch {
      // A candidate of an old generation, or of a kind this browser does not support: others remain.
    }
  }

  #gathered(candidate: RTCIceCandidate | null): void {
    // The empty candidate ends one component; `null` ends all, and is the one in the protocol.
    if (candidate?.candidate === "") return;
    const init = candidate?.toJSON() ?? null;
    if (this.#held) this.#held.push(init);
    // Paused: the next description contains it.
    else if (!this.#paused) this.#port.signal.candidate(init);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const candidate of held) this.#port.signal.candidate(candidate);
  }
}
