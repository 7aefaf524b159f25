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
}

type Report = Record<string, unknown> & { type: string; id: string };

/** Reads the browser's statistics for one member. */
export async function peerStats(peer: Peer): Promise<PeerStats> {
  const pc = peer.pc;
  const reports = new Map<string, Report>();
  (await pc.getStats()).forEach((report: Report) => {
    reports.set(report.id, report);
  });
  const all = [...reports.values()];
  const transport = all.find((report) => report.type === "transport");
  const pair =
    reports.get(String(transport?.selectedCandidatePairId)) ?? all.find((report) => report.selected === true);
  const candidate = (id: unknown) => reports.get(String(id))?.candidateType as string | undefined;
  return {
    userId: peer.member.userId,
    connectionNumber: peer.connectionNumber,
    connectionState: pc.connectionState,
    iceConnectionState: pc.iceConnectionState,
    framesDecoded: frames(all, peer.receiving("camera")),
    screenFramesDecoded: frames(all, peer.receiving("screen")),
    bytesReceived: Number(transport?.bytesReceived ?? sum(all, "inbound-rtp", "bytesReceived")),
    bytesSent: Number(transport?.bytesSent ?? sum(all, "outbound-rtp", "bytesSent")),
    packetsReceived: sum(all, "inbound-rtp", "packetsReceived"),
    packetsLost: sum(all, "inbound-rtp", "packetsLost"),
    roundTripTime: (pair?.currentRoundTripTime as number | undefined) ?? null,
    localCandidateType: candidate(pair?.localCandidateId) ?? null,
    remoteCandidateType: candidate(pair?.remoteCandidateId) ?? null,
  };
}

function frames(reports: Report[], track: MediaStreamTrack | null): number {
  const video = reports.find(
    (report) => report.type === "inbound-rtp" && report.trackIdentifier === track?.id,
  );
  return Number(video?.framesDecoded ?? 0);
}

/** Not every browser reports on the transport. */
function sum(reports: Report[], type: string, key: string): number {
  return reports
    .filter((report) => report.type === type)
    .reduce((all, report) => all + Number(report[key] ?? 0), 0);
}
