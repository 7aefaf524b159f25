import { useEffect, useState } from "react";
import { roomLink } from "../route.ts";
import { t } from "../strings.ts";
import { Icon } from "./icon.tsx";

/** Copies a room's link, and confirms it. */
export function CopyLink({ roomId, label, className, testId = "copy-link" }: CopyLinkProps) {
  const [copied, setCopied] = useState(false);
  const [refused, setRefused] = useState(false);
  const texts = t().link;
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  if (refused) {
    return (
      <input
        className="input copy-by-hand"
        data-testid={`${testId}-by-hand`}
        aria-label={texts.byHand}
        readOnly
        value={roomLink(roomId)}
        ref={(field) => field?.select()}
        onBlur={() => setRefused(false)}
      />
    );
  }
  return (
    <button
      type="button"
      className={className ?? "button button--quiet"}
      data-testid={testId}
      onClick={() => {
        void copyLink(roomId).then((done) => {
          setCopied(done);
          setRefused(!done);
        });
      }}
      aria-label={label ? undefined : texts.copyOf(roomId)}
    >
      <Icon name={copied ? "check" : "link"} size={18} />
      {label && <span>{copied ? texts.copied : texts.copy}</span>}
      <span className="unseen" role="status">
        {copied ? texts.copiedStatus : ""}
      </span>
    </button>
  );
}

interface CopyLinkProps {
  roomId: string;
  /** With a text beside the icon. */
  label?: boolean;
  className?: string;
  testId?: string;
}

/** False when the browser does not let us. */
export async function copyLink(roomId: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(roomLink(roomId));
    return true;
  } catch {
    return false;
  }
}

interface ShareLinkProps {
  roomId: string;
  /** What the room is called; may be empty. */
  name: string;
  className?: string;
}

/** Invites by the system's own means, such as a phone's messages; nothing where the browser has none. */
export function ShareLink({ roomId, name, className = "button" }: ShareLinkProps) {
  if (typeof navigator.share !== "function") return null;
  const texts = t().link;
  const share = () =>
    navigator
      .share({ title: name || roomId, text: texts.inviteText(name), url: roomLink(roomId) })
      // Cancelled by the person.
      .catch(() => {});
  return (
    <button type="button" className={className} data-testid="share-link" onClick={() => void share()}>
      <Icon name="people" size={18} />
      <span>{texts.invite}</span>
    </button>
  );
}
