// How many a new room is for: up to eight between the browsers, more, from three people on, through a media server, where the node
// has one.
import type { RoomSettings } from "@aldis/client";
import { useEffect, useState } from "react";
import { api } from "../account.ts";
import { t } from "../strings.ts";

/** Nodes let no more into a room without a media server (`room.mesh_participants_max`). */
const SEATS = [2, 3, 4, 5, 6, 8];
/** Up to here calls without a media server are good on ordinary lines. */
const MESH_GOOD = 4;
const LARGE = [12, 25, 50, 100];

/** The seats to choose from; `max`: of rooms with a media server. */
export function seatsOf(isLarge: boolean, max: number): number[] {
  if (!isLarge) return SEATS;
  const most = Math.min(max, LARGE.at(-1) ?? max);
  return [...LARGE.filter((seats) => seats < most), most];
}

/** What a room of this size is made with. */
export function settingsOf(seats: number, isLarge: boolean): RoomSize["settings"] {
  return { maxParticipants: seats, ...(isLarge && { mode: "auto" as const }) };
}

export interface RoomSize {
  settings: Pick<RoomSettings, "maxParticipants" | "mode">;
  seats: number;
  choices: number[];
  isLarge: boolean;
  /** Whether large rooms can be made. */
  offersLarge: boolean;
  setSeats: (seats: number) => void;
  setLarge: (isLarge: boolean) => void;
}

export function useRoomSize(): RoomSize {
  const [seats, setSeats] = useState(MESH_GOOD);
  const [isLarge, setLarge] = useState(false);
  const [max, setMax] = useState(0);
  useEffect(() => {
    // A node that does not answer says so when a room is made.
    api.authSettings().then(
      ({ sfuParticipantsMax }) => setMax(sfuParticipantsMax ?? 0),
      () => {},
    );
  }, []);
  return {
    settings: settingsOf(seats, isLarge),
    seats,
    choices: seatsOf(isLarge, max),
    isLarge,
    offersLarge: max > 0,
    setSeats,
    setLarge: (next) => {
      setLarge(next);
      setSeats(next ? (seatsOf(true, max)[0] ?? MESH_GOOD) : MESH_GOOD);
    },
  };
}

/** What a choice means, and the choice of a large room. */
export function LargeRoom({ size }: { size: RoomSize }) {
  const texts = t().lobby;
  return (
    <>
      {size.offersLarge && (
        <label className="choice">
          <input
            type="checkbox"
            checked={size.isLarge}
            onChange={(event) => size.setLarge(event.target.checked)}
            data-testid="create-large"
          />
          <span>{texts.large}</span>
        </label>
      )}
      {!size.isLarge && size.seats > MESH_GOOD && (
        <p className="quiet" role="status" data-testid="seats-hint">
          {texts.seatsHint(MESH_GOOD)}
        </p>
      )}
    </>
  );
}

export function Seats({ size }: { size: RoomSize }) {
  return (
    <label className="seats">
      <span>{t().lobby.seats}</span>
      <select
        className="input"
        value={size.seats}
        onChange={(event) => size.setSeats(Number(event.target.value))}
        data-testid="create-seats"
      >
        {size.choices.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}
