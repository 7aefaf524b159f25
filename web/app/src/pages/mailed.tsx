// The pages that links in mails open.

import { useState } from "react";
import { account, api } from "../account.ts";
import { CentredPage } from "../parts/centred-page.tsx";
import { Field } from "../parts/field.tsx";
import { Outcome } from "../parts/outcome.tsx";
import { PageTitle } from "../parts/page-title.tsx";
import { SubmitButton } from "../parts/submit-button.tsx";
import { navigate } from "../route.ts";
import { t } from "../strings.ts";
import { useSubmit } from "../submit.ts";
import { Trouble } from "./sign-in.tsx";

/** Sets a new password. */
export function ResetPage({ token }: { token: string }) {
  const [done, setDone] = useState(false);
  const { busy, trouble, submit } = useSubmit(async (text) => {
    await api.resetPassword(token, text("password"));
    setDone(true);
  });
  const texts = t().mailed;
  if (done) return <Done title={texts.doneTitle} text={texts.doneText} />;
  return (
    <CentredPage testId="page-reset">
      <form className="card sign-in" onSubmit={submit}>
        <PageTitle>{texts.resetTitle}</PageTitle>
        <Field
          label={texts.newPassword}
          testId="reset-password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          hint={texts.newPasswordHint}
          required
        />
        <Trouble text={trouble} />
        <SubmitButton busy={busy} label={texts.setPassword} />
      </form>
    </CentredPage>
  );
}

/** Confirms an address, with the password of the sign-up: nobody confirms one that somebody else has chosen. */
export function VerifyPage({ token }: { token: string }) {
  const { busy, trouble, submit } = useSubmit(async (text) => {
    await account.verify(token, text("password"));
    navigate("/");
  });
  const texts = t().mailed;
  return (
    <CentredPage testId="page-verify">
      <form className="card sign-in" onSubmit={submit}>
        <PageTitle>{texts.verifyTitle}</PageTitle>
        <Field
          label={t().signIn.password}
          testId="verify-password"
          name="password"
          type="password"
          autoComplete="current-password"
          hint={texts.verifyHint}
          required
        />
        <Trouble text={trouble} />
        <SubmitButton busy={busy} label={texts.confirm} />
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
          {t().logIn}
        </button>
      </Outcome>
    </CentredPage>
  );
}
