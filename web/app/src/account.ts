// Who is signed in on this page.
import { Api, Emitter, Problem, SignedOut, type User } from "@aldis/client";
import { useView } from "@aldis/react";
import { guestVisit, mayBeSignedIn, rememberGuestVisit, rememberSignedIn } from "./remember.ts";
import { roomOfPage } from "./route.ts";

export type AccountView =
  | { status: "unknown" }
  | { status: "out" }
  /** `guestOf`: a guest, of that room only. */
  | { status: "in"; user: User; guestOf?: string }
  /** The operator has disabled the account. */
  | { status: "disabled" }
  | { status: "unreachable"; why: string };

/** The node that served this page. */
export const api = new Api();

class Account extends Emitter<{ changed: undefined }> {
  view: AccountView = { status: "unknown" };

  /** After a load of the page: the cookies may still sign us in, or this tab was a guest of the room. */
  async restore(): Promise<void> {
    const visit = guestVisit();
    if (visit && visit.roomId === roomOfPage()) {
      // If the host lets no guests in any more, the room's card says so.
      return this.enter(visit.roomId, visit.name).catch(() => this.#show({ status: "out" }));
    }
    if (!mayBeSignedIn()) return this.#show({ status: "out" });
    this.#show({ status: "unknown" });
    try {
      this.#in(await api.restore());
    } catch (error) {
      if (error instanceof SignedOut && !isDisabled(error.cause)) rememberSignedIn(false);
      this.#show(viewOf(error));
    }
  }

  /** Enters a room without an account. */
  async enter(roomId: string, name: string): Promise<void> {
    const user = await api.enterAsGuest(roomId, name);
    rememberGuestVisit({ roomId, name: user.name });
    this.#show({ status: "in", user, guestOf: roomId });
  }

  /** Whether the new account is signed in; if not, a mail was sent. */
  async signup(email: string, password: string, name: string, invite?: string): Promise<boolean> {
    const user = await api.signup(email, password, name, invite);
    if (user) this.#in(user);
    return user !== null;
  }
  async login(email: string, password: string): Promise<void> {
    this.#in(await api.login(email, password));
  }
  /** Confirms the address of a new account. */
  async verify(token: string, password: string): Promise<void> {
    this.#in(await api.verifyEmail(token, password));
  }
  async logout(): Promise<void> {
    const over = api.logout().catch(() => {});
    this.ended();
    await over;
  }
  /** The server no longer accepts our credentials. */
  ended(): void {
    rememberSignedIn(false);
    rememberGuestVisit(null);
    api.forget();
    this.#show({ status: "out" });
  }

  /** A guest goes elsewhere than to their room: nobody is signed in there, or whoever the cookies say. */
  leaveGuest(): void {
    rememberGuestVisit(null);
    api.forget();
    void this.restore();
  }

  #in(user: User): void {
    rememberSignedIn(true);
    rememberGuestVisit(null);
    this.#show({ status: "in", user });
  }
  #show(view: AccountView): void {
    this.view = view;
    this.emit("changed", undefined);
  }
}

/** Why nobody is signed in. */
function viewOf(error: unknown): AccountView {
  if (isDisabled(error) || (error instanceof Error && isDisabled(error.cause))) return { status: "disabled" };
  if (error instanceof SignedOut) return { status: "out" };
  return { status: "unreachable", why: error instanceof Error ? error.message : String(error) };
}

function isDisabled(error: unknown): boolean {
  return error instanceof Problem && error.code === "account_disabled";
}

export const account = new Account();

export function useAccount(): AccountView {
  return useView(account);
}
