import type { CallView } from "@aldis/sdk";
import { playAll, useSoundBlocked } from "../parts/sound.ts";

/** What is wrong with the call as a whole. */
export function Banner({ view, onTryNow }: { view: CallView; onTryNow: () => void }) {
  const blocked = useSoundBlocked();
  if (view.state === "reconnecting") {
    return (
      <p className="banner" role="status" data-testid="banner-reconnecting">
        <span className="spinner" aria-hidden="true" />
        <span>Reconnecting to the service… Your call continues.</span>
        <button type="button" className="linklike" data-testid="try-now" onClick={onTryNow}>
          Try now
        </button>
      </p>
    );
  }
  if (view.state !== "joined") {
    return (
      <p className="banner" role="status" data-testid="banner-joining">
        <span className="spinner" aria-hidden="true" />
        Joining…
      </p>
    );
  }
  if (blocked) {
    return (
      <p className="banner" role="status" data-testid="banner-sound">
        The browser has muted this page.
        <button type="button" className="linklike" onClick={playAll}>
          Turn sound on
        </button>
      </p>
    );
  }
  if (view.without.length > 0) {
    return (
      <p className="banner" role="status" data-testid="banner-degraded">
        The service is partly unavailable. Your call continues.
      </p>
    );
  }
  return null;
}
