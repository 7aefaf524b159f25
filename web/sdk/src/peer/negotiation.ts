// Offers, answers and candidates of one connection, one step at a time. The role never changes: the offering side
// makes every offer, the answering side requests one, so offers never collide (no glare, no rollback).
import { LIMITS } from "../limits.ts";

/** `offer`: the member with the smaller `rev`. */
export type Role = "offer" | "answer";

/** A connection's messages to the other member. */
export interface Signal {
  offer(sdp: string): void;
  answer(sdp: string): void;
  candidate(candidate: RTCIceCandidateInit | null): void;
  renegotiate(reason: string): void;
}

export interface NegotiationPort {
  role: Role;
  signal: Signal;
  /** Is signaling up? */
  online(): boolean;
  /** After a remote offer was applied, before it is answered. */
  adopt(): void;
  /** Both descriptions are set. */
  settled(): void;
  /** A description could not be applied: this connection cannot continue. `offer` is the one to answer with a new connection. */
  broken(offer?: string): void;
}

export class Negotiation {
  readonly #pc: RTCPeerConnection;
  readonly #port: NegotiationPort;
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
    pc.onnegotiationneeded = () => this.want("media");
    pc.onicecandidate = ({ candidate }) => this.#gathered(candidate);
  }

  /** This side needs a new negotiation. */
  want(reason: string): void {
    if (this.#port.role === "offer") this.#step(() => this.#offer());
    // Before the first offer there is nothing to renegotiate: it will contain all changes.
    else if (this.#pc.remoteDescription) this.#port.signal.renegotiate(reason);
  }

  /** The other side made an offer. */
  offered(sdp: string): void {
    if (this.#port.role === "answer") this.#step(() => this.#answer(sdp));
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
    if (this.#closed) return;
    this.#port.signal.offer(this.#pc.localDescription?.sdp ?? "");
    this.#release();
    clearTimeout(this.#unanswered);
    this.#awaitAnswer();
  }

  #awaitAnswer(): void {
    this.#unanswered = setTimeout(() => {
      // Without signaling the offer is still on its way.
      if (this.#port.online()) this.#step(() => this.#makeOffer());
      else this.#awaitAnswer();
    }, LIMITS.answerMs);
  }

  async #accept(sdp: string): Promise<void> {
    // An answer to an offer that has been replaced meanwhile.
    if (this.#pc.signalingState !== "have-local-offer") return;
    await this.#pc.setRemoteDescription({ type: "answer", sdp });
    clearTimeout(this.#unanswered);
    await this.#admit();
    this.#port.settled();
    if (this.#again) await this.#offer();
  }

  async #answer(sdp: string): Promise<void> {
    const before = this.#pc.remoteDescription?.sdp;
    // The other side has created a new connection, so this side must, too.
    if (before !== undefined && origin(before) !== origin(sdp)) return this.#fail(sdp);
    try {
      await this.#pc.setRemoteDescription({ type: "offer", sdp });
    } catch {
      // An offer that even a new connection cannot apply is dropped; the other side resends it later.
      return before === undefined ? undefined : this.#fail(sdp);
    }
    await this.#admit();
    this.#port.adopt();
    this.#held ??= [];
    await this.#pc.setLocalDescription();
    if (this.#closed) return;
    this.#port.signal.answer(this.#pc.localDescription?.sdp ?? "");
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
    else this.#port.signal.candidate(init);
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const candidate of held) this.#port.signal.candidate(candidate);
  }
}

/** The session id of an SDP's `o=` line: one for each RTCPeerConnection (RFC 8829 §5.2.1). */
function origin(sdp: string): string | undefined {
  return /^o=\S+ (\S+)/m.exec(sdp)?.[1];
}
