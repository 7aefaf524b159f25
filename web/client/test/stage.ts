// Sets up a session over a fake socket, and says the server's usual lines.
import type { SocketMaker } from "../src/connection/line.ts";
import type { GetToken } from "../src/connection.ts";
import { Session } from "../src/session.ts";
import type { Numbered } from "../src/wire.ts";
import { FakeSocket, settle } from "./fakes.ts";

export const WELCOME = {
  userId: "me",
  nodeId: "n1",
  protocol: "aldis.v1",
  pingSeconds: 10,
  pongWithinSeconds: 15,
  heartbeatSeconds: 10,
  heartbeatWithinSeconds: 75,
  resumeWindowSeconds: 5,
  limits: {
    messageBytesMax: 65_536,
    messagesPerSecond: 50,
    burst: 100,
    chatCharsMax: 4_000,
    candidateBytesMax: 4_096,
    jsonDepthMax: 16,
    inFlightMax: 16,
    ackEvery: 32,
  },
  features: [],
};

export function joined(rev = 1, peers: { userId: string; rev: number }[] = [], sessionId = "s1") {
  return {
    type: "room_joined" as const,
    data: {
      roomId: "abc-defg-hij",
      existingPeers: peers.map((peer) => peer.userId),
      peers: peers.map((peer) => ({ ...peer, name: peer.userId.toUpperCase(), state: "on" as const })),
      rev,
      sessionId,
      resumeToken: `secret-${sessionId}`,
      mode: "mesh" as const,
      media: { mode: "mesh" as const, epoch: 0 },
      iceServers: [],
    },
  };
}

/** `getToken` that counts how often it was forced. */
export function tokens() {
  const asked: boolean[] = [];
  const getToken = async ({ force }: { force: boolean }) => {
    asked.push(force);
    return `token-${asked.length}`;
  };
  return { asked, getToken };
}

export function newSession(
  getToken: GetToken = tokens().getToken,
  random = 0.5,
  worthwhile = () => false,
  WebSocket: SocketMaker = FakeSocket as never,
): Session {
  FakeSocket.made = [];
  return new Session({
    roomId: "abc-defg-hij",
    url: "ws://test/ws",
    getToken,
    WebSocket,
    random: () => random,
    worthwhile,
  });
}

/** A session that has joined, with the socket it joined over. */
export async function joinedSession(rev = 1, peers: { userId: string; rev: number }[] = []) {
  const session = newSession();
  session.start();
  await settle();
  await welcome();
  FakeSocket.last.say(joined(rev, peers));
  return { session, socket: FakeSocket.last };
}

/** The newest socket opens and the server accepts its token. */
export async function welcome(): Promise<FakeSocket> {
  await settle();
  FakeSocket.last.open();
  FakeSocket.last.say({ type: "welcome", data: WELCOME });
  return FakeSocket.last;
}

export function chat(seq: number, content = `message ${seq}`): Numbered {
  return { type: "chat_message", seq, data: { id: `c${seq}`, senderId: "ann", content, timestamp: 1 } };
}

/** Where the session ends, or `undefined` while it goes on. */
export function ending(session: Session): () => string | undefined {
  let reason: string | undefined;
  session.on("stopped", (stopped) => {
    reason = stopped.reason;
  });
  return () => reason;
}
