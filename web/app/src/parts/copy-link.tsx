import { useEffect, useState } from "react";
import { roomLink } from "../route.ts";
import { Icon } from "./icon.tsx";

/** Copies a room's link, and confirms it. */
export function CopyLink({ roomId, label, className, testId = "copy-link" }: CopyLinkProps) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      className={className ?? "button button--quiet"}
      data-testid={testId}
      onClick={() => void copyLink(roomId).then(setCopied)}
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
