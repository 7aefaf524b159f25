import type { AuthSettings } from "@aldis/sdk";
import { useEffect, useState } from "react";
import { account, api } from "../account.ts";
import { type Forms, formsOf, UNKNOWN, type Way } from "../auth-forms.ts";
import { Field } from "../parts/field.tsx";
import { Outcome } from "../parts/outcome.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { isKnown, rememberKnown } from "../remember.ts";
import { useSubmit } from "../submit.ts";

/** Signing up, logging in and asking for a new password, in one card. `invite`: the code of an invite's link. */
export function SignIn({ invite }: { invite?: string | undefined }) {
  const settings = useSettings();
  const [wished, setWished] = useState<Way>(invite === undefined && isKnown() ? "login" : "signup");
  const forms = formsOf(settings, wished);
  if (forms.way === "forgot") return <Forgot onBack={() => setWished("login")} />;
  return <Enter forms={forms} invite={invite} onWay={setWished} />;
}

function useSettings(): AuthSettings {
  const [settings, setSettings] = useState(UNKNOWN);
  useEffect(() => void api.authSettings().then(setSettings, () => {}), []);
  return settings;
}

interface EnterProps {
  forms: Forms;
  invite: string | undefined;
  onWay: (way: Way) => void;
}

function Enter({ forms, invite, onWay }: EnterProps) {
  const [mailed, setMailed] = useState(false);
  const isNew = forms.way === "signup";
  const { busy, trouble, submit } = useSubmit(async (text) => {
    if (!isNew) await account.login(text("email").trim(), text("password"));
    else {
      const code = text("invite").trim() || undefined;
      const isIn = await account.signup(text("email").trim(), text("password"), text("name").trim(), code);
      setMailed(!isIn);
    }
    rememberKnown();
  });

  const back = () => {
    setMailed(false);
    onWay("login");
  };
  if (mailed) return <Mailed text="A mail is on its way to you. Open its link to go on." onBack={back} />;
  return (
    <form className="card sign-in" onSubmit={submit} data-testid="auth-form">
      {forms.ways.length > 1 && <Ways way={forms.way} onChange={onWay} />}
      {isNew && (
        <Field label="Your name" testId="auth-name" name="name" autoComplete="name" maxLength={80} required />
      )}
      {forms.asksForInvite && (
        <Field
          label="Invite code"
          testId="auth-invite"
          name="invite"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={invite}
          hint="Signing up here is by invitation."
          required
        />
      )}
      <Field label="Email" testId="auth-email" name="email" type="email" autoComplete="email" required />
      <Field
        label="Password"
        testId="auth-password"
        name="password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        minLength={isNew ? 8 : undefined}
        {...(isNew && { hint: "At least 8 characters." })}
        required
      />
      <Trouble text={trouble} />
      <SubmitButton busy={busy} label={isNew ? "Create account" : "Log in"} />
      {forms.offersReset && (
        <button type="button" className="linklike" data-testid="auth-forgot" onClick={() => onWay("forgot")}>
          Forgot password?
        </button>
      )}
      {forms.isClosed && (
        <p className="quiet" data-testid="auth-closed">
          Nobody can sign up here by themselves. Ask whoever runs this server for an account.
        </p>
      )}
    </form>
  );
}

/** Asks for a mail with a link to set a new password. */
function Forgot({ onBack }: { onBack: () => void }) {
  const [mailed, setMailed] = useState(false);
  const { busy, trouble, submit } = useSubmit(async (text) => {
    await api.forgotPassword(text("email").trim());
    setMailed(true);
  });
  if (mailed) {
    return (
      <Mailed
        text="If an account has this address, a mail with a link is on its way to it."
        onBack={onBack}
      />
    );
  }
  return (
    <form className="card sign-in" onSubmit={submit} data-testid="forgot-form">
      <h2>Forgot your password?</h2>
      <p className="quiet">We send you a mail with a link to set a new one.</p>
      <Field label="Email" testId="auth-email" name="email" type="email" autoComplete="email" required />
      <Trouble text={trouble} />
      <SubmitButton busy={busy} label="Send the link" />
      <button type="button" className="linklike" data-testid="auth-back" onClick={onBack}>
        Back to log in
      </button>
    </form>
  );
}

function Mailed({ text, onBack }: { text: string; onBack: () => void }) {
  return (
    <Outcome title="Look into your mail" level={2}>
      <p role="status" data-testid="auth-mailed">
        {text}
      </p>
      <button type="button" className="button button--wide" data-testid="auth-back" onClick={onBack}>
        Back to log in
      </button>
    </Outcome>
  );
}

export function Trouble({ text }: { text: string | null }) {
  if (!text) return null;
  return (
    <p className="trouble" role="alert" data-testid="auth-error">
      {text}
    </p>
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
