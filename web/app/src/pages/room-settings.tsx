import type { RoomInfo } from "@aldis/client";
import { useEffect, useRef } from "react";
import { api } from "../account.ts";
import { Field } from "../parts/field.tsx";
import { GuestsChoice, guestsOf } from "../parts/guests-choice.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { t } from "../strings.ts";
import { useSubmit } from "../submit.ts";
import { Trouble } from "./sign-in.tsx";

/** A host changes what a room is called and who may join. */
export function RoomSettings({ room, onDone }: { room: RoomInfo; onDone: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  const texts = t().lobby;
  const { busy, trouble, submit } = useSubmit(async (text) => {
    await api.changeRoom(room.roomId, { name: text("name").trim(), guests: guestsOf(text("guests")) });
    onDone();
  });
  return (
    <dialog
      className="dialog"
      ref={ref}
      onClose={onDone}
      aria-labelledby="room-title"
      data-testid="room-dialog"
    >
      <header className="dialog__head">
        <h2 id="room-title">
          {texts.changeTitle} <span className="code">{room.roomId}</span>
        </h2>
      </header>
      <form className="sign-in" onSubmit={submit}>
        <Field
          label={texts.roomName}
          testId="room-name"
          name="name"
          maxLength={100}
          autoComplete="off"
          defaultValue={room.name}
        />
        <GuestsChoice first={room.guests} testId="room-guests" />
        <Trouble text={trouble} />
        <div className="dialog__actions">
          <button type="button" className="button" onClick={() => ref.current?.close()}>
            {t().cancel}
          </button>
          <SubmitButton busy={busy} label={t().save} />
        </div>
      </form>
    </dialog>
  );
}
