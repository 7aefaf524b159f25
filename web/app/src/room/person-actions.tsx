import type { PeerView } from "@aldis/media";
import { useId, useRef, useState } from "react";
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import type { Hosting } from "./hosting.ts";

/** What the host may do with a member; closed at first. */
export function PersonActions({ peer, hosting }: { peer: PeerView; hosting: Hosting }) {
  const id = useId();
  const texts = r().host;
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <>
      <button
        type="button"
        ref={button}
        className="button button--quiet button--icon people__more"
        data-testid="person-actions"
        aria-label={texts.actionsOf(peer.name)}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        <Icon name="more" size={20} />
      </button>
      {open && (
        <fieldset className="people__actions" id={id}>
          <legend className="unseen">{texts.actionsOf(peer.name)}</legend>
          <Actions peer={peer} hosting={hosting} onDone={close} />
        </fieldset>
      )}
    </>
  );
}

interface ActionsProps {
  peer: PeerView;
  hosting: Hosting;
  onDone: () => void;
}

function Actions({ peer, hosting, onDone }: ActionsProps) {
  const texts = r().host;
  const [asks, setAsks] = useState<"remove" | "handOver" | null>(null);
  const { userId, name } = peer;
  const doing = (act: () => void) => () => {
    act();
    onDone();
  };
  if (asks === "handOver") {
    return (
      <>
        <p role="status">{texts.handOverSure(name)}</p>
        <Action
          testId="hand-over-yes"
          text={texts.handOver}
          onClick={doing(() => hosting.handOver(userId))}
        />
        <Action testId="person-keep" text={texts.keep} onClick={onDone} />
      </>
    );
  }
  if (asks === "remove") {
    const remove = (ban: boolean) => doing(() => hosting.remove(userId, { ban }));
    return (
      <>
        <p role="status">{texts.removeSure(name)}</p>
        <Action testId="remove-yes" text={texts.remove} onClick={remove(false)} />
        <Action testId="ban-yes" text={texts.ban} onClick={remove(true)} />
        <Action testId="person-keep" text={texts.keep} onClick={onDone} />
      </>
    );
  }
  return (
    <>
      {peer.microphone && (
        <Action
          testId="ask-mute"
          text={texts.askMute}
          onClick={doing(() => hosting.askToMute(userId, "audio"))}
        />
      )}
      {peer.camera && (
        <Action
          testId="ask-camera"
          text={texts.askCamera}
          onClick={doing(() => hosting.askToMute(userId, "video"))}
        />
      )}
      <Action testId="hand-over" text={texts.handOver} onClick={() => setAsks("handOver")} />
      <Action testId="remove" text={texts.removeOf} onClick={() => setAsks("remove")} />
    </>
  );
}

function Action({ testId, text, onClick }: { testId: string; text: string; onClick: () => void }) {
  return (
    <button type="button" className="button people__action" data-testid={testId} onClick={onClick}>
      {text}
    </button>
  );
}
