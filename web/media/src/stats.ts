import type { Peer } from "./peer.ts";

/** The state of the connection to one member. */
export interface PeerStats {
  userId: string;
  /** Grows only when a connection had to be rebuilt for this member. */
  connectionNumber: number;
  connectionState: RTCPeerConnectionState;
  iceConnectionState: RTCIceConnectionState;
  /** Frames of their camera and of their screen decoded here. */
  framesDecoded: number;
  screenFramesDecoded: number;
  /** Packets of their microphone that arrived here. */
  microphonePacketsReceived: number;
  bytesReceived: number;
  bytesSent: number;
  /** Packets of media that arrived, and that did not, since the connection began. */
  packetsReceived: number;
  packetsLost: number;
  /** Seconds, from the last check. */
  roundTripTime: number | null;
  /** Our end's kind of candidate: `host`, `srflx`, `prflx`, `relay`. */
  localCandidateType: string | null;
  remoteCandidateType: string | null;
  /** `udp` or `tcp`; at a relay, from the browser to it, also `tls`. */
  localProtocol: string | null;
  remoteProtocol: string | null;
  /** Of the address, which not every browser tells. */
  localFamily: "ipv4" | "ipv6" | null;
  remoteFamily: "ipv4" | "ipv6" | null;
}

export type Report = Record<string, unknown> & { type: string; id: string };

/** How well a connection carries media, and by which path. */
export type PathStats = Omit<
  PeerStats,
  | "userId"
  | "connectionNumber"
  | "connectionState"
  | "iceConnectionState"
  | "framesDecoded"
  | "screenFramesDecoded"
  | "microphonePacketsReceived"
  | "bytesReceived"
  | "bytesSent"
>;

/** Reads the browser's statistics for one member. */
export async function peerStats(peer: Peer): Promise<PeerStats> {
  const pc = peer.pc;
  const reports = new Map<string, Report>();
  (await pc.getStats()).forEach((report: Report) => {
    reports.set(report.id, report);
  });
  const all = [...reports.values()];
  const transport = all.find((report) => report.type === "transport");
  return {
    userId: peer.member.userId,
    connectionNumber: peer.connectionNumber,
    connectionState: pc.connectionState,
    iceConnectionState: pc.iceConnectionState,
    framesDecoded: inbound(all, peer.receiving("camera"), "framesDecoded"),
    screenFramesDecoded: inbound(all, peer.receiving("screen"), "framesDecoded"),
    microphonePacketsReceived: inbound(all, peer.receiving("microphone"), "packetsReceived"),
    bytesReceived: Number(transport?.bytesReceived ?? sum(all, "inbound-rtp", "bytesReceived")),
    bytesSent: Number(transport?.bytesSent ?? sum(all, "outbound-rtp", "bytesSent")),
    packetsReceived: sum(all, "inbound-rtp", "packetsReceived"),
    packetsLost: sum(all, "inbound-rtp", "packetsLost"),
    ...readPath(reports),
  };
}

/** The path in use. */
export function readPath(
  reports: ReadonlyMap<string, Report>,
): Pick<
  PeerStats,
  | "roundTripTime"
  | "localCandidateType"
  | "remoteCandidateType"
  | "localProtocol"
  | "remoteProtocol"
  | "localFamily"
  | "remoteFamily"
> {
  const all = [...reports.values()];
  const transport = all.find((report) => report.type === "transport");
  const pair =
    reports.get(String(transport?.selectedCandidatePairId)) ?? all.find((report) => report.selected === true);
  const local = end(reports.get(String(pair?.localCandidateId)));
  const remote = end(reports.get(String(pair?.remoteCandidateId)));
  return {
    roundTripTime: (pair?.currentRoundTripTime as number | undefined) ?? null,
    localCandidateType: local.type,
    remoteCandidateType: remote.type,
    localProtocol: local.protocol,
    remoteProtocol: remote.protocol,
    localFamily: local.family,
    remoteFamily: remote.family,
  };
}

/** One end of the path, without its address. */
function end(candidate: Report | undefined) {
  const address = String(candidate?.address ?? candidate?.ip ?? "");
  const family = address.includes(":") ? "ipv6" : /^[0-9.]+$/.test(address) ? "ipv4" : null;
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    type: text(candidate?.candidateType),
    protocol: text(candidate?.relayProtocol) ?? text(candidate?.protocol),
    family,
  } as const;
}

/** What has come of a track. */
function inbound(reports: Report[], track: MediaStreamTrack | null, key: string): number {
  const found = reports.find(
    (report) => report.type === "inbound-rtp" && report.trackIdentifier === track?.id,
  );
  return Number(found?.[key] ?? 0);
}

/** Not every browser reports on the transport. */
function sum(reports: Report[], type: string, key: string): number {
  return reports
    .filter((report) => report.type === type)
    .reduce((all, report) => all + Number(report[key] ?? 0), 0);
}
