import type { RoomInfo, User } from "@aldis/client";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { account, api } from "../account.ts";
import { Field } from "../parts/field.tsx";
import { GuestsChoice, guestsOf } from "../parts/guests-choice.tsx";
import { Icon } from "../parts/icon.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { Shell } from "../parts/shell.tsx";
import { navigate, roomIdOf } from "../route.ts";
import { t } from "../strings.ts";
import { explain, useSubmit } from "../submit.ts";
import { RoomList } from "./room-list.tsx";
import { LargeRoom, Seats, useRoomSize } from "./room-size.tsx";

/** The start page of a signed-in person: create a room, join one, or open one of their own. */
export function Lobby({ user }: { user: User }) {
  const who = (
    <>
      <span className="who__name" data-testid="user-name">
        {user.name}
      </span>
      <button
        type="button"
        className="button button--quiet"
        data-testid="logout"
        onClick={() => void account.logout()}
      >
        {t().logOut}
      </button>
    </>
  );
  return (
    <Shell head={who}>
      <main className="page lobby" data-testid="page-lobby">
        <PageTitle className="lobby__title">{t().lobby.title}</PageTitle>
        <div className="lobby__ways">
          <CreateRoom />
          <JoinRoom />
        </div>
        <MyRooms />
      </main>
    </Shell>
  );
}

function CreateRoom() {
  const texts = t().lobby;
  const size = useRoomSize();
  const { busy, trouble, submit } = useSubmit(async (text) => {
    const guests = guestsOf(text("guests"));
    const room = await api.createRoom({ name: text("name").trim(), guests, ...size.settings });
    navigate(`/r/${room.roomId}`);
  });
  return (
    <form className="card way" onSubmit={submit}>
      <h2>{texts.newRoom}</h2>
      <p className="quiet">{texts.newRoomText}</p>
      <Field label={texts.roomName} testId="create-name" name="name" maxLength={100} autoComplete="off" />
      <GuestsChoice first="yes" testId="create-guests" />
      <LargeRoom size={size} />
      <div className="way__row">
        <Seats size={size} />
        <button type="submit" className="button button--accent" data-testid="create-room" disabled={busy}>
          <Icon name="plus" size={18} />
          {texts.create}
        </button>
      </div>
      {trouble && (
        <p className="trouble" role="alert" data-testid="create-error">
          {trouble}
        </p>
      )}
    </form>
  );
}

function JoinRoom() {
  const texts = t().lobby;
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
      <h2>{texts.joinTitle}</h2>
      <p className="quiet">{texts.joinText}</p>
      <div className="way__row">
        <input
          className="input way__code"
          data-testid="join-code"
          aria-label={texts.code}
          placeholder={EXAMPLE}
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
          {texts.join}
        </button>
      </div>
      {wrong && (
        <p className="trouble" role="alert" data-testid="join-error">
          {texts.notACode}
        </p>
      )}
    </form>
  );
}

/** The same in every language. */
const EXAMPLE = "abc-defg-hij";

function MyRooms() {
  const [rooms, setRooms] = useState<RoomInfo[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const load = useCallback(async () => {
    try {
      setRooms(await api.rooms());
      setTrouble(null);
    } catch (error) {
      setTrouble(explain(error));
    }
  }, []);
  useEffect(() => void load(), [load]);

  return (
    <section className="mine" aria-labelledby="mine">
      <h2 id="mine">{t().lobby.yourRooms}</h2>
      {trouble && (
        <p className="trouble" role="alert">
          {trouble}{" "}
          <button type="button" className="linklike" onClick={() => void load()}>
            {t().tryAgain}
          </button>
        </p>
      )}
      {!rooms && !trouble && <p className="quiet">{t().loading}</p>}
      {rooms && <RoomList rooms={rooms.filter((room) => room.active)} onChanged={() => void load()} />}
    </section>
  );
}
