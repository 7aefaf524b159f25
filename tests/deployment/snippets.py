"""The blocks of docs/operate.md that other programs read: Prometheus accepts its scrape configuration, and nginx, with its server,
carries requests and sockets to a node.

usage: snippets.py PATH-TO-ALDIS
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ports import free_port

PAGE = Path(__file__).resolve().parents[2] / "docs/operate.md"
NGINX = os.environ.get("NGINX", "/usr/sbin/nginx")
NAME = "call.example.org"


def block(language: str) -> str:
    found = re.findall(rf"```{language}\n(.*?)\n```", PAGE.read_text(), re.DOTALL)
    assert len(found) == 1, f"{PAGE.name} has {len(found)} blocks in {language}: say here which is meant"
    return found[0]


def here(text: str, words: dict[str, str]) -> str:
    for old, new in words.items():
        assert old in text, f"{PAGE.name} no longer says {old}"
        text = text.replace(old, new)
    return text


def run(*command: object) -> str:
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
    return ran.stdout


def until(what: str, probe, child: subprocess.Popen):
    for _ in range(300):
        if found := probe():
            return found
        assert child.poll() is None, f"it ended before {what}"
        time.sleep(0.1)
    raise AssertionError(f"waited in vain until {what}")


def prometheus(folder: Path) -> None:
    (folder / "token").write_text("a token")
    (folder / "prometheus.yml").write_text(here(block("yaml"), {"/etc/prometheus/aldis.token": str(folder / "token")}))
    run("promtool", "check", "config", folder / "prometheus.yml")
    print("snippets: promtool accepts the scrape configuration")


def configured(folder: Path, node: str, port: int) -> Path:
    """The page's server in an nginx of this folder's own."""
    run("openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-days", "2",
        "-subj", f"/CN={NAME}", "-keyout", folder / "site.key", "-out", folder / "site.crt")  # fmt: skip
    words = {"127.0.0.1:8080": node, "listen 443": f"listen 127.0.0.1:{port}", f"/etc/ssl/{NAME}.": f"{folder}/site."}
    kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    temp = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    text = f"pid {folder}/nginx.pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temp}{here(block('nginx'), words)}\n}}\n"
    path = folder / "nginx.conf"
    path.write_text(text)
    return path


def nginx(folder: Path, aldis: str) -> None:
    port, ready = free_port(), folder / "ready.json"
    # As the page says: the public URL, and the proxy that is believed.
    sets = ["--set", f"http.public_url=https://{NAME}:{port}", "--set", "http.trusted_proxies=127.0.0.1"]
    binds = ["--bind", "127.0.0.1:0", "--admin-bind", "127.0.0.1:0", "--data-dir", folder / "data"]
    log = (folder / "log").open("w")
    node = subprocess.Popen([aldis, "serve", *binds, "--ready-file", ready, *sets], stderr=log)
    proxy = None
    try:
        until("the node serves", ready.exists, node)
        conf = configured(folder, json.loads(ready.read_text())["http"], port)
        common = ["-c", conf, "-e", folder / "error.log"]
        run(NGINX, "-t", *common)
        proxy = subprocess.Popen([NGINX, *common, "-g", "daemon off;"])
        curl = ["curl", "-sk", "--resolve", f"{NAME}:{port}:127.0.0.1"]
        asks = lambda: subprocess.run([*curl, f"https://{NAME}:{port}/health/live"], capture_output=True).stdout
        until("nginx passes a request on", lambda: b"up" in asks(), proxy)
        assert upgrade(curl, port, f"https://{NAME}:{port}") == "101", "a page of its own has its socket"
        assert upgrade(curl, port, "https://elsewhere.example.org") == "403", "and no other one"
    finally:
        for child in (proxy, node):
            if child:
                child.terminate()
                child.wait(30)
    print("snippets: nginx carries requests and sockets")


def upgrade(curl: list[str], port: int, origin: str) -> str:
    """The status of a handshake (RFC 6455 §4.1); curl then waits for nothing."""
    fields = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "aldis.v1",
        "Origin": origin,
    }
    headers = [word for name, value in fields.items() for word in ("-H", f"{name}: {value}")]
    options = ["--http1.1", "--max-time", "5", "-o", "/dev/null", "-w", "%{http_code}"]
    return subprocess.run([*curl, *options, *headers, f"https://{NAME}:{port}/ws"], capture_output=True, text=True).stdout


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="aldis-snippets-") as folder:
        prometheus(Path(folder))
        nginx(Path(folder), sys.argv[1])


main()
