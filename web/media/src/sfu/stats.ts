import type { Member } from "@aldis/client";
import { type PathStats, type PeerStats, type Report, readPath } from "../stats.ts";
import type { Got } from "./receiver.ts";
import type { SfuTransport } from "./transport.ts";

/** The browser's statistics by member: what is received of each over the one transport. */
export async function sfuStats(
  members: readonly Member[],
  of: (userId: string) => Got[],
  transport: SfuTransport,
): Promise<PeerStats[]> {
  const reports = await read(transport);
  const all = [...reports.values()];
  const path = readPath(reports);
  return members.map(({ userId }) => {
    const got = of(userId);
    const inbound = (each: Got) => decoding(all, each.consumer.track.id);
    const most = (source: string, key: string) =>
      Math.max(
        0,
        ...got
          .filter(({ announced }) => announced.source === source)
          .map((each) => count(inbound(each), key)),
      );
    const sum = (key: string) => got.reduce((total, each) => total + count(inbound(each), key), 0);
    return {
      userId,
      connectionNumber: transport.number,
      connectionState: transport.state,
      iceConnectionState: ice(transport.state),
      framesDecoded: most("camera", "framesDecoded"),
      screenFramesDecoded: most("screen", "framesDecoded"),
      microphonePacketsReceived: most("microphone", "packetsReceived"),
      bytesReceived: sum("bytesReceived"),
      bytesSent: 0,
      packetsReceived: sum("packetsReceived"),
      packetsLost: sum("packetsLost"),
      ...path,
    };
  });
}

/** How well one of the two transports carries media: of what is sent the media server says what did not arrive. */
export async function transportStats(
  direction: "send" | "recv",
  transport: SfuTransport,
): Promise<PathStats> {
  const reports = await read(transport);
  const sum = (type: string, key: string) =>
    [...reports.values()]
      .filter((report) => report.type === type)
      .reduce((all, report) => all + count(report, key), 0);
  const isSending = direction === "send";
  const packetsLost = sum(isSending ? "remote-inbound-rtp" : "inbound-rtp", "packetsLost");
  const packetsReceived = isSending
    ? Math.max(0, sum("outbound-rtp", "packetsSent") - packetsLost)
    : sum("inbound-rtp", "packetsReceived");
  return { packetsReceived, packetsLost, ...readPath(reports) };
}

async function read(transport: SfuTransport): Promise<Map<string, Report>> {
  const reports = new Map<string, Report>();
  (await transport.present?.getStats().catch(() => null))?.forEach((report: Report) => {
    reports.set(report.id, report);
  });
  return reports;
}

/** Of a track's streams the one that decodes: another one is the server's probing for bandwidth. */
function decoding(all: Report[], trackId: string): Report | undefined {
  const inbound = all.filter((report) => report.type === "inbound-rtp" && report.trackIdentifier === trackId);
  return inbound.sort((a, b) => count(b, "framesDecoded") - count(a, "framesDecoded"))[0];
}

function count(report: Report | undefined, key: string): number {
  return Number(report?.[key] ?? 0);
}

/** Only the whole connection's state is known; ICE's is not told apart. */
function ice(state: RTCPeerConnectionState): RTCIceConnectionState {
  return state === "connecting" ? "checking" : state;
}
