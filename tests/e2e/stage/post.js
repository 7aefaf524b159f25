// A mail server (SMTP, RFC 5321) on a free port that keeps what it is given.
import { createServer } from "node:net";
import { until } from "./wait.js";

export class Post {
  #server;
  #mails = [];
  port;

  static async start() {
    const post = new Post();
    post.#server = createServer((socket) => post.#serve(socket));
    await new Promise((resolve) => post.#server.listen(0, "127.0.0.1", resolve));
    post.port = post.#server.address().port;
    return post;
  }

  close() {
    this.#server.close();
  }

  /** The path and fragment of the link to this page in a mail to this address, once it is there. */
  async link(page, to) {
    return until(`a mail for ${to}`, () => {
      const mail = this.#mails.findLast((each) => each.includes(`To: ${to}`) && each.includes(`/#/${page}?`));
      const link = mail?.match(/https?:\/\/\S+/)?.[0];
      return link && link.slice(new URL(link).origin.length);
    });
  }

  #serve(socket) {
    let heard = "";
    let isMail = false;
    const says = (line) => socket.write(`${line}\r\n`);
    socket.on("error", () => {});
    socket.setEncoding("utf8").on("data", (text) => {
      heard += text;
      for (;;) {
        const [end, length] = isMail ? [heard.indexOf("\r\n.\r\n"), 5] : [heard.indexOf("\r\n"), 2];
        if (end < 0) return;
        const part = heard.slice(0, end);
        heard = heard.slice(end + length);
        if (isMail) this.#mails.push(part);
        const verb = isMail ? "" : part.slice(0, 4).toUpperCase();
        isMail = verb === "DATA";
        says(verb === "DATA" ? "354 go on" : verb === "QUIT" ? "221 bye" : "250 ok");
      }
    });
    says("220 mail.example.org ESMTP");
  }
}
