// The other members of the room, each with their connection; synchronised with the session's messages.
import { type Counted, Emitter, type Member, type Numbered, type Refusal, type Said } from "@aldis/client";
import { LIMITS } from "./limits.ts";
import type { Paths } from "./paths.ts";
import { statusOf } from "./peer/status.ts";
import {
  type Extra,
  NO_TRACKS,
  Peer,
  type PeerView,
  type Role,
  type Signal,
  type Slot,
  type Tracks,
} from "./peer.ts";
import { type Watched, watched } from "./reports.ts";
import { type PeerStats, peerStats } from "./stats.ts";

export interface PeersOptions {
  send(message: Counted): void;
  online(): boolean;
  /** Read whenever a connection is made. */
  configuration(): RTCConfiguration;
  RTCPeerConnection?: typeof RTCPeerConnection;
}

/** Reasons of `user_left` that end a session, but not the media; the others are somebody's wish. */
const OUTLIVED: readonly Said<"user_left">["reason"][] = ["lost", "replaced"];

/** Join order decides who offers: of two members, the one that joined earlier. */
export function role(mine: number, theirs: number): Role {
  return mine < theirs ? "offer" : "answer";
}

/** The camera's bandwidth towards each of `others` members; bits per second. */
export function cameraBits(others: number): number {
  const share = Math.floor(LIMITS.uplinkBits / Math.max(1, others));
  return Math.max(LIMITS.cameraBitsMin, Math.min(LIMITS.cameraBitsMax, share));
}

/** Media between the browsers. */
export class Peers extends Emitter<{ changed: undefined }> implements Paths {
  /** Each member's connection has a state of its own. */
  readonly state = "connected";
  readonly trouble = null;
  readonly #options: PeersOptions;
  readonly #byId = new Map<string, Peer>();
  readonly #tracks: Tracks = { ...NO_TRACKS };
  readonly #extras = new Set<Extra>();
  #rev = 0;

  constructor(options: PeersOptions) {
    super();
    this.#options = options;
  }

