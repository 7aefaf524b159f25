// A form that is sent to the server: busy meanwhile, and what was wrong.
import { AldisError } from "@aldis/client";
import { type FormEvent, useState } from "react";
import { t } from "./strings.ts";

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

/** What was wrong, in the page's language where the code is known; else in the server's words. */
export function explain(error: unknown): string {
  const { problems, failed } = t();
  const code = error instanceof AldisError ? error.code : "";
  if (Object.hasOwn(problems, code)) return problems[code as keyof typeof problems];
  return error instanceof Error ? error.message : failed;
}
