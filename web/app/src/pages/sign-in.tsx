import { type FormEvent, useState } from "react";
import { account } from "../account.ts";
import { Field } from "../parts/field.tsx";
import { isKnown, rememberKnown } from "../remember.ts";

type Way = "login" | "signup";

/** Signing up and logging in, in one card. */
export function SignIn() {
  const [way, setWay] = useState<Way>(isKnown() ? "login" : "signup");
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "");
    setBusy(true);
    setTrouble(null);
    try {
      if (way === "login") await account.login(text("email").trim(), text("password"));
      else await account.signup(text("email").trim(), text("password"), text("name").trim());
      rememberKnown();
    } catch (error) {
      setTrouble(explain(error));
      setBusy(false);
    }
  }

  return (
    <form className="card sign-in" onSubmit={(event) => void submit(event)} data-testid="auth-form">
      <Ways way={way} onChange={setWay} />
      {way === "signup" && (
        <Field label="Your name" testId="auth-name" name="name" autoComplete="name" maxLength={80} required />
      )}
      <Field label="Email" testId="auth-email" name="email" type="email" autoComplete="email" required />
      <Field
        label="Password"
        testId="auth-password"
        name="password"
        type="password"
        autoComplete={way === "login" ? "current-password" : "new-password"}
        minLength={way === "login" ? undefined : 8}
        {...(way === "signup" && { hint: "At least 8 characters." })}
        required
      />
      {trouble && (
        <p className="trouble" role="alert" data-testid="auth-error">
          {trouble}
        </p>
      )}
      <button
        type="submit"
        className="button button--accent button--wide"
        data-testid="auth-submit"
        disabled={busy}
      >
        {busy && <span className="spinner" aria-hidden="true" />}
        {way === "login" ? "Log in" : "Create account"}
      </button>
    </form>
  );
}

function Ways({ way, onChange }: { way: Way; onChange: (way: Way) => void }) {
  return (
    <fieldset className="ways">
      <legend className="unseen">New here, or back again?</legend>
      {(["signup", "login"] as const).map((each) => (
        <label key={each} className="ways__way" data-testid={`auth-mode-${each}`}>
          <input type="radio" name="way" checked={way === each} onChange={() => onChange(each)} />
          <span>{each === "signup" ? "Sign up" : "Log in"}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** The server's message, if there is one. */
function explain(error: unknown): string {
  return error instanceof Error ? error.message : "That did not work. Try again.";
}
