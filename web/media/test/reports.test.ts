import { Problem, type Reports, Unreachable } from "@aldis/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LIMITS } from "../src/limits.ts";
import type { Peer } from "../src/peer.ts";
import { Reporter, watched } from "../src/reports.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Trouble = Peer["view"]["trouble"];

const PATH = [
  { id: "t", type: "transport", selectedCandidatePairId: "p" },
  {
    id: "p",
    type: "candidate-pair",
    localCandidateId: "l",
    remoteCandidateId: "r",
    currentRoundTripTime: 0.0314,
  },
  {
    id: "l",
    type: "local-candidate",
    candidateType: "relay",
    protocol: "udp",
    relayProtocol: "tls",
    address: "192.0.2.7",
  },
  { id: "r", type: "remote-candidate", candidateType: "srflx", protocol: "udp", address: "2001:db8::1" },
  { id: "i", type: "inbound-rtp", packetsReceived: 995, packetsLost: 5 },
];
const MEASURED = {
  local: { type: "relay", protocol: "tls", family: "ipv4" },
  remote: { type: "srflx", protocol: "udp", family: "ipv6" },
  rttMs: 31,
  lostPerMille: 5,
};

/** A connection to one member, in whatever state a test says. */
function connection(userId: string) {
  const pc = {
    connectionState: "new",
    iceConnectionState: "new",
    getStats: async () => new Map(PATH.map((each) => [each.id, each])),
  };
  const state = { trouble: null as Trouble };
  const peer = {
    member: { userId },
    pc,
    view: state,
    receiving: () => null,
    connectionNumber: 1,
  } as unknown as Peer;
  return { peer, pc, state };
}

