// Which forms a visitor who is not signed in may choose, by the node's settings.
import type { AuthSettings } from "@aldis/client";

export type Way = "login" | "signup" | "forgot";

/** Until the node has answered, and if it does not: a form that it then refuses says why. */
export const UNKNOWN: AuthSettings = {
  accounts: true,
  signup: "open",
  verifyEmail: false,
  passwordReset: false,
};

export interface Forms {
  /** Shown as a choice; with one there is none. */
  ways: Way[];
  /** The one that is shown. */
  way: Way;
  asksForInvite: boolean;
  offersReset: boolean;
  isClosed: boolean;
  /** There are no accounts here: people come with tokens from elsewhere. */
  isOff: boolean;
}

export function formsOf(settings: AuthSettings, wished: Way): Forms {
  const isClosed = settings.signup === "closed";
  const impossible = (wished === "signup" && isClosed) || (wished === "forgot" && !settings.passwordReset);
  const way = impossible ? "login" : wished;
  return {
    ways: isClosed ? ["login"] : ["signup", "login"],
    way,
    asksForInvite: way === "signup" && settings.signup === "invite",
    offersReset: way === "login" && settings.passwordReset,
    isClosed,
    isOff: !settings.accounts,
  };
}
