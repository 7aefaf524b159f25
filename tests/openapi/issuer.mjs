// A real OpenID provider as an issuer: a node finds its keys, and takes its access tokens (RFC 9068), whatever the algorithm.
// usage: node issuer.mjs PATH-TO-ALDIS
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Provider from "oidc-provider";

const aldis = process.argv[2];
const ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"];
const PATIENCE_MS = 60_000;

/** Private keys for each algorithm; `alg` says what each is for, as providers do. */
function keys() {
  const of = (kind, options, alg) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: "jwk" }), use: "sig", kid: alg, alg };
  };
  return [
    of("rsa", { modulusLength: 2048 }, "RS256"),
    of("rsa", { modulusLength: 2048 }, "PS256"),
    of("ec", { namedCurve: "P-256" }, "ES256"),
    of("ed25519", {}, "EdDSA"),
  ];
}

/** A provider that gives each client tokens for `calls`, signed as the resource that they ask for says. */
async function provider() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const resource = (alg) => ({ audience: "calls", scope: "", accessTokenFormat: "jwt", accessTokenTTL: 600, jwt: { sign: { alg } } });
  const oidc = new Provider(issuer, {
    jwks: { keys: keys() },
    clients: [
      {
        client_id: "shop",
        client_secret: "a secret of this test",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: (_, asked) => resource(asked.replace("urn:calls:", "")) },
    },
    enabledJWA: { idTokenSigningAlgValues: ALGORITHMS, userinfoSigningAlgValues: ALGORITHMS },
  });
  server.on("request", oidc.callback());
  return { issuer, server };
}

async function token(endpoint, alg) {
  const body = new URLSearchParams({ grant_type: "client_credentials", resource: `urn:calls:${alg}` });
  const authorization = `Basic ${Buffer.from("shop:a%20secret%20of%20this%20test").toString("base64")}`;
  const answer = await fetch(endpoint, { method: "POST", headers: { authorization }, body });
  const said = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(said));
  return said.access_token;
}

async function node(dir) {
  const listen = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--ready-file", join(dir, "ready.json")];
  const child = spawn(aldis, ["serve", "--config", join(dir, "aldis.toml"), "--data-dir", join(dir, "data"), ...listen], {
    stdio: ["ignore", "ignore", "ignore"],
  });
  for (const until = Date.now() + PATIENCE_MS; !existsSync(join(dir, "ready.json")); await sleep(50)) {
    assert.ok(Date.now() < until && child.exitCode === null, "the node does not serve");
  }
  return { child, base: `http://${JSON.parse(readFileSync(join(dir, "ready.json"), "utf8")).http}` };
}

const dir = mkdtempSync(join(tmpdir(), "aldis-issuer-"));
const { issuer, server } = await provider();
let child;
try {
  const found = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  assert.equal(found.issuer, issuer);
  const entry = `{ issuer = "${found.issuer}", jwks_url = "${found.jwks_uri}", audience = "calls", user_prefix = "corp:" }`;
  writeFileSync(join(dir, "aldis.toml"), `[auth]\naccounts = "off"\nissuers = [${entry}]\n`);
  const served = await node(dir);
  child = served.child;
  for (const alg of ALGORITHMS) {
    const bearer = { authorization: `Bearer ${await token(found.token_endpoint, alg)}` };
    let answer = await fetch(`${served.base}/api/rooms`, { headers: bearer });
    for (const until = Date.now() + PATIENCE_MS; answer.status === 503; await sleep(500)) {
      assert.ok(Date.now() < until, "the node does not learn the keys");
      answer = await fetch(`${served.base}/api/rooms`, { headers: bearer });
    }
    assert.equal(answer.status, 200, `${alg}: ${await answer.text()}`);
    const made = await (await fetch(`${served.base}/api/rooms`, { method: "POST", headers: bearer })).json();
    assert.equal(made.hostId, "corp:shop", `${alg}: ${JSON.stringify(made)}`);
  }
  const unaddressed = await fetch(found.token_endpoint, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from("shop:a%20secret%20of%20this%20test").toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const opaque = (await unaddressed.json()).access_token;
  const refused = await fetch(`${served.base}/api/rooms`, { headers: { authorization: `Bearer ${opaque}` } });
  assert.equal(refused.status, 401, "a token that is no JWT is for the provider alone");
  console.log(`a real OpenID provider: ${ALGORITHMS.join(", ")} are good`);
} finally {
  child?.kill("SIGKILL");
  server.close();
  server.closeAllConnections();
  rmSync(dir, { recursive: true, force: true });
}
