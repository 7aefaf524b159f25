// Who is signed in on this page.
import { Api, Emitter, Problem, SignedOut, type User } from "@aldis/sdk";
import { useView } from "./view.ts";

export type AccountView =
  | { status: "unknown" }
  | { status: "out" }
  | { status: "in"; user: User }
  /** The operator has disabled the account. */
  | { status: "disabled" }
  | { status: "unreachable"; why: string };

/** The node that served this page. */
export const api = new Api();

class Account extends Emitter<{ changed: undefined }> {
  view: AccountView = { status: "unknown" };

  /** After a load of the page: the cookies may still sign us in. */
  async restore(): Promise<void> {
    this.#show({ status: "unknown" });
    try {
      this.#in(await api.restore());
    } catch (error) {
      this.#show(viewOf(error));
    }
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
    this.#show({ status: "out" });
    await api.logout().catch(() => {});
  }
  /** The server no longer accepts our credentials. */
  ended(): void {
    this.#show({ status: "out" });
  }

  #in(user: User): void {
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
