import { useState } from "react";
import { Choice } from "../parts/choice.tsx";
import { GuestsChoice } from "../parts/guests-choice.tsx";
import { r } from "../strings/room.ts";
import type { Hosting } from "./hosting.ts";

/** For the host: who may come into the room, and the end for all. */
export function RoomAccess({ hosting }: { hosting: Hosting }) {
  const texts = r().host;
  const [sure, setSure] = useState(false);
  return (
    <section className="access" aria-labelledby="access">
      <h3 id="access">{texts.title}</h3>
      <Choice
        testId="room-locked"
        label={texts.lock}
        on={hosting.locked}
        onChange={(locked) => hosting.change({ locked })}
      />
      <GuestsChoice
        testId="call-guests"
        now={hosting.guests}
        onChange={(guests) => hosting.change({ guests })}
      />
      <button
        type="button"
        className={sure ? "button button--danger button--wide" : "button button--wide"}
        data-testid="end-for-all"
        onClick={() => (sure ? hosting.end() : setSure(true))}
        onBlur={() => setSure(false)}
      >
        {sure ? texts.endSure : texts.end}
      </button>
    </section>
  );
}
