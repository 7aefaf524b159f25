// A form that is sent to the server: busy meanwhile, and what was wrong.
import { type FormEvent, useState } from "react";

/** A field's text. */
type Text = (name: string) => string;

interface Submit {
  busy: boolean;
  trouble: string | null;
  submit: (event: FormEvent<HTMLFormElement>) => void;
}

export function useSubmit(send: (text: Text) => Promise<void>): Submit {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    setTrouble(null);
    send((name) => String(form.get(name) ?? ""))
      .catch((error: unknown) => setTrouble(explain(error)))
      .finally(() => setBusy(false));
  };
  return { busy, trouble, submit };
}

/** The server's message, if there is one. */
export function explain(error: unknown): string {
  return error instanceof Error ? error.message : "That did not work. Try again.";
}
