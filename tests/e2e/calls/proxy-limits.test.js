// Behind a real nginx: limits are each client's, and neither an invented address, a foreign page nor a rebound name gets
// anywhere, there or on the node's own listeners.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import http from "node:http";
import https from "node:https";
import { Nginx, NAME } from "../stage/nginx.js";
import { Node } from "../stage/node.js";
import { freePort } from "../stage/ports.js";

const UPGRADE = {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Protocol": "aldis.v1",
};
const ACCOUNT = JSON.stringify({ email: "ann@example.org", password: "correct horse battery", name: "Ann" });

let node;
let nginx;
let port;
const sockets = [];

before(async () => {
  port = await freePort();
  node = await Node.start({
    "http.trusted_proxies": "127.0.0.1",
    "http.public_url": `https://${NAME}:${port}`,
    "http.connections_per_address_max": "3",
    "rate_limits.requests_per_address": "5/1h",
  });
  nginx = await Nginx.start(port, node, "proxy_set_header Host $http_host;");
});

after(async () => {
  for (const socket of sockets) socket.destroy();
  await nginx?.stop();
  await node?.stop();
});

/** The status of a request and the code of its problem; an opened socket stays open. */
function ask(scheme, options, body) {
  const module = scheme === "https" ? https : http;
  return new Promise((resolve, reject) => {
    const request = module.request({ rejectUnauthorized: false, agent: false, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode, code: codeOf(text), text }));
    });
    request.on("upgrade", (response, socket) => {
      sockets.push(socket);
      resolve({ status: response.statusCode, code: "" });
    });
    request.on("error", reject).end(body);
  });
}

function codeOf(text) {
  try {
    return JSON.parse(text).code ?? "";
  } catch {
    return "";
  }
}

/** Through nginx, as a client of this address. */
function from(localAddress, { path = "/", method = "GET", headers = {}, body } = {}) {
  const host = `${NAME}:${port}`;
  return ask("https", { host: "127.0.0.1", port, localAddress, path, method, headers: { Host: host, ...headers } }, body);
}

const socketOf = (address, headers = {}) => from(address, { path: "/ws", headers: { ...UPGRADE, ...headers } });

test("each client has its own limit of sockets, whatever address it invents", async () => {
  for (let n = 0; n < 3; n += 1) assert.equal((await socketOf("127.0.0.7")).status, 101);
  const refused = await socketOf("127.0.0.7");
  assert.deepEqual([refused.status, refused.code], [429, "too_many_connections"]);
  const invented = await socketOf("127.0.0.7", { "X-Forwarded-For": "203.0.113.1", Forwarded: "for=203.0.113.2" });
  assert.deepEqual([invented.status, invented.code], [429, "too_many_connections"]);
  assert.equal((await socketOf("127.0.0.8")).status, 101, "another client");
});

test("each client has its own rate of requests, and an invented address does not refill it", async () => {
  const jwks = (address, headers) => from(address, { path: "/.well-known/jwks.json", headers });
  for (let n = 0; n < 5; n += 1) assert.equal((await jwks("127.0.0.9")).status, 200);
  assert.equal((await jwks("127.0.0.9")).code, "rate_limited");
  assert.equal((await jwks("127.0.0.9", { "X-Forwarded-For": "203.0.113.3" })).code, "rate_limited");
  assert.equal((await jwks("127.0.0.10")).status, 200, "another client");
});

const FOREIGN = [
  ["a foreign page", {}, "https://evil.example.org"],
  ["a page without an origin", {}, "null"],
  ["a page on another port", {}, () => `https://${NAME}:${port + 1}`],
  ["a page over http", {}, () => `http://${NAME}:${port}`],
  ["a rebound name", { Host: "rebound.example.org" }, "https://rebound.example.org"],
  ["a rebound name over http", { Host: "rebound.example.org" }, "http://rebound.example.org"],
];

test("foreign pages and rebound names get nowhere through nginx", async () => {
  let address = 20;
  for (const [what, headers, origin] of FOREIGN) {
    const Origin = typeof origin === "string" ? origin : origin();
    address += 1;
    const client = `127.0.0.${address}`;
    const json = { "Content-Type": "application/json", ...headers, Origin };
    const signup = await from(client, { path: "/api/auth/signup", method: "POST", headers: json, body: ACCOUNT });
    assert.deepEqual([signup.status, signup.code], [403, "origin_not_allowed"], what);
    assert.match(signup.text, /http\.public_url/, what);
    const socket = await socketOf(client, { ...headers, Origin });
    assert.deepEqual([socket.status, socket.code], [403, "origin_not_allowed"], what);
  }
});

test("rebound names get nowhere on the node's own listeners", async () => {
  const direct = (address, path, method, headers, body) => {
    const [host, number] = address.split(":");
    return ask("http", { host, port: Number(number), localAddress: "127.0.0.40", path, method, headers }, body);
  };
  const [, number] = node.http.split(":");
  const name = `rebound.example.org:${number}`;
  const page = { Host: name, Origin: `http://${name}` };
  const json = { ...page, "Content-Type": "application/json" };
  assert.equal((await direct(node.http, "/api/auth/signup", "POST", json, ACCOUNT)).code, "origin_not_allowed");
  assert.equal((await direct(node.http, "/ws", "GET", { ...UPGRADE, ...page })).code, "origin_not_allowed");
  for (const path of ["/metrics", "/health/live", "/internal/tree"]) {
    assert.equal((await direct(node.admin, path, "GET", { Host: name })).status, 421, path);
    assert.equal((await direct(node.admin, path, "GET", { Origin: `http://${node.http}` })).status, 403, path);
  }
  const disable = JSON.stringify({ disabled: true });
  const user = "/internal/users/00000000-0000-0000-0000-000000000000";
  const headers = { "Content-Type": "application/json" };
  assert.equal((await direct(node.admin, user, "PATCH", headers, disable)).status, 401);
  assert.equal((await direct(node.admin, user, "PATCH", { ...headers, ...page }, disable)).status, 421);
  const foreign = { ...headers, Origin: `http://${node.http}` };
  assert.equal((await direct(node.admin, user, "PATCH", foreign, disable)).status, 403);
});
