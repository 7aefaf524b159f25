// A form that is sent to the server: busy meanwhile, and what was wrong.
import { AldisError, Problem } from "@aldis/client";
import { type FormEvent, useState } from "react";
import type { PageStrings } from "./strings/page-en.ts";
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
  return explained(error, t());
}

/** The same in the language of this table. */
export function explained(error: unknown, { problems, fields, failed }: PageStrings): string {
  const code = error instanceof AldisError ? error.code : "";
  if (Object.hasOwn(problems, code)) return problems[code as keyof typeof problems];
  const wrong = error instanceof Problem ? wrongFields(error.errors) : [];
  const known = wrong.filter((field): field is keyof typeof fields => Object.hasOwn(fields, field));
  if (known.length > 0 && known.length === wrong.length) return known.map((field) => fields[field]).join(" ");
  return error instanceof Error ? error.message : failed;
}

/** The fields that the server refuses, once each. */
function wrongFields(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return [...new Set(errors.map((each: { field?: unknown } | null) => String(each?.field ?? "")))];
}
