// A person at a page: their actions and view. A second tab is the same person at another page.
import { connections, recordConnections } from "./connections.js";
import { Line } from "./line.js";
import { photograph } from "./photographs.js";
import { Tape } from "./tape.js";
import { PATIENCE_MS, until } from "./wait.js";

const PASSWORD = "correct horse battery";
/** Frames that must come before a picture counts as moving: more than a still picture sends. */
const MOVING_FRAMES = 8;
let number = 0;
/** Accounts are made one after the other: hashing passwords is meant to be slow. */
let making = Promise.resolve();

export class Person {
  name;
  email;
  password = PASSWORD;
  /** Set by `signUp`, or read from the page by `join`. */
  userId = null;
  token = null;
  context;
  page;
  line;
  tape;

  /**
   * With a separate browser profile and proxy to the node; not signed in. What has an `origin` of its own is behind a
   * proxy already, with a certificate that nobody signed. `line`: a proxy that is there already.
   */
  static async arrive(name, browser, node, line = null) {
    const person = new Person();
    number += 1;
    person.name = name;
    person.email = `${name.toLowerCase()}-${number}@example.org`;
    person.line = line ?? (node.origin ? null : await Line.to(node.http));
    const [baseURL, ignoreHTTPSErrors] = [node.origin ?? person.line.origin, Boolean(node.origin)];
    const locale = process.env.E2E_LANGUAGE ?? "en-US";
    person.context = await browser.newContext({ baseURL, ignoreHTTPSErrors, locale, viewport: { width: 1280, height: 800 } });
    await person.context.addInitScript(recordConnections);
    await person.#openTab();
    return person;
  }

  /** The same person in another tab of the same browser. */
  async secondTab() {
    const tab = Object.assign(new Person(), this);
    await tab.#openTab();
    return tab;
  }

  async #openTab() {
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(PATIENCE_MS);
    this.tape = new Tape(this.page);
  }

  get(testId) {
    return this.page.getByTestId(testId);
  }

  /** Creates the account without the page; this browser gets its cookies. */
  async signUp() {
    const { email, password, name } = this;
    const made = making.then(() => this.#post("/api/auth/signup", { email, password, name }));
    making = made.catch(() => {});
    const answer = await made;
    this.token = answer.accessToken;
    this.userId = answer.user.id;
    // As the page does: it asks the server who is signed in only where somebody has been.
    await this.context.addInitScript(() => {
      if (self.origin === "null") return; // an empty page, or one of the browser's own: they have no storage
      if (localStorage.getItem("aldis.signed-in") === null) localStorage.setItem("aldis.signed-in", "true");
    });
    return this;
  }

  /** Creates a room without the page; returns its id. */
  async makeRoom(settings = {}) {
    return (await this.#post("/api/rooms", settings)).roomId;
  }

  async deleteRoom(roomId) {
    const headers = { authorization: `Bearer ${this.token}` };
    const response = await this.context.request.delete(`/api/rooms/${roomId}`, { headers });
    if (!response.ok()) throw new Error(`deleting ${roomId}: ${response.status()} ${await response.text()}`);
  }

  async iceServers() {
    const headers = { authorization: `Bearer ${this.token}` };
    return (await (await this.context.request.get("/api/ice-servers", { headers })).json()).iceServers;
  }

  async #post(path, data) {
    const headers = this.token ? { authorization: `Bearer ${this.token}` } : {};
    const response = await this.context.request.post(path, { data, headers });
    if (!response.ok()) throw new Error(`POST ${path}: ${response.status()} ${await response.text()}`);
    return response.json();
  }

  /** Opens the room and presses the button; does not wait for the result. */
  async knock(roomId, query = "") {
    await this.page.goto(`/r/${roomId}${query}`);
    await this.get("prejoin-join").click();
    return this;
  }

  /** Joins the room. */
  async join(roomId, query) {
    await this.knock(roomId, query);
    await this.isJoined();
    return this;
  }

  /** The same from the lobby, so that "Back" leads there. */
  async joinFromLobby(roomId) {
    await this.page.goto("/");
    await this.get("join-code").fill(roomId);
    await this.get("join-code").press("Enter");
    await this.get("prejoin-join").click();
    await this.isJoined();
    return this;
  }

  async isJoined() {
    await until(`${this.name} is in the room`, async () => (await this.session()).state === "joined");
    this.userId = (await this.session()).userId;
  }

  async shows(testId) {
    await this.get(testId).first().waitFor();
  }

  /** `window.aldis.session`. */
  session() {
    return this.page.evaluate(() => window.aldis.session);
  }
  /** `window.aldis.events`. */
  events() {
    return this.page.evaluate(() => window.aldis.events);
  }
  /** Every RTCPeerConnection of this page since it was loaded. */
  connections() {
    return this.page.evaluate(connections);
  }

  tile(other) {
    return this.page.locator(`[data-testid=tile][data-user-id="${other.userId}"]`);
  }
  screenTile(other) {
    return this.page.locator(`[data-testid=screen-tile][data-user-id="${other.userId}"]`);
  }

  /** The connection to the other, frames decoded from it, and frames their tile has shown. */
  picture(other) {
    return this.page.evaluate(async (userId) => {
      const peer = (await window.aldis.peers()).find((each) => each.userId === userId);
      const shown = (kind) =>
        document
          .querySelector(`[data-testid=${kind}][data-user-id="${userId}"] video`)
          ?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
      return peer && { ...peer, framesShown: shown("tile"), screenFramesShown: shown("screen-tile") };
    }, other.userId);
  }

  /** Waits until the other's face moves here: connected, more and more frames decoded, and shown. */
  sees(other) {
    return this.#moves(other, "face", "framesDecoded", "framesShown");
  }
  seesScreenOf(other) {
    return this.#moves(other, "screen", "screenFramesDecoded", "screenFramesShown");
  }

  async #moves(other, what, decoded, shown) {
    const connected = async () => {
      const picture = await this.picture(other);
      return picture?.connectionState === "connected" && picture;
    };
    const first = await until(`${this.name} is connected to ${other.name}`, connected);
    return until(`${other.name}'s ${what} moves for ${this.name}`, async () => {
      const picture = await connected();
      if (picture === false) return false;
      const hasMoved = (key) => picture[key] >= first[key] + MOVING_FRAMES;
      return hasMoved(decoded) && hasMoved(shown) && picture;
    });
  }

  /** Waits until no one of that name is on the stage here. */
  async missesTileOf(other) {
    await until(`${other.name}'s tile is gone for ${this.name}`, async () => (await this.tile(other).count()) === 0);
  }

  async says(text) {
    if (!(await this.get("chat").isVisible())) await this.get("chat-toggle").click();
    await this.get("chat-input").fill(text);
    await this.get("chat-input").press("Enter");
  }

  async reads(text) {
    if (!(await this.get("chat").isVisible())) await this.get("chat-toggle").click();
    await this.get("chat-message").filter({ hasText: text }).waitFor();
  }

  /** On a desktop and on a phone; fails if the page scrolls sideways on a phone. */
  photograph(name) {
    return photograph(this.page, name);
  }
}
