// In a page: one person's side of a call, with mediasoup-client. Every request to the media server goes through `ask`,
// which the test provides, as a node would.
import { Device } from "mediasoup-client";

const elements = new Map();
const consumers = new Map();
const producers = {};
const transports = {};
const states = [];
let device;
let receiving;

/** Loads what the room can do. */
async function enter() {
  device = await Device.factory();
  const { rtpCapabilities } = await ask("PUT", "", undefined);
  await device.load({ routerRtpCapabilities: rtpCapabilities });
  return device.handlerName;
}

async function transport(direction, protocol) {
  const made = await ask("POST", "/transports", { direction });
  if (protocol) made.iceCandidates = made.iceCandidates.filter((candidate) => candidate.protocol === protocol);
  const opened = direction === "send" ? device.createSendTransport(made) : device.createRecvTransport(made);
  opened.on("connect", ({ dtlsParameters }, done, failed) => {
    ask("POST", `/transports/${made.id}/connect`, { dtlsParameters }).then(done, failed);
  });
  opened.on("produce", ({ kind, rtpParameters }, done, failed) => {
    ask("POST", `/transports/${made.id}/producers`, { kind, rtpParameters }).then(done, failed);
  });
  opened.on("connectionstatechange", (state) => states.push({ direction, state, at: Date.now() }));
  transports[direction] = opened;
  return opened;
}

/** Sends microphone and camera; the camera in two layers, if `layers`. Answers the producers' ids. */
async function send({ layers, protocol } = {}) {
  const opened = await transport("send", protocol);
  const video = { width: 640, height: 480, frameRate: 15 };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video });
  for (const track of stream.getTracks()) {
    const encodings =
      track.kind === "video" && layers
        ? [{ scaleResolutionDownBy: 2, maxBitrate: 150_000 }, { maxBitrate: 500_000 }]
        : undefined;
    producers[track.kind] = await opened.produce({ track, encodings });
  }
  return { audio: producers.audio.id, video: producers.video.id };
}

/** Receives a producer. Answers the consumer's id and, of video, the milliseconds until its first frame. */
async function receive(producerId, { protocol } = {}) {
  receiving ??= transport("recv", protocol);
  const opened = await receiving;
  const rtpCapabilities = device.recvRtpCapabilities ?? device.rtpCapabilities;
  const made = await ask("POST", `/transports/${opened.id}/consumers`, { producerId, rtpCapabilities });
  const consumer = await opened.consume(made);
  consumers.set(made.id, consumer);
  const element = document.createElement(made.kind);
  Object.assign(element, { autoplay: true, muted: true, srcObject: new MediaStream([consumer.track]) });
  document.body.append(element);
  elements.set(made.id, element);
  const begun = performance.now();
  const first =
    made.kind === "video"
      ? new Promise((seen) => element.requestVideoFrameCallback(() => seen(performance.now() - begun)))
      : undefined;
  await ask("POST", `/consumers/${made.id}/resume`, {});
  return { id: made.id, kind: made.kind, firstFrameMs: await first };
}

/** What a consumer has decoded: of a video its frames and width, of audio its samples. */
async function decoded(id) {
  const reports = [...(await consumers.get(id).getStats()).values()].filter(({ type }) => type === "inbound-rtp");
  // A second stream without frames is the server's probing for bandwidth.
  const most = reports.sort((a, b) => (b.framesDecoded ?? 0) - (a.framesDecoded ?? 0))[0];
  return {
    amount: most?.framesDecoded ?? most?.totalSamplesReceived ?? 0,
    width: elements.get(id).videoWidth,
    lost: most?.packetsLost ?? 0,
  };
}

async function restart(direction) {
  const opened = transports[direction];
  const { iceParameters } = await ask("POST", `/transports/${opened.id}/restart`, {});
  await opened.restartIce({ iceParameters });
}

/** The protocol of the path in use. */
async function path(direction) {
  const reports = await transports[direction].getStats();
  for (const pair of reports.values()) {
    if (pair.type === "candidate-pair" && pair.nominated && pair.state === "succeeded") {
      return reports.get(pair.remoteCandidateId)?.protocol;
    }
  }
  return undefined;
}

window.call = {
  enter,
  send,
  receive,
  decoded,
  restart,
  path,
  states: () => states,
  state: (direction) => transports[direction]?.connectionState,
};