function reporter(answer: () => Promise<void> = async () => {}) {
  const told: Reports[] = [];
  const made = new Reporter((reports) => {
    told.push(reports);
    return answer();
  });
  return { made, told };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test("a connection is told when it comes about, is interrupted, recovers and ends, with its path and never an address", async () => {
  const { made, told } = reporter();
  const { peer, pc } = connection("zoe");
  const is = (state: string) => {
    pc.connectionState = state;
    made.look([watched(peer)]);
  };
  made.look([watched(peer)]);
  await pass(2_000);
  is("connected");
  await pass(LIMITS.reportBatchMs);
  expect(told).toEqual([{ media: [{ userId: "zoe", state: "connected", seconds: 2, ...MEASURED }] }]);
  is("disconnected");
  is("connected");
  await pass(60_000);
  expect(told).toHaveLength(1);
  is("disconnected");
  await pass(4_000);
  is("failed");
  await pass(3_000);
  is("connected");
  await pass(LIMITS.reportBatchMs);
  expect(told[1]?.media).toEqual([
    { userId: "zoe", state: "failed", trouble: "interrupted", seconds: 4, ...MEASURED },
    { userId: "zoe", state: "recovered", seconds: 3, ...MEASURED },
  ]);
  made.end();
  await pass(0);
  expect(told[2]?.media).toEqual([{ userId: "zoe", state: "ended", seconds: 70, ...MEASURED }]);
  expect(JSON.stringify(told)).not.toMatch(/192\.0\.2|2001:db8/);
  await pass(LIMITS.reportSampleMs * 2);
  expect([told.length, vi.getTimerCount()]).toEqual([3, 0]);
});

test("a connection that never comes about is told once, with its cause, also when somebody gives up before", async () => {
  const { made, told } = reporter();
  const [zoe, ben, short] = [connection("zoe"), connection("ben"), connection("short")];
  const all = [zoe.peer, ben.peer, short.peer];
  made.look(all.map(watched));
  await pass(1_000);
  made.look(all.slice(0, 2).map(watched));
  await pass(9_000);
  for (const { state } of [zoe, ben]) state.trouble = { stage: "slow", cause: "no_path" };
  made.look([zoe.peer, ben.peer].map(watched));
  zoe.state.trouble = { stage: "unreachable", cause: "no_keys" };
  made.look([zoe.peer, ben.peer].map(watched));
  made.look([watched(zoe.peer)]);
  made.end();
  await pass(0);
  expect(told).toEqual([
    {
      media: [
        { userId: "zoe", state: "failed", trouble: "no_keys", seconds: 10 },
        { userId: "ben", state: "failed", trouble: "no_path", seconds: 10 },
      ],
    },
  ]);
});

test("a connection to a media server is told by its direction", async () => {
  const { made, told } = reporter();
  const stats = async () => ({
    packetsReceived: 960,
    packetsLost: 40,
    roundTripTime: 0.02,
    localCandidateType: "host",
    remoteCandidateType: "host",
    localProtocol: "tcp",
    remoteProtocol: "tcp",
    localFamily: null,
    remoteFamily: null,
  });
  const [id, end] = [{}, { direction: "send" as const }];
  const look = (state: RTCPeerConnectionState, isUnreachable = false) =>
    made.look([{ id, end, state, cause: isUnreachable ? "no_path" : null, isUnreachable, stats }]);
  look("connecting");
  await pass(30_000);
  look("new", true);
  await pass(4_000);
  look("connected");
  await pass(LIMITS.reportBatchMs);
  const path = { type: "host", protocol: "tcp" };
  expect(told.flatMap(({ media }) => media)).toEqual([
    { direction: "send", state: "failed", trouble: "no_path", seconds: 30 },
    {
      direction: "send",
      state: "recovered",
      seconds: 4,
      local: path,
      remote: path,
      rttMs: 20,
      lostPerMille: 40,
    },
  ]);
});

test("a device's trouble is told once; who closes the picker of screens has none", async () => {
  const { made, told } = reporter();
  made.device("camera", "busy");
  made.device("camera", "busy");
  made.device("screen", "denied");
  made.device("microphone", null);
  await pass(LIMITS.reportBatchMs);
  expect(told).toEqual([{ devices: [{ device: "camera", trouble: "busy" }] }]);
  made.device("camera", null);
  made.device("camera", "ended");
  made.end();
  await pass(0);
  expect(told[1]).toEqual({ devices: [{ device: "camera", trouble: "ended" }] });
});

const problem = (status: number) => new Problem(status, {}, null);

test.each([
  ["is unreachable", new Unreachable()],
  ["fails", problem(503)],
  ["is asked too often", problem(429)],
])("a service that %s for a while is told afterwards, the newest", async (_, error) => {
  let isAway = true;
  const { made, told } = reporter(() => (isAway ? Promise.reject(error) : Promise.resolve()));
  for (let round = 0; round < 5; round += 1) {
    const { peer, pc } = connection(`u${round}`);
    pc.connectionState = "connected";
    made.look([watched(peer)]);
    await pass(LIMITS.reportAgainMs);
  }
  isAway = false;
  told.length = 0;
  await pass(LIMITS.reportAgainMs);
  const known = told.flatMap(({ media }) => media ?? []);
  expect(known.map(({ userId, state }) => `${userId} ${state}`).sort()).toEqual([
    "u0 connected",
    "u0 ended",
    "u1 connected",
    "u1 ended",
    "u2 connected",
    "u2 ended",
    "u3 connected",
    "u3 ended",
    "u4 connected",
  ]);
});

test("after the call nobody tries again", async () => {
  const { made, told } = reporter(() => Promise.reject(new Unreachable()));
  const { peer, pc } = connection("zoe");
  pc.connectionState = "connected";
  made.look([watched(peer)]);
  made.end();
  await pass(10 * LIMITS.reportAgainMs);
  expect(told.length).toBe(1);
});

test("a service that does not take reports is left alone, and many at once are cut", async () => {
  const { made, told } = reporter(() => Promise.reject(problem(404)));
  for (let round = 0; round < 5; round += 1) {
    const peers = Array.from({ length: 20 }, (_, number) => connection(`u${number}`));
    for (const { pc } of peers) pc.connectionState = "connected";
    made.look(peers.map(({ peer }) => watched(peer)));
    await pass(LIMITS.reportBatchMs);
  }
  expect(told.map(({ media }) => media?.length)).toEqual([16, 16, 16]);
});