  /** In the order in which they came; who joins again keeps the place. */
  views(): PeerView[] {
    return this.all()
      .sort((a, b) => a.since - b.since)
      .map((peer) => peer.view);
  }
  all(): Peer[] {
    return [...this.#byId.values()];
  }

  /** Is there media that works? */
  get isStanding(): boolean {
    return this.all().some((peer) => peer.isStanding);
  }

  /** A new session of ours. Connections of an earlier one go on where media works; who is missing may join again, too. */
  joined(joined: Said<"room_joined">): void {
    this.#rev = joined.rev;
    const present = new Set(joined.peers.map((member) => member.userId));
    for (const userId of [...this.#byId.keys()]) if (!present.has(userId)) this.#depart(userId);
    for (const member of joined.peers) this.#enter(member);
    this.#changed();
  }

  /** Signaling is back after an interruption that the other members did not notice. */
  resumed(): void {
    for (const peer of this.#byId.values()) peer.check();
  }

  hear(message: Numbered): void {
    switch (message.type) {
      case "user_joined":
        // A duplicate notice of the same seat changes nothing.
        if (this.#byId.get(message.data.userId)?.member.rev === message.data.rev) return;
        this.#enter({ ...message.data, state: "on" });
        return this.#changed();
      case "user_left":
        if (OUTLIVED.includes(message.data.reason)) this.#depart(message.data.userId);
        else this.#remove(message.data.userId);
        return this.#changed();
      case "offer":
        return this.#byId.get(message.data.senderUserId)?.offered(message.data.sdp, message.data.streams);
      case "answer":
        return this.#byId.get(message.data.senderUserId)?.answered(message.data.sdp, message.data.streams);
      case "ice_candidate":
        return this.#byId.get(message.data.senderUserId)?.candidate(message.data.candidate);
      case "renegotiate":
        return this.#byId.get(message.data.senderUserId)?.asked(message.data);
      case "message":
      case "chat_message":
      case "chat_deleted":
      // Heard by the room.
      case "attributes_changed":
      case "mute_requested":
      case "room_changed":
      case "guests_waiting":
      // Of rooms with a media server.
      case "sfu_new_producer":
      case "sfu_producer_changed":
      case "sfu_producer_closed":
      case "media_changed":
        return;
    }
  }

  refused({ code }: Refusal, message: Counted | undefined): void {
    if (code === "candidates_overflow" && message?.type === "ice_candidate")
      this.candidatesRefused(message.data.targetUserId);
  }

  /** The browser's statistics for each member. */
  stats(): Promise<PeerStats[]> {
    return Promise.all(this.all().map(peerStats));
  }

  watched(): Watched[] {
    return this.all().map(watched);
  }

  /** Between browsers each sends one size. */
  see(): void {}

  /** A member's attributes have changed. */
  told(userId: string, changes: Readonly<Record<string, string | null>>): void {
    const status = statusOf(changes);
    if (status) this.#byId.get(userId)?.told(status);
  }

  /** The server refused one of our candidates because its buffer was full: only a new set will be complete. */
  candidatesRefused(userId: string): void {
    this.#byId.get(userId)?.restart();
  }

  /** A person asks for another attempt to reach this member. */
  retry(userId: string): void {
    this.#byId.get(userId)?.retry();
    this.emit("changed", undefined);
  }

  set(slot: Slot, track: MediaStreamTrack | null): void {
    if (this.#tracks[slot] === track) return;
    this.#tracks[slot] = track;
    for (const peer of this.#byId.values()) peer.set(slot, track);
  }

  publish(extra: Extra): void {
    this.#extras.add(extra);
    for (const peer of this.#byId.values()) peer.publish(extra);
  }
  unpublish(extra: Extra): void {
    this.#extras.delete(extra);
    for (const peer of this.#byId.values()) peer.unpublish(extra);
  }

  /** An attribute says it. */
  say(): void {}

  configure(): void {
    for (const peer of this.#byId.values()) peer.configure(this.#options.configuration());
  }

  close(): void {
    for (const userId of [...this.#byId.keys()]) this.#remove(userId);
  }

  /** A new session of theirs or of ours. */
  #enter(member: Member): void {
    const known = this.#byId.get(member.userId);
    if (known?.isStanding) {
      known.adopt(member, role(this.#rev, member.rev));
      return this.told(member.userId, member.attributes ?? {});
    }
    if (known) this.#remove(member.userId);
    const { RTCPeerConnection } = this.#options;
    const peer = new Peer(member, {
      role: role(this.#rev, member.rev),
      signal: this.#signal(member.userId),
      tracks: this.#tracks,
      extras: this.#extras,
      configuration: this.#options.configuration(),
      cameraBits: cameraBits(this.#byId.size + 1),
      online: () => this.#options.online(),
      ...(RTCPeerConnection && { RTCPeerConnection }),
    });
    peer.on("changed", () => this.emit("changed", undefined));
    peer.on("ended", () => {
      this.#remove(member.userId);
      this.#changed();
    });
    this.#byId.set(member.userId, peer);
    this.told(member.userId, member.attributes ?? {});
  }

  #changed(): void {
    const share = cameraBits(this.#byId.size);
    for (const peer of this.#byId.values()) peer.share(share);
    this.emit("changed", undefined);
  }

  /** A session ended, and nobody left: media that works goes on. */
  #depart(userId: string): void {
    const peer = this.#byId.get(userId);
    if (peer?.isStanding) peer.depart();
    else this.#remove(userId);
  }

  #remove(userId: string): void {
    this.#byId.get(userId)?.close();
    this.#byId.delete(userId);
  }

  #signal(targetUserId: string): Signal {
    const { send } = this.#options;
    return {
      offer: (description) => send({ type: "offer", data: { targetUserId, ...description } }),
      answer: (description) => send({ type: "answer", data: { targetUserId, ...description } }),
      candidate: (candidate) => send({ type: "ice_candidate", data: { targetUserId, candidate } }),
      renegotiate: (wish) => send({ type: "renegotiate", data: { targetUserId, ...wish } }),
    };
  }
}
