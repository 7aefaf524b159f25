import type { Room } from "@aldis/sdk";
import { useState } from "react";
import { api } from "../account.ts";
import { CopyLink } from "../parts/copy-link.tsx";
import { Icon } from "../parts/icon.tsx";
import { follow } from "../route.ts";

/** A person's own rooms, newest first. */
export function RoomList({ rooms, onDeleted }: { rooms: Room[]; onDeleted: () => void }) {
  if (rooms.length === 0) {
    return (
      <div className="empty" data-testid="rooms-empty">
        <Icon name="people" size={28} />
        <p>No rooms yet. Rooms that you create appear here.</p>
      </div>
    );
  }
  const newestFirst = [...rooms].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  return (
    <ul className="rooms">
      {newestFirst.map((room) => (
        <Item key={room.roomId} room={room} onDeleted={onDeleted} />
      ))}
    </ul>
  );
}

function Item({ room, onDeleted }: { room: Room; onDeleted: () => void }) {
  const [sure, setSure] = useState(false);
  const made = new Date(room.createdAt);

  async function remove() {
    if (!sure) return setSure(true);
    await api.deleteRoom(room.roomId).catch(() => {});
    onDeleted();
  }

  return (
    <li className="rooms__item" data-testid="room-item" data-room-id={room.roomId}>
      <a className="rooms__link" href={`/r/${room.roomId}`} onClick={follow}>
        <span className="code">{room.roomId}</span>
        <span className="quiet">
          {room.maxParticipants} seats ·{" "}
          {Number.isNaN(made.valueOf()) ? "" : made.toLocaleDateString(undefined, { dateStyle: "medium" })}
        </span>
      </a>
      <CopyLink roomId={room.roomId} className="button button--quiet button--icon" testId="room-copy" />
      <button
        type="button"
        className={sure ? "button button--danger" : "button button--quiet button--icon"}
        data-testid="room-delete"
        aria-label={sure ? undefined : `Delete room ${room.roomId}`}
        onClick={() => void remove()}
        onBlur={() => setSure(false)}
      >
        {sure ? "Delete for everyone" : <Icon name="trash" size={18} />}
      </button>
    </li>
  );
}
