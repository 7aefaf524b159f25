/** The button of a form that is sent to the server. */
export function SubmitButton({ busy, label }: { busy: boolean; label: string }) {
  return (
    <button
      type="submit"
      className="button button--accent button--wide"
      data-testid="auth-submit"
      disabled={busy}
    >
      {busy && <span className="spinner" aria-hidden="true" />}
      {label}
    </button>
  );
}
