// Messages sent and received by a page's sockets, as on the wire; and the page's errors.

export class Tape {
  /** `{ at, direction: "sent" | "received", type, data, again }`, oldest first; `again`: the same text went this way before. */
  messages = [];
  #texts = new Set();
  /** How many sockets the page opened. */
  sockets = 0;
  /** Uncaught exceptions, and violations of the page's security policy. */
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

  /** A position on the tape, for queries of later messages. */
  get now() {
    return this.messages.length;
  }

  received(type, since = 0) {
    return this.#find("received", type, since);
  }
  sent(type, since = 0) {
    return this.#find("sent", type, since);
  }
  /** Descriptions and requests for them, both ways; not those that a resumed session sends again. */
  negotiations(since = 0) {
    const isNew = ({ type, again }) => ["offer", "answer", "renegotiate"].includes(type) && !again;
    return this.messages.slice(since).filter(isNew);
  }

  #find(direction, type, since) {
    return this.messages.slice(since).filter((each) => each.direction === direction && each.type === type);
  }

  #keep(direction, payload) {
    const { type, data } = JSON.parse(payload);
    const text = `${direction} ${payload}`;
    const again = this.#texts.has(text);
    this.#texts.add(text);
    this.messages.push({ at: new Date().toISOString(), direction, type, data, again });
  }
}
