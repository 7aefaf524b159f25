import type { CallView, Media, PeerView, User } from "@aldis/sdk";
import { Icon } from "../parts/icon.tsx";
import { useView } from "../view.ts";
import { progress } from "./words.ts";

interface PeoplePanelProps {
  view: CallView;
  media: Media;
  user: User;
  onClose: () => void;
}

/** Who is in the room, and what they send. */
export function PeoplePanel({ view, media, user, onClose }: PeoplePanelProps) {
  const { microphone, camera, screen } = useView(media);
  return (
    <aside className="panel" aria-label="People" data-testid="people">
      <header className="panel__head">
        <h2>People</h2>
        <button
          type="button"
          className="button button--quiet button--icon"
          aria-label="Close the list of people"
          onClick={onClose}
        >
          <Icon name="close" size={20} />
        </button>
      </header>
      <ul className="people">
        <Row
          name={`${user.name} (you)`}
          microphone={microphone.on}
          camera={camera.on}
          screen={screen.on}
          state={null}
        />
        {view.peers.map((peer) => (
          <Row key={peer.userId} {...peer} state={state(peer)} />
        ))}
      </ul>
    </aside>
  );
}

function state({ presence, connection }: PeerView): string | null {
  return presence === "away" ? "Reconnecting to the service…" : progress(connection);
}

interface RowProps {
  name: string;
  microphone: boolean;
  camera: boolean;
  screen: boolean;
  state: string | null;
}

function Row({ name, microphone, camera, screen, state }: RowProps) {
  return (
    <li className="people__one" data-testid="person">
      <span className="people__name">
        {name}
        {state && <small>{state}</small>}
      </span>
      {screen && <Mark icon="screen" label="shares a screen" />}
      <Mark icon={microphone ? "microphone" : "microphoneOff"} label={microphone ? "" : "muted"} />
      <Mark icon={camera ? "camera" : "cameraOff"} label={camera ? "" : "camera off"} />
    </li>
  );
}

function Mark({
  icon,
  label,
}: {
  icon: "screen" | "microphone" | "microphoneOff" | "camera" | "cameraOff";
  label: string;
}) {
  return (
    <span className={label ? "people__mark people__mark--told" : "people__mark"}>
      <Icon name={icon} size={18} />
      {label && <span className="unseen">, {label}</span>}
    </span>
  );
}
