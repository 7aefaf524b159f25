// The pages that links in mails open.

import { useState } from "react";
import { account, api } from "../account.ts";
import { CentredPage } from "../parts/centred-page.tsx";
import { Field } from "../parts/field.tsx";
import { Outcome } from "../parts/outcome.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { rememberKnown } from "../remember.ts";
import { navigate } from "../route.ts";
import { useSubmit } from "../submit.ts";
import { Trouble } from "./sign-in.tsx";

/** Sets a new password. */
export function ResetPage({ token }: { token: string }) {
  const [done, setDone] = useState(false);
  const { busy, trouble, submit } = useSubmit(async (text) => {
    await api.resetPassword(token, text("password"));
    rememberKnown();
    setDone(true);
  });
  if (done)
    return <Done title="Your new password is set" text="You are logged out everywhere. Log in with it." />;
  return (
    <CentredPage testId="page-reset">
      <form className="card sign-in" onSubmit={submit}>
        <PageTitle>Set a new password</PageTitle>
        <Field
          label="New password"
          testId="reset-password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint="At least 8 characters. You will be logged out everywhere."
          required
        />
        <Trouble text={trouble} />
        <SubmitButton busy={busy} label="Set password" />
      </form>
    </CentredPage>
  );
}

/** Confirms an address, with the password of the sign-up: nobody confirms one that somebody else has chosen. */
export function VerifyPage({ token }: { token: string }) {
  const { busy, trouble, submit } = useSubmit(async (text) => {
    await account.verify(token, text("password"));
    rememberKnown();
    navigate("/");
  });
  return (
    <CentredPage testId="page-verify">
      <form className="card sign-in" onSubmit={submit}>
        <PageTitle>Confirm your email address</PageTitle>
        <Field
          label="Password"
          testId="verify-password"
          name="password"
          type="password"
          autoComplete="current-password"
          hint="The one you chose when you signed up. If it was not you, close this page."
          required
        />
        <Trouble text={trouble} />
        <SubmitButton busy={busy} label="Confirm" />
      </form>
    </CentredPage>
  );
}

function Done({ title, text }: { title: string; text: string }) {
  const toLogin = () => {
    account.ended();
    navigate("/");
  };
  return (
    <CentredPage testId="page-done">
      <Outcome title={title} level={1}>
        <p role="status">{text}</p>
        <button
          type="button"
          className="button button--accent button--wide"
          data-testid="go-login"
          onClick={toLogin}
        >
          Log in
        </button>
      </Outcome>
    </CentredPage>
  );
}
