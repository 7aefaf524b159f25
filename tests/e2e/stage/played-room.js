// A room whose server the test plays, so that any state of the page is a moment away; with members who answer with real media, from
// a second page. Everything over HTTP goes to the real node.
import { until } from "./wait.js";

const LIMITS = {
  messageBytesMax: 65_536,
  messagesPerSecond: 50,
  burst: 100,
  chatCharsMax: 4_000,
  candidateBytesMax: 4_096,
  jsonDepthMax: 16,
  inFlightMax: 16,
  ackEvery: 32,
};
const WELCOME = {
  nodeId: "played",
  protocol: "aldis.v1",
  pingSeconds: 10,
  pongWithinSeconds: 15,
  heartbeatSeconds: 10,
  heartbeatWithinSeconds: 75,
  resumeWindowSeconds: 5,
  limits: LIMITS,
  features: [],
};
/** The messages of clients that are acknowledged by number. */
const COUNTED = (message) => typeof message.cid === "number";

export class PlayedRoom {
  #person;
  #members;
  #others = [];
  #socket = null;
  #seq = 0;
  #isAway = false;
  #ended = null;
  /** Numbered messages of the page that no test has asked for yet. */
  #heard = [];
  /** What `room_joined` says beside the members. */
  rules = { locked: false, guests: "ask", name: "Weekly meeting" };

  /** For the page of this person; `members`: a page of anything, in which the other members live. */
  static async of(person, members) {
    const room = new PlayedRoom();
    room.#person = person;
    room.#members = members;
    await members.evaluate(answering);
    await person.page.routeWebSocket(/\/ws$/, (socket) => room.#open(socket));
    return room;
  }

  /** From the next `join_room` on. `isSilent`: members who never answer. */
  has(names, { isSilent = false } = {}) {
    this.#others = names.map((name, at) => ({ userId: `played-${at + 1}`, name, rev: at + 2, isSilent }));
    this.#ended = null;
    this.#isAway = false;
    return this.#others;
  }

  /** Every join is refused, or a seat lost, with these: what `error` says, and the close code. */
  ends(code, close, message = `The server says ${code}.`) {
    this.#ended = { code, close, message };
    if (this.#socket) this.#end(this.#socket);
  }

  /** A numbered message. */
  say(type, data) {
    this.#seq += 1;
    this.#send({ type, seq: this.#seq, data });
  }

  /** One without a number. */
  tell(type, data) {
    this.#send({ type, data });
  }

  /** The next message of this type that the page has sent: its data. Those before it are forgotten. */
  async heard(type) {
    const at = await until(`the page says ${type}`, () => {
      const found = this.#heard.findIndex((message) => message.type === type);
      return found < 0 ? null : found + 1;
    });
    return this.#heard.splice(0, at).at(-1).data;
  }

  /** The line is cut, and stays so. */
  cut() {
    this.#isAway = true;
    this.#socket?.close({ code: 1012 });
    this.#socket = null;
  }

  #open(socket) {
    if (this.#isAway) return void socket.close({ code: 1012 });
    this.#socket = socket;
    socket.onMessage((text) => this.#hear(socket, JSON.parse(text)));
  }

  #send(message) {
    this.#socket?.send(JSON.stringify(message));
  }

  #end(socket) {
    const { code, close, message } = this.#ended;
    const data = { code, message, cid: null, retryable: false, retryAfterMs: null };
    socket.send(JSON.stringify({ type: "error", data }));
    socket.close({ code: close });
    this.#socket = null;
  }

  #hear(socket, message) {
    if (COUNTED(message)) {
      this.#heard.push(message);
      socket.send(JSON.stringify({ type: "ack", cid: message.cid }));
    }
    switch (message.type) {
      case "hello":
        return socket.send(JSON.stringify({ type: "welcome", data: { ...WELCOME, userId: this.#person.userId } }));
      case "join_room":
        return this.#join(socket, message.data.roomId);
      case "heartbeat":
        return socket.send(JSON.stringify({ type: "heartbeat_ack", data: { serverTime: new Date().toISOString() } }));
      case "offer":
        return void this.#answer(message.data);
      case "ice_candidate":
        return void this.#members.evaluate(([to, it]) => window.candidate(to, it), [message.data.targetUserId, message.data.candidate]);
    }
  }

  #join(socket, roomId) {
    if (this.#ended) return this.#end(socket);
    this.#seq = 0;
    const [hostId, sessionId] = [this.#person.userId, `played-${Date.now()}`];
    const session = { sessionId, resumeToken: "played", mode: "mesh", media: { mode: "mesh", epoch: 0 }, iceServers: [] };
    const data = { roomId, existingPeers: [], peers: [], rev: 1, hostId, ...this.rules, ...session };
    socket.send(JSON.stringify({ type: "room_joined", data }));
    for (const { isSilent, ...member } of this.#others) this.say("user_joined", member);
  }

  async #answer({ targetUserId, sdp }) {
    const member = this.#others.find(({ userId }) => userId === targetUserId);
    if (!member || member.isSilent) return;
    const answer = await this.#members.evaluate(([from, offer]) => window.answer(from, offer), [targetUserId, sdp]);
    this.say("answer", { senderUserId: targetUserId, sdp: answer });
  }
}

/** In the members' page: each answers offers with a drawn picture. */
function answering() {
  const connections = new Map();
  const drawn = (number) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
    const brush = canvas.getContext("2d");
    const draw = () => {
      brush.fillStyle = `hsl(${number * 47} 30% 32%)`;
      brush.fillRect(0, 0, 320, 180);
      brush.fillStyle = `hsl(${number * 47} 40% 60%)`;
      brush.beginPath();
      brush.arc(160 + 20 * Math.sin(Date.now() / 600), 90, 46, 0, 7);
      brush.fill();
    };
    draw();
    setInterval(draw, 400);
    return canvas.captureStream(3).getVideoTracks()[0];
  };
  window.answer = async (id, sdp) => {
    let pc = connections.get(id);
    if (!pc) {
      pc = new RTCPeerConnection();
      connections.set(id, pc);
    }
    await pc.setRemoteDescription({ type: "offer", sdp });
    const place = pc.getTransceivers().find(({ receiver }) => receiver.track.kind === "video");
    if (place && !place.sender.track) {
      place.direction = "sendrecv";
      await place.sender.replaceTrack(drawn(connections.size));
    }
    await pc.setLocalDescription();
    if (pc.iceGatheringState !== "complete") {
      await new Promise((done) => {
        pc.onicegatheringstatechange = () => pc.iceGatheringState === "complete" && done();
      });
    }
    return pc.localDescription.sdp;
  };
  window.candidate = (id, candidate) => connections.get(id)?.addIceCandidate(candidate ?? undefined).catch(() => {});
}
