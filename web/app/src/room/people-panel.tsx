import type { User } from "@aldis/client";
import type { CallView, Media, PeerView } from "@aldis/media";
import { useView } from "@aldis/react";
import type { ReactNode } from "react";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import type { Hosting } from "./hosting.ts";
import { PersonActions } from "./person-actions.tsx";
import type { Hands } from "./reactions.ts";
import { WaitingGuests } from "./waiting-guests.tsx";
import { progress } from "./words.ts";

interface PeoplePanelProps {
  view: CallView;
  media: Media;
  user: User;
  hands: Hands;
  hosting: Hosting;
  onClose: () => void;
}

/** Who is in the room, what they send, and what the host may do. */
export function PeoplePanel({ view, media, user, hands, hosting, onClose }: PeoplePanelProps) {
  const texts = r().people;
  const { microphone, camera, screen } = useView(media);
  return (
    <aside className="panel" aria-label={texts.title} data-testid="people">
      <header className="panel__head">
        <h2 tabIndex={-1}>{texts.title}</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label={texts.close}
          onClick={onClose}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <div className="people">
        <WaitingGuests hosting={hosting} />
        <ul>
          <Row
            name={r().tile.you(user.name)}
            isHost={hosting.isHost}
            hand={hands.isOwnUp}
            microphone={microphone.on}
            camera={camera.on}
            screen={screen.on}
            state={null}
          />
          {view.peers.map((peer) => (
            <Row
              key={peer.userId}
              {...peer}
              isHost={peer.userId === hosting.hostId}
              hand={hands.up.includes(peer.userId)}
              state={state(peer)}
              actions={hosting.isHost && <PersonActions peer={peer} hosting={hosting} />}
            />
          ))}
        </ul>
      </div>
    </aside>
  );
}

function state({ presence, connection }: PeerView): string | null {
  return presence === "away" ? r().words.away : progress(connection);
}

interface RowProps {
  name: string;
  isHost: boolean;
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  hand: boolean;
  state: string | null;
  actions?: ReactNode;
}

function Row({ name, isHost, microphone, camera, screen, hand, state, actions }: RowProps) {
  const texts = r().people;
  return (
    <li className="people__one" data-testid="person">
      <span className="people__name">
        <bdi>{name}</bdi>
        {isHost && <small>{texts.host}</small>}
        {state && <small>{state}</small>}
      </span>
      {hand && <Mark icon="hand" label={texts.hand} />}
      {screen && <Mark icon="screen" label={texts.sharesScreen} />}
      <Mark icon={microphone ? "microphone" : "microphoneOff"} label={microphone ? "" : texts.muted} />
      <Mark icon={camera ? "camera" : "cameraOff"} label={camera ? "" : texts.cameraOff} />
      {actions}
    </li>
  );
}

function Mark({
  icon,
  label,
}: {
  icon: "hand" | "screen" | "microphone" | "microphoneOff" | "camera" | "cameraOff";
  label: string;
}) {
  return (
    <span className={label ? "people__mark people__mark--told" : "people__mark"}>
      <Icon name={icon} size={18} />
      {label && <span className="unseen">, {label}</span>}
    </span>
  );
}
