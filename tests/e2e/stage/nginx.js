// A real nginx before a node: TLS, WebSocket upgrades, and one of the ways to pass the host on.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { start } from "./children.js";
import { until } from "./wait.js";

/** The name under which browsers reach it; nobody can register it. */
export const NAME = "call.aldis.test";
const NGINX = process.env.NGINX ?? "/usr/sbin/nginx";

export class Nginx {
  #process;
  #directory;
  #port;

  /** `host`: the line that sets the header for the node; empty for nginx's own default, the upstream's address. */
  static async start(port, node, host) {
    const nginx = new Nginx();
    nginx.#port = port;
    nginx.#directory = await mkdtemp(join(tmpdir(), "aldis-nginx-"));
    const at = (name) => join(nginx.#directory, name);
    const subject = ["-subj", `/CN=${NAME}`, "-addext", `subjectAltName=DNS:${NAME}`, "-days", "2"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-keyout", at("key"), "-out", at("crt")];
    await promisify(execFile)("openssl", ["req", "-x509", "-nodes", ...key, ...subject]);
    await mkdir(at("temp"));
    await writeFile(at("nginx.conf"), configuration(at, port, node.http, host));
    const child = start(NGINX, ["-p", nginx.#directory, "-c", at("nginx.conf"), "-e", at("error.log")], { stdio: "ignore" }, "SIGTERM");
    nginx.#process = child;
    await until("nginx answers", async () => {
      if (child.exitCode !== null) throw new Error(await readFile(at("error.log"), "utf8"));
      const body = await promisify(execFile)("curl", ["-sfk", "--resolve", `${NAME}:${port}:127.0.0.1`, `${nginx.origin}/health/live`]);
      return body.stdout.includes("up");
    });
    return nginx;
  }

  get origin() {
    return `https://${NAME}:${this.#port}`;
  }

  async stop() {
    const gone = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await gone;
    await rm(this.#directory, { recursive: true, force: true });
  }
}

const configuration = (at, port, upstream, host) => `
daemon off;
pid ${at("pid")};
events { worker_connections 256; }
http {
  access_log off;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${at("temp")};`).join(" ")}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${at("crt")};
    ssl_certificate_key ${at("key")};
    location / {
      proxy_pass http://${upstream};
      proxy_http_version 1.1;
      ${host}
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }
}
`;
