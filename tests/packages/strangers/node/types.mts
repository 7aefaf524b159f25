import { Api, type Member, NotSent, Room } from "@aldis/client";

const api = new Api({ base: "https://calls.example.org", token: async ({ force }) => (force ? "new" : "old") });
const room = new Room({ url: "https://calls.example.org", roomId: "abc-defg-hij", api });
room.on("memberJoined", (member: Member) => member.name.toUpperCase());
// @ts-expect-error there is no such event
room.on("nothing", () => {});
try {
  await room.join();
  await room.send("topic", { any: "JSON" });
} catch (error) {
  if (error instanceof NotSent && error.code === "rate_limited") room.leave();
}
