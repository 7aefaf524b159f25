// Firefox of the distribution, driven over WebDriver BiDi: a person with the few abilities that the tests across browsers need.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import puppeteer from "puppeteer-core";
import { Line } from "./line.js";
import { PATIENCE_MS, until } from "./wait.js";

const FIREFOX = process.env.FIREFOX ?? "/usr/bin/firefox";
/** A fake camera and microphone, permission without asking, sound without a click. */
const PREFERENCES = {
  "media.navigator.streams.fake": true,
  "media.navigator.permission.disabled": true,
  "media.autoplay.default": 0,
  "media.peerconnection.ice.obfuscate_host_addresses": false,
  "browser.shell.checkDefaultBrowser": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.update.enabled": false,
};
const MOVING_FRAMES = 8;
let number = 0;

export class Firefox {
  name;
  userId = null;
  line;
  page;
  #browser;
  #profile;
  /** Uncaught exceptions. */
  complaints = [];

  static async arrive(name, node) {
    const person = new Firefox();
    person.name = name;
    person.line = await Line.to(node.http);
    person.#profile = await mkdtemp(join(tmpdir(), "aldis-firefox-"));
    person.#browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: FIREFOX,
      userDataDir: person.#profile,
      extraPrefsFirefox: PREFERENCES,
    });
    person.page = await person.#browser.newPage();
    person.page.setDefaultTimeout(PATIENCE_MS);
    person.page.on("pageerror", ({ message }) => {
      // Firefox reports a socket that could not be opened as an error of the page.
      if (!/ws:\/\/\S+/.test(message)) person.complaints.push(message);
    });
    await person.page.setViewport({ width: 1280, height: 800 });
    await person.page.evaluateOnNewDocument(() => {
      // Its fake camera is as large as one asks: small, as Chromium's here, so that its encoder does not fill a processor.
      const { mediaDevices } = navigator;
      const open = mediaDevices?.getUserMedia.bind(mediaDevices);
      if (open) mediaDevices.getUserMedia = ({ video, ...rest }) => open({ ...rest, ...(video && { video: { width: 320, height: 180, frameRate: 10 } }) });
      const made = [];
      Object.defineProperty(window, "madeConnections", { value: made });
      const Native = window.RTCPeerConnection;
      window.RTCPeerConnection = class extends Native {
        constructor(...given) {
          super(...given);
          made.push(this);
        }
      };
    });
    return person;
  }

  async signUp() {
    number += 1;
    const account = { name: this.name, email: `firefox-${number}@example.org`, password: "correct horse battery" };
    await this.page.goto(`${this.line.origin}/docs/`);
    const answer = await this.page.evaluate(async (body) => {
      const headers = { "content-type": "application/json" };
      localStorage.setItem("aldis.signed-in", "true");
      const response = await fetch("/api/auth/signup", { method: "POST", headers, body: JSON.stringify(body) });
      return response.json();
    }, account);
    this.userId = answer.user.id;
    return this;
  }

  async makeRoom() {
    const answer = await this.page.evaluate(async () => {
      const token = (await (await fetch("/api/auth/refresh", { method: "POST" })).json()).accessToken;
      const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
      return (await fetch("/api/rooms", { method: "POST", headers, body: "{}" })).json();
    });
    return answer.roomId;
  }

  async join(roomId) {
    await this.page.goto(`${this.line.origin}/r/${roomId}`);
    await this.press("prejoin-join");
    await this.isJoined();
    return this;
  }

  async isJoined() {
    await until(`${this.name} is in the room`, async () => (await this.session()).state === "joined");
  }

  async press(testId) {
    await (await this.page.waitForSelector(`[data-testid=${testId}]`)).click();
  }
  async shows(testId) {
    await this.page.waitForSelector(`[data-testid=${testId}]`);
  }
  session() {
    return this.page.evaluate(() => window.aldis.session);
  }
  /** The ICE credentials of every connection made. */
  connections() {
    return this.page.evaluate(() =>
      window.madeConnections.map((pc) => [
        pc.connectionState,
        ...[pc.localDescription, pc.remoteDescription].map((each) => /a=ice-ufrag:(\S+)/.exec(each?.sdp)?.[1]),
      ]),
    );
  }

  sees(other) {
    return this.#moves("framesDecoded", other);
  }
  seesScreenOf(other) {
    return this.#moves("screenFramesDecoded", other);
  }
  /** Statistics of another person; Firefox counts the frames that it shows of a stream only as decoded ones. */
  picture(other) {
    return this.page.evaluate(async (userId) => {
      const peer = (await window.aldis.peers()).find((each) => each.userId === userId);
      return peer && { ...peer, framesShown: peer.framesDecoded };
    }, other.userId);
  }
  async #moves(key, other) {
    const frames = () =>
      this.page.evaluate(
        async (userId, which) => {
          const peer = (await window.aldis.peers()).find((each) => each.userId === userId);
          return peer?.connectionState === "connected" ? peer[which] : 0;
        },
        other.userId,
        key,
      );
    const first = await until(`${this.name} has a picture of ${other.name}`, frames);
    await until(`${other.name} moves for ${this.name}`, async () => (await frames()) >= first + MOVING_FRAMES);
  }

  async says(text) {
    if (!(await this.page.$("[data-testid=chat]"))) await this.press("chat-toggle");
    await (await this.page.waitForSelector("[data-testid=chat-input]")).type(`${text}\n`);
  }
  async reads(text) {
    if (!(await this.page.$("[data-testid=chat]"))) await this.press("chat-toggle");
    await until(`${this.name} reads "${text}"`, async () => (await this.texts()).some((each) => each.includes(text)));
  }
  texts() {
    return this.page.evaluate(() =>
      Array.from(document.querySelectorAll("[data-testid=chat-message]"), (each) => each.textContent),
    );
  }

  async goHome() {
    await this.#browser.close().catch(() => {});
    this.line.close();
    await rm(this.#profile, { recursive: true, force: true });
  }
}
