// A backend drives all of /v1 of a node with the TypeScript client generated from its OpenAPI document.
// usage: node --experimental-websocket server.js BASE-URL KEY SECRET
import { createHmac } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import * as generated from "./client/index.js";
import { client } from "./client/client.gen.js";

const [baseUrl = "", kid = "", secret = ""] = process.argv.slice(2);

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

function token(sub: string, aldis: object, key = secret): string {
  const encode = (what: object) => Buffer.from(JSON.stringify(what)).toString("base64url");
  const signed = `${encode({ alg: "HS256", kid })}.${encode({ sub, exp: Math.floor(Date.now() / 1000) + 600, aldis })}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

const asked = new Set<string>();
/** The generated functions; which of them are used is noted. */
const api = new Proxy(generated, {
  get: (all, name) => {
    asked.add(String(name));
    return Reflect.get(all, name);
  },
});

class Member {
  readonly #heard: { type: string; data?: unknown }[] = [];
  readonly #socket: WebSocket;
  readonly closed: Promise<number>;

  constructor(sub: string) {
    const bearer = `bearer.${Buffer.from(token(sub, { join: true })).toString("base64url")}`;
    this.#socket = new WebSocket(`${baseUrl.replace("http", "ws")}/ws`, ["aldis.v1", bearer]);
    this.closed = new Promise((resolve) => this.#socket.addEventListener("close", ({ code }) => resolve(code)));
    this.#socket.addEventListener("message", ({ data }) => this.#heard.push(JSON.parse(String(data))));
  }

  static async in(roomId: string, sub: string): Promise<Member> {
    const member = new Member(sub);
    await member.hears("welcome");
    await member.joins(roomId);
    return member;
  }

  says(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  async joins(roomId: string): Promise<void> {
    this.says({ type: "join_room", data: { roomId } });
    await this.hears("room_joined");
  }

  /** The next message of this type, as JSON; those before it are forgotten. */
  async hears(type: string): Promise<string> {
    for (let tries = 0; tries < 200; tries++) {
      for (let next = this.#heard.shift(); next; next = this.#heard.shift()) {
        if (next.type === type) return JSON.stringify(next.data ?? null);
      }
      await setTimeout(50);
    }
    throw new Error(`${type} does not come`);
  }
}

client.setConfig({ baseUrl, auth: token("backend", { admin: true }), throwOnError: true });
const throwOnError = true as const;
const made: string[] = [];
for (const n of [1, 2, 3]) made.push((await api.serverCreateRoom({ body: { name: `TypeScript ${n}` }, throwOnError })).data.roomId);
const listed: string[] = [];
let cursor: string | undefined;
do {
  const page = (await api.serverListRooms({ query: { limit: 2, ...(cursor && { cursor }) }, throwOnError })).data;
  expect(page.rooms.length <= 2, "a page has as many as were asked for");
  listed.push(...page.rooms.map((room) => room.roomId));
  cursor = page.nextCursor;
} while (cursor);
expect(made.every((room) => listed.includes(room)), `all are listed: ${listed}`);

const [roomId = "", other = ""] = made;
const path = { roomId };
const of = (userId: string, roomId = path.roomId) => ({ path: { roomId, userId }, throwOnError });
await api.serverUpdateRoom({ path, body: { maxParticipants: 6 }, throwOnError });
expect((await api.serverGetRoom({ path, throwOnError })).data.maxParticipants === 6, "it is changed");

const there = async () => (await api.serverListParticipants({ path, throwOnError })).data.participants.map((one) => one.userId);
const ann = await Member.in(roomId, "ann");
ann.says({ type: "chat_message", cid: 1, data: { content: "Good morning!" } });
await ann.hears("ack");
expect((await there()).join() === "ann", "who is in it is listed");
const auth = token("ann", { room: roomId, join: true });
const said = async () => (await api.listMessages({ path, auth, throwOnError })).data.messages.map((one) => one.content);
for (let tries = 0; tries < 100 && (await said()).length === 0; tries++) await setTimeout(100); // it is accepted before it can be read
expect((await said()).join() === "Good morning!", "the chat is read");

await api.serverSendMessage({ path, body: { topic: "order", data: { state: "paid" } }, throwOnError });
expect((await ann.hears("message")) === '{"topic":"order","data":{"state":"paid"}}', "all are told");
await api.serverSendMessage({ path, body: { to: "ann", topic: "order", data: 7 }, throwOnError });
expect((await ann.hears("message")) === '{"topic":"order","data":7}', "she is told");
await api.serverRequestMute({ ...of("ann"), body: { kind: "audio" } });
expect((await ann.hears("mute_requested")) === '{"by":"backend","kind":"audio"}', "she is asked");
expect((await api.serverHandOver({ path, body: { userId: "ann" }, throwOnError })).data.hostId === "ann", "she hosts it");
const events = (await api.serverGetTimeline({ path, throwOnError })).data.events;
expect(events.some((event) => event.type === "participant.joined"), "the timeline tells of her");
await api.serverMoveParticipant({ ...of("ann"), body: { to: other } });
expect((await ann.hears("moved")).includes(other) && (await there()).length === 0, "she is moved");
await ann.joins(other);
await api.serverRemove({ ...of("ann", other), body: { ban: true } });
expect((await ann.closed) === 4403, "she is removed");
const banned = async () => (await api.serverListBans({ path: { roomId: other }, throwOnError })).data.bans.map((ban) => ban.userId);
expect((await banned()).join() === "ann", "she is banned");
await api.serverLiftBan(of("ann", other));
await api.serverLiftBans({ path: { roomId: other }, throwOnError });
expect((await banned()).length === 0, "nobody is banned");
const bea = await Member.in(roomId, "bea");
await api.serverRemoveParticipant(of("bea"));
expect((await bea.closed) === 4403, "she is removed");
const back = await Member.in(roomId, "bea");
await api.serverEndSessions({ path: { userId: "bea" }, throwOnError });
expect((await back.closed) === 4401, "her sessions end");

await api.serverUpdateRoom({ path, body: { guests: "ask" }, throwOnError });
for (const name of ["Gus", "Guy"]) await api.enterAsGuest({ path, body: { name }, throwOnError });
const waiting = async () => (await api.serverListWaiting({ path, throwOnError })).data;
const [gus, guy] = await waiting();
expect(gus?.name === "Gus" && guy?.name === "Guy", "both wait");
await api.serverAnswerWaiting({ path: { roomId, guestId: gus?.id ?? "" }, body: { admit: true }, throwOnError });
await api.serverAnswerAllWaiting({ path, body: { admitAll: false }, throwOnError });
expect((await waiting()).length === 0, "nobody waits");

const cem = await Member.in(roomId, "cem");
expect(!(await api.serverCloseRoom({ path, throwOnError })).data.active, "it is closed");
expect((await cem.closed) === 4404 && (await there()).length === 0, "its member is disconnected");
await api.serverDeleteRoom({ path, throwOnError });

const refused = await api.serverListRooms({ auth: token("backend", { admin: true }, "of somebody else"), throwOnError: false });
expect(refused.response?.status === 401 && refused.error?.code === "auth_invalid", `a typed problem: ${JSON.stringify(refused.error)}`);
const offered = Object.keys(generated).filter((name) => name.startsWith("server"));
const missing = offered.filter((name) => !asked.has(name));
expect(missing.length === 0, `not asked for: ${missing}`);
console.log(`the TypeScript client: a backend used all ${offered.length} operations of /v1`);
