/** A page shown while another one loads. */
export function Waiting({ label }: { label: string }) {
  return (
    <main className="page page--centre">
      <p className="waiting" role="status">
        <span className="spinner" aria-hidden="true" />
        {label}
      </p>
    </main>
  );
}
