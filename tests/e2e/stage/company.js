// A company that has read docs/embed.md and docs/webhooks.md: the files of these pages, its backend and its receiver as processes.
import { createHmac } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./children.js";
import { freePort } from "./ports.js";
import { PATIENCE_MS, until } from "./wait.js";

/** How long its tokens are valid, instead of ten minutes. Seconds. */
export const TOKEN_SECONDS = 45;

/** The blocks of a page in this language. */
async function blocks(page, language) {
  const text = await readFile(new URL(`../../../docs/${page}`, import.meta.url), "utf8");
  const found = [...text.matchAll(/```(\w+)\n([\s\S]*?)\n```/g)].filter(([, each]) => each === language);
  if (found.length === 0) throw new Error(`docs/${page} has no block in ${language}`);
  return found.map(([, , block]) => block);
}

/** The text with these words replaced; each must be there. */
function replaced(text, pairs) {
  return pairs.reduce((now, [old, here]) => {
    if (!now.includes(old)) throw new Error(`the page no longer says ${old}`);
    return now.replaceAll(old, here);
  }, text);
}

export class Company {
  #directory;
  #children = [];
  #hooks;
  #secret;
  #told = "";
  /** Where its pages are. */
  origin;

  static async found() {
    const company = new Company();
    company.#directory = await mkdtemp(join(tmpdir(), "aldis-company-"));
    company.origin = `http://localhost:${await freePort()}`;
    company.#hooks = await freePort();
    return company;
  }

  /** What its nodes are told: the two pages' own configuration, with this test's addresses. */
  async configuration() {
    const [own, hooks] = [(await blocks("embed.md", "toml"))[0], (await blocks("webhooks.md", "toml"))[0]];
    this.#secret = /secrets = \["(.*?)"\]/.exec(hooks)[1];
    const told = replaced(hooks, [["https://backend.example.org/aldis", `http://127.0.0.1:${this.#hooks}/aldis`]]);
    return `${replaced(own, [["http://localhost:3000", this.origin]])}\n${told}\nallow_private = true # it is on this machine\n`;
  }

  /**
   * Starts its backend, over this node, and its receiver. `origin`: where backend and pages find nodes; `page`: another page than that
   * of docs/embed.md; `certificate`: what the backend trusts besides.
   */
  async open(node, { origin = `http://${node.http}`, page, certificate } = {}) {
    const file = async (language, pairs) => replaced((await blocks("embed.md", language))[0], pairs);
    const addresses = [
      ["http://localhost:8080", origin],
      ["http://localhost:3000", this.origin],
      ["listen(3000)", `listen(${this.origin.split(":").at(-1)})`],
    ];
    await this.#writes("backend.mjs", await file("js", [...addresses, ["600", String(TOKEN_SECONDS)]]));
    await this.#writes("page.html", page ?? (await file("html", [["ws://localhost:8080", origin.replace("http", "ws")]])));
    await this.#writes("receiver.py", (await blocks("webhooks.md", "python"))[0]);
    await this.#writes("shop.key", await node.aldis("api-key", "new", "--name", "shop"));
    this.#starts(process.execPath, ["backend.mjs"], certificate ? { NODE_EXTRA_CA_CERTS: certificate } : {});
    const receiver = this.#starts("python3", ["-B", "receiver.py"], { WEBHOOK_SECRETS: this.#secret, PORT: String(this.#hooks) });
    receiver.stdout.setEncoding("utf8").on("data", (text) => {
      this.#told += text;
    });
    await until("the backend serves", async () => (await fetch(`${this.origin}/jwks.json`)).ok);
    await until("the receiver listens", async () => (await fetch(`http://127.0.0.1:${this.#hooks}/`)).status > 0);
  }

  #writes(name, text) {
    return writeFile(join(this.#directory, name), text);
  }

  #starts(program, args, env) {
    const options = { cwd: this.#directory, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] };
    const child = start(program, args, options);
    this.#children.push(child);
    return child;
  }

  /** The room that its backend made. */
  async room() {
    return (await (await fetch(`${this.origin}/token?user=nobody`)).json()).roomId;
  }

  /** As its backend, with the API key. */
  async asks(method, url) {
    const printed = await readFile(join(this.#directory, "shop.key"), "utf8");
    const [id, secret] = ["id", "secret"].map((name) => new RegExp(`^${name} +(\\S+)$`, "m").exec(printed)[1]);
    const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { sub: "backend", exp: Math.floor(Date.now() / 1000) + TOKEN_SECONDS, aldis: { admin: true } };
    const signed = `${encode({ alg: "HS256", kid: id })}.${encode(claims)}`;
    const token = `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
    return fetch(url, { method, headers: { authorization: `Bearer ${token}` } });
  }

  /** What its receiver has printed: `number type name` of each event that came for the first time. */
  get told() {
    return this.#told.split("\n").filter(Boolean).map((line) => line.trim());
  }

  /** Waits until it was told this last. */
  async isTold(last) {
    await until(`the receiver is told ${last}`, () => this.told.some((line) => line.includes(last)));
    return this.told;
  }

  async close() {
    for (const child of this.#children) child.kill("SIGKILL");
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** A user at the company's page, in a browser profile of their own. */
export class Customer {
  name;
  context;
  page;
  /** What its sockets sent and received: `{ sent, type }`; and how they were closed. */
  messages = [];

  /** `options`: of the browser's context. */
  static async arrive(name, browser, company, options = {}) {
    const customer = Object.assign(new Customer(), { name });
    customer.context = await browser.newContext({ permissions: ["camera", "microphone"], ...options });
    customer.page = await customer.context.newPage();
    customer.page.on("websocket", (socket) => {
      const keep = (sent) => ({ payload }) => customer.messages.push({ sent, ...JSON.parse(payload) });
      socket.on("framesent", keep(true));
      socket.on("framereceived", keep(false));
    });
    await customer.page.goto(`${company.origin}/?user=${name}`);
    return customer;
  }

  /** Their id at the nodes. */
  get userId() {
    return `shop:${this.name}`;
  }

  /** How many messages of this type came, or were sent. */
  count(type) {
    return this.messages.filter((message) => message.type === type).length;
  }

  async isIn() {
    await until(`${this.name} is in the room`, () => this.count("room_joined") > 0);
  }

  /** Frames of the other one that were shown. */
  frames(other) {
    return this.page.evaluate(
      (id) => document.querySelector(`video[title="${id}"]`)?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      other.userId,
    );
  }

  /** Waits until so many more frames of the other one were shown. */
  async sees(other, more = 8) {
    const before = await this.frames(other);
    await until(`${this.name} sees ${other.name} move`, async () => (await this.frames(other)) >= before + more);
  }

  async misses(other) {
    const none = () => this.page.locator(`video[title="${other.userId}"]`).count();
    await until(`${this.name} no longer sees ${other.name}`, async () => (await none()) === 0);
  }

  /** Waits until their token has been replaced so often, as it is when a third of its life is left. */
  async renews(times) {
    const within = times * TOKEN_SECONDS * 1_000 + PATIENCE_MS;
    await until(`${this.name} has another token`, () => this.count("token_refresh") >= times, within);
  }

  /** How often they have connected. */
  get connected() {
    return this.count("hello");
  }
}
