// Drives a node with the TypeScript client generated from its OpenAPI document.
// usage: node drive.js BASE-URL
import { createRoom, deleteRoom, getAccount, getRoom, listMessages, listRooms, signUp, updateRoom } from "./client/index.js";
import { client } from "./client/client.gen.js";

function expect(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

client.setConfig({ baseUrl: process.argv[2] ?? "" });
const account = { email: "typescript@example.org", password: "a long enough password", name: "TypeScript" };
const entered = await signUp({ body: account, throwOnError: true });
if (!("accessToken" in entered.data)) throw new Error("a mail was sent, though addresses are not verified");
client.setConfig({ auth: entered.data.accessToken });
expect((await getAccount({ throwOnError: true })).data.name === "TypeScript", "the account is read");

const room = (await createRoom({ body: { maxParticipants: 3 }, throwOnError: true })).data;
const path = { roomId: room.roomId };
expect((await getRoom({ path, throwOnError: true })).data.maxParticipants === 3, "the room is read");
const changed = await updateRoom({ path, body: { maxParticipants: 5 }, throwOnError: true });
expect(changed.data.maxParticipants === 5, "the room is changed");
const listed = (await listRooms({ throwOnError: true })).data.rooms.map((it) => it.roomId);
expect(listed.join() === room.roomId, "the room is listed");
const said = await listMessages({ path, query: { limit: 10 }, throwOnError: true });
expect(said.data.messages.length === 0 && said.data.nextCursor === undefined, "nothing was said");
expect((await deleteRoom({ path })).response?.status === 204, "the room is deleted");
const missing = await getRoom({ path });
expect(missing.error?.code === "room_not_found", `a typed problem: ${JSON.stringify(missing.error)}`);
console.log("the TypeScript client: signed up; created, read, changed, listed and deleted a room");
