// A backend drives /v1 of a node with the TypeScript client generated from its OpenAPI document.
// usage: node --experimental-websocket server.js BASE-URL KEY SECRET
import { createHmac } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { listMessages, serverCloseRoom, serverCreateRoom, serverListParticipants, serverListRooms, serverUpdateRoom } from "./client/index.js";
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

client.setConfig({ baseUrl, auth: token("backend", { admin: true }), throwOnError: true });
const made: string[] = [];
for (const n of [1, 2, 3]) made.push((await serverCreateRoom({ body: { name: `TypeScript ${n}` }, throwOnError: true })).data.roomId);
const listed: string[] = [];
let cursor: string | undefined;
do {
  const page = (await serverListRooms({ query: { limit: 2, ...(cursor && { cursor }) }, throwOnError: true })).data;
  expect(page.rooms.length <= 2, "a page has as many as were asked for");
  listed.push(...page.rooms.map((room) => room.roomId));
  cursor = page.nextCursor;
} while (cursor);
expect(made.every((room) => listed.includes(room)), `all are listed: ${listed}`);

const roomId = made[0] ?? "";
const path = { roomId };
const changed = (await serverUpdateRoom({ path, body: { maxParticipants: 6 }, throwOnError: true })).data;
expect(changed.maxParticipants === 6, "it is changed");

const ann = token("ann", { room: roomId, join: true });
const bearer = `bearer.${Buffer.from(ann).toString("base64url")}`;
const socket = new WebSocket(`${baseUrl.replace("http", "ws")}/ws`, ["aldis.v1", bearer]);
const heard = (type: string) =>
  new Promise<void>((resolve) => socket.addEventListener("message", ({ data }) => JSON.parse(String(data)).type === type && resolve()));
const closed = new Promise<number>((resolve) => socket.addEventListener("close", ({ code }) => resolve(code)));
await heard("welcome");
socket.send(JSON.stringify({ type: "join_room", data: { roomId } }));
await heard("room_joined");
socket.send(JSON.stringify({ type: "chat_message", cid: 1, data: { content: "Good morning!" } }));
await heard("ack");
const there = async () => (await serverListParticipants({ path, throwOnError: true })).data.participants.map((one) => one.userId);
expect((await there()).join() === "ann", "who is in it is listed");
const said = async () => (await listMessages({ path, auth: ann, throwOnError: true })).data.messages.map((one) => one.content);
for (let tries = 0; tries < 100 && (await said()).length === 0; tries++) await setTimeout(100); // it is accepted before it can be read
expect((await said()).join() === "Good morning!", "the chat is read");
expect(!(await serverCloseRoom({ path, throwOnError: true })).data.active, "it is closed");
expect((await closed) === 4404, "its member is disconnected");
expect((await there()).length === 0, "nobody is in it");

const refused = await serverListRooms({ auth: token("backend", { admin: true }, "of somebody else"), throwOnError: false });
expect(refused.response?.status === 401 && refused.error?.code === "auth_invalid", `a typed problem: ${JSON.stringify(refused.error)}`);
console.log("the TypeScript client: a backend made rooms, listed pages, changed one, listed who is in it, read the chat, closed it");
