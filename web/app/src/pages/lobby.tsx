import type { Room, User } from "@aldis/sdk";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { account, api } from "../account.ts";
import { Brand } from "../parts/brand.tsx";
import { Icon } from "../parts/icon.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { navigate, roomIdOf } from "../route.ts";
import { RoomList } from "./room-list.tsx";

/** The start page of a signed-in person: create a room, join one, or open one of their own. */
export function Lobby({ user }: { user: User }) {
  return (
    <div className="shell">
      <header className="shell__head">
        <Brand />
        <div className="who">
          <span className="who__name" data-testid="user-name">
            {user.name}
          </span>
          <button
            type="button"
            className="button button--quiet"
            data-testid="logout"
            onClick={() => void account.logout()}
          >
            Log out
          </button>
        </div>
      </header>
      <main className="page lobby" data-testid="page-lobby">
        <PageTitle className="lobby__title">Start a call, or join one</PageTitle>
        <div className="lobby__ways">
          <CreateRoom />
          <JoinRoom />
        </div>
        <MyRooms />
      </main>
    </div>
  );
}

const SEATS = [2, 3, 4, 6, 8, 12, 16];
/** Up to here calls without a media server are good on ordinary lines. */
const MESH_GOOD = 4;

function CreateRoom() {
  const [seats, setSeats] = useState(4);
  const [state, setState] = useState<{ busy: boolean; trouble?: string }>({ busy: false });

  async function create(event: FormEvent) {
    event.preventDefault();
    setState({ busy: true });
    try {
      const room = await api.createRoom({ maxParticipants: seats });
      navigate(`/r/${room.roomId}`);
    } catch (error) {
      setState({ busy: false, trouble: (error as Error).message });
    }
  }

  return (
    <form className="card way" onSubmit={(event) => void create(event)}>
      <h2>New room</h2>
      <p className="quiet">You get a link to share. The room stays yours until you delete it.</p>
      {seats > MESH_GOOD && (
        <p className="quiet" role="status" data-testid="seats-hint">
          Everybody sends their picture to everybody: with more than {MESH_GOOD} people, all need a fast line
          and computer.
        </p>
      )}
      <div className="way__row">
        <label className="seats">
          <span>Seats</span>
          <select
            className="input"
            value={seats}
            onChange={(event) => setSeats(Number(event.target.value))}
            data-testid="create-seats"
          >
            {SEATS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <button
          type="submit"
          className="button button--accent"
          data-testid="create-room"
          disabled={state.busy}
        >
          <Icon name="plus" size={18} />
          Create room
        </button>
      </div>
      {state.trouble && (
        <p className="trouble" role="alert" data-testid="create-error">
          {state.trouble}
        </p>
      )}
    </form>
  );
}

function JoinRoom() {
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);

  function join(event: FormEvent) {
    event.preventDefault();
    const roomId = roomIdOf(text);
    if (roomId) navigate(`/r/${roomId}`);
    else setWrong(true);
  }

  return (
    <form className="card way" onSubmit={join}>
      <h2>Join with a code or link</h2>
      <p className="quiet">Paste the code or link you received.</p>
      <div className="way__row">
        <input
          className="input way__code"
          data-testid="join-code"
          aria-label="Room code or link"
          placeholder="abc-defg-hij"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          aria-invalid={wrong}
          onChange={(event) => {
            setText(event.target.value);
            setWrong(false);
          }}
          required
        />
        <button type="submit" className="button" data-testid="join-submit">
          Join
        </button>
      </div>
      {wrong && (
        <p className="trouble" role="alert" data-testid="join-error">
          This is not a room code. A code looks like abc-defg-hij.
        </p>
      )}
    </form>
  );
}

function MyRooms() {
  const [rooms, setRooms] = useState<Room[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const load = useCallback(async () => {
    try {
      setRooms(await api.rooms());
      setTrouble(null);
    } catch (error) {
      setTrouble((error as Error).message);
    }
  }, []);
  useEffect(() => void load(), [load]);

  return (
    <section className="mine" aria-labelledby="mine">
      <h2 id="mine">Your rooms</h2>
      {trouble && (
        <p className="trouble" role="alert">
          {trouble}{" "}
          <button type="button" className="linklike" onClick={() => void load()}>
            Try again
          </button>
        </p>
      )}
      {!rooms && !trouble && <p className="quiet">Loading…</p>}
      {rooms && <RoomList rooms={rooms.filter((room) => room.active)} onDeleted={() => void load()} />}
    </section>
  );
}
