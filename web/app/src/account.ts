// Who is signed in on this page.
import { Api, Emitter, type EnterOptions, Problem, SignedOut, type User } from "@aldis/client";
import { useView } from "@aldis/react";
import { guestVisit, mayBeSignedIn, rememberGuestVisit, rememberSignedIn } from "./remember.ts";
import { roomOfPage } from "./route.ts";
import { explain } from "./submit.ts";

export type AccountView =
  | { status: "unknown" }
  /** `why`: the guest who was here before a reload may not come back. */
  | { status: "out"; why?: string }
  /** `guestOf`: a guest, of that room only. `waits`: they were away for too long, and the host is asked again. */
  | { status: "in"; user: User; guestOf?: string; waits?: boolean }
  /** The operator has disabled the account. */
  | { status: "disabled" }
  | { status: "unreachable"; why: string };

/** The node that served this page. */
export const api = new Api({ onWaiting: (waits) => account.waits(waits) });

class Account extends Emitter<{ changed: undefined }> {
  view: AccountView = { status: "unknown" };

  /** After a load of the page: the cookies may still sign us in, or this tab was a guest of the room. */
  async restore(): Promise<void> {
    const visit = guestVisit();
    if (visit && visit.roomId === roomOfPage()) {
      // If the host has to be asked again, the room's card offers it.
      const wait = new AbortController();
      const { signal } = wait;
      const options = { signal, onWaiting: () => wait.abort() };
      return this.enter(visit.roomId, visit.name, options).catch((error: unknown) =>
        this.#show(signal.aborted ? { status: "out" } : { status: "out", why: explain(error) }),
      );
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

  /**
   * Enters a room without an account, once the host has said yes where they are asked; as the same guest, if this tab was one of this
   * room and the token is still good for that.
   */
  async enter(roomId: string, name: string, options?: EnterOptions): Promise<void> {
    const visit = guestVisit();
    const token = visit?.roomId === roomId ? visit.token : undefined;
    const user = await api.enterAsGuest(roomId, name, { ...options, token }).catch((error: unknown) => {
      if (token === undefined || !(error instanceof Problem) || error.status !== 401) throw error;
      return api.enterAsGuest(roomId, name, options);
    });
    this.#show({ status: "in", user, guestOf: roomId });
    this.keepGuest();
  }

  /** A backend has moved us to this room; a guest is one of this room from now on. */
  moved(roomId: string): void {
    if (this.view.status !== "in" || this.view.guestOf === undefined) return;
    this.view = { ...this.view, guestOf: roomId };
    this.keepGuest();
  }
  /** Whether a guest waits to be let in again. */
  waits(waits: boolean): void {
    const { view } = this;
    if (view.status === "in" && (view.waits ?? false) !== waits) this.#show({ ...view, waits });
  }

  /** Before the page goes: tokens are renewed meanwhile, and a reload needs the last one. */
  keepGuest(): void {
    const { view } = this;
    if (view.status !== "in" || view.guestOf === undefined) return;
    rememberGuestVisit({ roomId: view.guestOf, name: view.user.name, token: api.guestToken(view.guestOf) });
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
  return { status: "unreachable", why: explain(error) };
}

function isDisabled(error: unknown): boolean {
  return error instanceof Problem && error.code === "account_disabled";
}

export const account = new Account();

export function useAccount(): AccountView {
  return useView(account);
}
