import type { CallView } from "@aldis/media";
import { playAll, useSoundBlocked } from "@aldis/react";
import { useAccount } from "../account.ts";
import { r } from "../strings/room.ts";
import { t } from "../strings.ts";
import { pathText } from "./path-words.ts";

/** What is wrong with the call as a whole. */
export function Banner({ view, onTryNow }: { view: CallView; onTryNow: () => void }) {
  const blocked = useSoundBlocked();
  const account = useAccount();
  const texts = r().banner;
  if (account.status === "in" && account.waits) {
    return (
      <p className="banner" role="status" data-testid="banner-waiting">
        <span className="spinner" aria-hidden="true" />
        {texts.waits}
      </p>
    );
  }
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
  const path = pathText(view.path);
  if (path) {
    return (
      <p className="banner" role="status" data-testid="banner-media">
        {path.isBusy && <span className="spinner" aria-hidden="true" />}
        {path.text}
      </p>
    );
  }
  // Whether there is a media server concerns rooms that need one, and they say so themselves.
  if (view.without.some((what) => what !== "media")) {
    return (
      <p className="banner" role="status" data-testid="banner-degraded">
        {view.without.every((name) => name === "history") ? texts.unsaved : texts.degraded}
      </p>
    );
  }
  return null;
}
