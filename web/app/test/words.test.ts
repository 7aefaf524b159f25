import { describe, expect, test } from "vitest";
import { hint, troubleText } from "../src/room/words.ts";

describe("words", () => {
  test("say what failed and what is done about it", () => {
    expect(troubleText("Dee", { stage: "slow", cause: "no_path" })).toBe(
      "There is no network path to Dee yet. Trying again…",
    );
    expect(troubleText("Dee", { stage: "unreachable", cause: "no_answer" })).toMatch(
      /^Dee's browser does not answer\. .*Try another network/,
    );
  });

  test("tell beside a picture that goes on what is unusual, the most urgent first", () => {
    const peer = { name: "Dee", presence: "here", unsent: [] } as const;
    expect(hint(peer, false)).toBeNull();
    expect(hint(peer, true)).toBe("Weak connection");
    expect(hint({ ...peer, unsent: ["camera"] }, true)).toBe("Dee's program cannot show your camera");
    expect(hint({ ...peer, presence: "away", unsent: ["camera"] }, true)).toBe(
      "Reconnecting to the service…",
    );
  });
});
