// What a page's sockets said and heard, as it went over the wire; and what the page complained about.

export class Tape {
  /** `{ at, direction: "sent" | "received", type, data }`, oldest first. */
  messages = [];
  /** How many sockets the page opened. */
  sockets = 0;
  /** Uncaught exceptions, and what the page's own security policy stopped. */
  complaints = [];
  /** The browser's console, for evidence. */
  console = [];

  constructor(page) {
    page.on("websocket", (socket) => {
      this.sockets += 1;
      socket.on("framesent", ({ payload }) => this.#keep("sent", payload));
      socket.on("framereceived", ({ payload }) => this.#keep("received", payload));
    });
    page.on("pageerror", (error) => this.complaints.push(`uncaught: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      this.console.push(`${message.type()}: ${message.text()}`);
      if (message.text().includes("Content Security Policy")) this.complaints.push(message.text());
    });
  }

  /** A place on the tape: what comes after it can be asked for. */
  get now() {
    return this.messages.length;
  }

  received(type, since = 0) {
    return this.#find("received", type, since);
  }
  sent(type, since = 0) {
    return this.#find("sent", type, since);
  }
  /** Descriptions and wishes for them, either way. */
  negotiations(since = 0) {
    return this.messages.slice(since).filter(({ type }) => ["offer", "answer", "renegotiate"].includes(type));
  }

  #find(direction, type, since) {
    return this.messages.slice(since).filter((each) => each.direction === direction && each.type === type);
  }

  #keep(direction, payload) {
    const { type, data } = JSON.parse(payload);
    this.messages.push({ at: new Date().toISOString(), direction, type, data });
  }
}
