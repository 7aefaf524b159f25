import type { CallView } from "@aldis/media";
import { playAll, useSoundBlocked } from "@aldis/react";
import { r } from "../strings/room.ts";
import { t } from "../strings.ts";

/** What is wrong with the call as a whole. */
export function Banner({ view, onTryNow }: { view: CallView; onTryNow: () => void }) {
  const blocked = useSoundBlocked();
  const texts = r().banner;
  if (view.crowded) {
    return (
      <p className="banner" role="status" data-testid="banner-crowded">
        {texts.crowded}
      </p>
    );
  }
  if (view.state === "reconnecting") {
    return (
      <p className="banner" role="status" data-testid="banner-reconnecting">
        <span className="spinner" aria-hidden="true" />
        <span>{texts.reconnecting}</span>
        <button type="button" className="linklike" data-testid="try-now" onClick={onTryNow}>
          {texts.tryNow}
        </button>
      </p>
    );
  }
  if (view.state !== "joined") {
    return (
      <p className="banner" role="status" data-testid="banner-joining">
        <span className="spinner" aria-hidden="true" />
        {t().joining}
      </p>
    );
  }
  if (blocked) {
    return (
      <p className="banner" role="status" data-testid="banner-sound">
        {texts.muted}
        <button type="button" className="linklike" onClick={playAll}>
          {texts.soundOn}
        </button>
      </p>
    );
  }
  if (view.without.length > 0) {
    return (
      <p className="banner" role="status" data-testid="banner-degraded">
        {texts.degraded}
      </p>
    );
  }
  return null;
}
