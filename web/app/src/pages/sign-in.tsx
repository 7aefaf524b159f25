import type { AuthSettings } from "@aldis/client";
import { useEffect, useState } from "react";
import { account, api } from "../account.ts";
import { type Forms, formsOf, UNKNOWN, type Way } from "../auth-forms.ts";
import { Field } from "../parts/field.tsx";
import { Outcome } from "../parts/outcome.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { isKnown } from "../remember.ts";
import { t } from "../strings.ts";
import { useSubmit } from "../submit.ts";

/** Signing up, logging in and asking for a new password, in one card. `invite`: the code of an invite's link. */
export function SignIn({ invite }: { invite?: string | undefined }) {
  const settings = useSettings();
  const [wished, setWished] = useState<Way>(invite === undefined && isKnown() ? "login" : "signup");
  const forms = formsOf(settings, wished);
  if (forms.isOff) {
    return (
      <p className="card quiet" data-testid="auth-off">
        {t().signIn.off}
      </p>
    );
  }
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
  });

  const back = () => {
    setMailed(false);
    onWay("login");
  };
  const texts = t().signIn;
  if (mailed) return <Mailed text={texts.signUpMailed} onBack={back} />;
  return (
    <form className="card sign-in" onSubmit={submit} data-testid="auth-form">
      {forms.ways.length > 1 && <Ways way={forms.way} onChange={onWay} />}
      {isNew && (
        <Field
          label={texts.name}
          testId="auth-name"
          name="name"
          autoComplete="name"
          maxLength={64}
          required
        />
      )}
      {forms.asksForInvite && (
        <Field
          label={texts.invite}
          testId="auth-invite"
          name="invite"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          defaultValue={invite}
          hint={texts.inviteHint}
          required
        />
      )}
      <Field
        label={texts.email}
        testId="auth-email"
        name="email"
        type="email"
        autoComplete="email"
        required
      />
      <Field
        label={texts.password}
        testId="auth-password"
        name="password"
        type="password"
        autoComplete={isNew ? "new-password" : "current-password"}
        minLength={isNew ? 8 : undefined}
        {...(isNew && { hint: texts.passwordHint })}
        required
      />
      <Trouble text={trouble} />
      <SubmitButton busy={busy} label={isNew ? texts.create : t().logIn} />
      {forms.offersReset && (
        <button type="button" className="linklike" data-testid="auth-forgot" onClick={() => onWay("forgot")}>
          {texts.forgot}
        </button>
      )}
      {forms.isClosed && (
        <p className="quiet" data-testid="auth-closed">
          {texts.closed}
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
  const texts = t().signIn;
  if (mailed) return <Mailed text={texts.resetMailed} onBack={onBack} />;
  return (
    <form className="card sign-in" onSubmit={submit} data-testid="forgot-form">
      <h2>{texts.forgotTitle}</h2>
      <p className="quiet">{texts.forgotText}</p>
      <Field
        label={texts.email}
        testId="auth-email"
        name="email"
        type="email"
        autoComplete="email"
        required
      />
      <Trouble text={trouble} />
      <SubmitButton busy={busy} label={texts.sendLink} />
      <button type="button" className="linklike" data-testid="auth-back" onClick={onBack}>
        {t().signIn.back}
      </button>
    </form>
  );
}

function Mailed({ text, onBack }: { text: string; onBack: () => void }) {
  return (
    <Outcome title={t().signIn.mailedTitle} level={2}>
      <p role="status" data-testid="auth-mailed">
        {text}
      </p>
      <button type="button" className="button button--wide" data-testid="auth-back" onClick={onBack}>
        {t().signIn.back}
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
      <legend className="unseen">{t().signIn.newOrBack}</legend>
      {(["signup", "login"] as const).map((each) => (
        <label key={each} className="ways__way" data-testid={`auth-mode-${each}`}>
          <input type="radio" name="way" checked={way === each} onChange={() => onChange(each)} />
          <span>{each === "signup" ? t().signUp : t().logIn}</span>
        </label>
      ))}
    </fieldset>
  );
}
