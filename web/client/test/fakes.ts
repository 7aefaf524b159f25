// A socket that does only what a test says, and remembers what was asked of it.
import type { ClientToServer, ServerToClient } from "../src/wire.ts";

export class FakeSocket {
  static made: FakeSocket[] = [];
  static get last(): FakeSocket {
    const socket = FakeSocket.made.at(-1);
    if (!socket) throw new Error("no socket has been opened");
    return socket;
  }
  readyState = 0;
  sent: ClientToServer[] = [];
  closedWith: number | undefined;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly url: string;
  readonly protocols: string[];

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.made.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }
  close(code: number): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: ServerToClient): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  cut(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  refuse(code: string, extra: object = {}): void {
    const data = { code, message: code, cid: null, retryable: false, retryAfterMs: null, ...extra };
    this.onmessage?.({ data: JSON.stringify({ type: "error", data }) });
  }
  types(): string[] {
    return this.sent.map((message) => message.type);
  }
  cids(): (number | undefined)[] {
    return this.sent
      .filter((message) => "cid" in message)
      .map((message) => ("cid" in message ? message.cid : 0));
  }
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 40; turn += 1) await Promise.resolve();
}
