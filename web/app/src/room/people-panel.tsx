import type { User } from "@aldis/client";
import type { CallView, Media, PeerView } from "@aldis/media";
import { useView } from "@aldis/react";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import type { Hands } from "./reactions.ts";
import { progress } from "./words.ts";

interface PeoplePanelProps {
  view: CallView;
  media: Media;
  user: User;
  hands: Hands;
  onClose: () => void;
}

/** Who is in the room, and what they send. */
export function PeoplePanel({ view, media, user, hands, onClose }: PeoplePanelProps) {
  const texts = r().people;
  const { microphone, camera, screen } = useView(media);
  return (
    <aside className="panel" aria-label={texts.title} data-testid="people">
      <header className="panel__head">
        <h2>{texts.title}</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label={texts.close}
          onClick={onClose}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <ul className="people">
        <Row
          name={r().tile.you(user.name)}
          hand={hands.isOwnUp}
          microphone={microphone.on}
          camera={camera.on}
          screen={screen.on}
          state={null}
        />
        {view.peers.map((peer) => (
          <Row key={peer.userId} {...peer} hand={hands.up.includes(peer.userId)} state={state(peer)} />
        ))}
      </ul>
    </aside>
  );
}

function state({ presence, connection }: PeerView): string | null {
  return presence === "away" ? r().words.away : progress(connection);
}

interface RowProps {
  name: string;
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  hand: boolean;
  state: string | null;
}

function Row({ name, microphone, camera, screen, hand, state }: RowProps) {
  const texts = r().people;
  return (
    <li className="people__one" data-testid="person">
      <span className="people__name">
        {name}
        {state && <small>{state}</small>}
      </span>
      {hand && <Mark icon="hand" label={texts.hand} />}
      {screen && <Mark icon="screen" label={texts.sharesScreen} />}
      <Mark icon={microphone ? "microphone" : "microphoneOff"} label={microphone ? "" : texts.muted} />
      <Mark icon={camera ? "camera" : "cameraOff"} label={camera ? "" : texts.cameraOff} />
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
