// Under the stage of a room with many members: pages of tiles, and the speaker view.
import { Icon } from "../parts/icon.tsx";
import { r } from "../strings/room.ts";
import type { Pages } from "./use-pages.ts";

export function StageTools({ pages, offersSpeaker }: { pages: Pages; offersSpeaker: boolean }) {
  const texts = r().stage;
  if (pages.pages < 2 && !offersSpeaker) return null;
  return (
    <section className="stage-tools" aria-label={texts.title}>
      {offersSpeaker && (
        <button
          type="button"
          className="button button--quiet"
          data-testid="speaker-view"
          aria-pressed={pages.isSpeakerView}
          onClick={pages.toggleSpeakerView}
        >
          <Icon name="people" size={18} />
          {texts.speakerView}
        </button>
      )}
      {pages.pages > 1 && (
        <span className="stage-tools__pages">
          <button
            type="button"
            className="button button--quiet"
            data-testid="page-before"
            disabled={pages.page === 0}
            onClick={() => pages.turn(-1)}
          >
            {texts.before}
          </button>
          <span role="status" data-testid="page-number">
            {texts.page(pages.page + 1, pages.pages)}
          </span>
          <button
            type="button"
            className="button button--quiet"
            data-testid="page-next"
            disabled={pages.page === pages.pages - 1}
            onClick={() => pages.turn(1)}
          >
            {texts.next}
          </button>
        </span>
      )}
    </section>
  );
}
