import { useEffect, useState } from "react";
import { roomLink } from "../route.ts";
import { Icon } from "./icon.tsx";

/** Copies a room's link, and confirms it. */
export function CopyLink({ roomId, label, className, testId = "copy-link" }: CopyLinkProps) {
  const [copied, setCopied] = useState(false);
  const [refused, setRefused] = useState(false);
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
        aria-label="The browser does not let this page copy. Copy the link from here"
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
      aria-label={label ? undefined : `Copy the link to ${roomId}`}
    >
      <Icon name={copied ? "check" : "link"} size={18} />
      {label && <span>{copied ? "Copied" : label}</span>}
      <span className="unseen" role="status">
        {copied ? "Link copied" : ""}
      </span>
    </button>
  );
}

interface CopyLinkProps {
  roomId: string;
  label?: string;
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
