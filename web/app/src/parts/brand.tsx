import { follow } from "../route.ts";
import { t } from "../strings.ts";

/** The same in every language. */
const NAME = "Aldis";

/** The name with its mark: a signal lamp, its shutter half open. */
export function Brand() {
  return (
    <a className="brand" href="/" onClick={follow} aria-label={t().home}>
      <svg viewBox="0 0 64 64" width="28" height="28" aria-hidden="true">
        <mask id="shutter">
          <circle cx="32" cy="32" r="28" fill="#fff" />
          <path d="M0 19.500h64v6.200H0zM0 31.400h64v5H0zM0 42h64v3.800H0z" fill="#000" />
        </mask>
        <circle cx="32" cy="32" r="28" fill="currentColor" mask="url(#shutter)" />
      </svg>
      <span>{NAME}</span>
    </a>
  );
}
