import type { RoomInfo } from "@aldis/client";
import { useState } from "react";
import { api } from "../account.ts";
import { CopyLink } from "../parts/copy-link.tsx";
import { Icon } from "../parts/icon.tsx";
import { follow } from "../route.ts";
import { day, t } from "../strings.ts";
import { RoomSettings } from "./room-settings.tsx";

/** A person's own rooms, newest first. */
export function RoomList({ rooms, onChanged }: { rooms: RoomInfo[]; onChanged: () => void }) {
  if (rooms.length === 0) {
    return (
      <div className="empty" data-testid="rooms-empty">
        <Icon name="people" size={28} />
        <p>{t().lobby.noRooms}</p>
      </div>
    );
  }
  const newestFirst = [...rooms].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  return (
    <ul className="rooms">
      {newestFirst.map((room) => (
        <Item key={room.roomId} room={room} onChanged={onChanged} />
      ))}
    </ul>
  );
}

function Item({ room, onChanged }: { room: RoomInfo; onChanged: () => void }) {
  const texts = t().lobby;
  const [sure, setSure] = useState(false);
  const [changes, setChanges] = useState(false);
  const facts = [
    ...(room.name ? [room.roomId] : []),
    texts.seatsOf(room.maxParticipants),
    ...{ yes: [texts.guestsMayJoin], ask: [texts.guestsMayAsk], no: [] }[room.guests],
    day(room.createdAt),
  ].filter(Boolean);

  async function remove() {
    if (!sure) return setSure(true);
    await api.deleteRoom(room.roomId).catch(() => {});
    onChanged();
  }

  return (
    <li className="rooms__item" data-testid="room-item" data-room-id={room.roomId}>
      <a className="rooms__link" href={`/r/${room.roomId}`} onClick={follow}>
        <span className={room.name ? "rooms__name" : "code"}>{room.name || room.roomId}</span>
        <span className="quiet">{facts.join(" · ")}</span>
      </a>
      <button
        type="button"
        className="button button--quiet button--icon"
        data-testid="room-change"
        aria-label={texts.change(room.name || room.roomId)}
        onClick={() => setChanges(true)}
      >
        <Icon name="settings" size={18} />
      </button>
      <CopyLink roomId={room.roomId} className="button button--quiet button--icon" testId="room-copy" />
      <button
        type="button"
        className={sure ? "button button--danger" : "button button--quiet button--icon"}
        data-testid="room-delete"
        aria-label={sure ? undefined : texts.deleteOf(room.name || room.roomId)}
        onClick={() => void remove()}
        onBlur={() => setSure(false)}
      >
        {sure ? texts.deleteSure : <Icon name="trash" size={18} />}
      </button>
      {changes && (
        <RoomSettings
          room={room}
          onDone={() => {
            setChanges(false);
            onChanged();
          }}
        />
      )}
    </li>
  );
}
