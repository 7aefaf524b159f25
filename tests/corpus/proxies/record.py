#!/usr/bin/env python3
"""Records what real proxies send upstream: starts each one on free ports before a socket that keeps the head that it gets.

    record.py               records all proxies that are installed
    record.py --check NAME  records those of NAME, and compares them with the files

A client at 127.0.0.7 opens a WebSocket to call.example.org:8443 through the proxy, over TLS and without. Ports that
differ from run to run are written as 8080 (the node's) and 8443 (the proxy's).
"""

import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
CLIENT, PROXY = "127.0.0.7", "127.0.0.1"
PATIENCE = 20

UPGRADE = """GET /ws HTTP/1.1
Host: {host}
Connection: Upgrade
Upgrade: websocket
Origin: {scheme}://{host}
Sec-WebSocket-Version: 13
Sec-WebSocket-Protocol: aldis.v1
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
"""

# What Cloudflare adds on its way to the origin ("Cloudflare HTTP headers").
CLOUDFLARE = """CF-Connecting-IP: 203.0.113.7
CF-IPCountry: DE
CF-Ray: 8f00000000000000-FRA
CF-Visitor: {{"scheme":"{scheme}"}}
CDN-Loop: cloudflare; loops=1
X-Forwarded-For: 203.0.113.7
X-Forwarded-Proto: {scheme}
"""

COMMON = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade;"
FOR = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;"
PROTO = "proxy_set_header X-Forwarded-Proto $scheme;"
NGINX = {
    "proxy-host": "",
    "host": f"{COMMON} {FOR} {PROTO} proxy_set_header Host $host;",
    "host-and-forwarded-host": f"{COMMON} {FOR} {PROTO} proxy_set_header Host $host;"
    " proxy_set_header X-Forwarded-Host $http_host; proxy_set_header X-Forwarded-Port $server_port;",
    "http-host": f"{COMMON} {FOR} {PROTO} proxy_set_header Host $http_host;",
}


def free_port():
    with socket.socket() as probe:
        probe.bind((PROXY, 0))
        return probe.getsockname()[1]


def nginx(directives):
    def config(folder, port, upstream, tls):
        secure = f"ssl_certificate {folder}/tls.pem; ssl_certificate_key {folder}/tls.pem;" if tls else ""
        temporary = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in
                             ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        text = f"""daemon off; pid {folder}/pid; error_log {folder}/log; events {{}}
http {{ access_log off; {temporary}
server {{ listen {PROXY}:{port}{" ssl" if tls else ""}; {secure}
location / {{ proxy_pass http://{PROXY}:{upstream}; {directives} }} }} }}
"""
        (folder / "nginx.conf").write_text(text)
        return [program("nginx"), "-c", f"{folder}/nginx.conf", "-e", f"{folder}/log"]

    return config


def haproxy(folder, port, upstream, tls):
    secure = f" ssl crt {folder}/tls.pem" if tls else ""
    (folder / "haproxy.cfg").write_text(f"""defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    option forwardfor
frontend public
    bind {PROXY}:{port}{secure}
    http-request set-header X-Forwarded-Proto https if {{ ssl_fc }}
    http-request set-header X-Forwarded-Proto http if !{{ ssl_fc }}
    default_backend nodes
backend nodes
    server one {PROXY}:{upstream}
""")
    return [program("haproxy"), "-db", "-f", f"{folder}/haproxy.cfg"]


def caddy(folder, port, upstream, tls):
    at, secure = ("https", f"tls {folder}/tls.pem {folder}/tls.pem") if tls else ("http", "")
    (folder / "Caddyfile").write_text(f"""{{
    admin off
    auto_https off
    storage file_system {folder}
}}
{at}://:{port} {{
    bind {PROXY}
    {secure}
    reverse_proxy {PROXY}:{upstream}
}}
""")
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config", f"{folder}/Caddyfile"]


def apache(preserves):
    def config(folder, port, upstream, tls):
        binary = pathlib.Path(program("apache2"))
        modules = binary.parents[1] / "lib/apache2/modules"
        load = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in
                         ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_wstunnel", "headers", "ssl"))
        secure = f"SSLEngine on\nSSLCertificateFile {folder}/tls.pem" if tls else ""
        (folder / "apache.conf").write_text(f"""{load}
ServerRoot {folder}
ServerName call.example.org
PidFile {folder}/pid
ErrorLog {folder}/log
Listen {PROXY}:{port}
<VirtualHost *:{port}>
{secure}
ProxyPreserveHost {preserves}
RequestHeader set X-Forwarded-Proto expr=%{{REQUEST_SCHEME}}
ProxyPass / http://{PROXY}:{upstream}/ upgrade=websocket
</VirtualHost>
""")
        return [str(binary), "-DFOREGROUND", "-f", f"{folder}/apache.conf"]

    return config


PROXIES = {f"nginx-{name}": ("nginx", nginx(directives), "") for name, directives in NGINX.items()}
PROXIES["nginx-invented-address"] = ("nginx", nginx(NGINX["http-host"]), "X-Forwarded-For: 1.1.1.1\n")
PROXIES["nginx-behind-cloudflare"] = (
    "nginx", nginx(NGINX["http-host"].replace("$scheme", "$http_x_forwarded_proto")), CLOUDFLARE)
PROXIES["haproxy"] = ("haproxy", haproxy, "")
PROXIES["haproxy-invented-address"] = ("haproxy", haproxy, "X-Forwarded-For: 1.1.1.1\nX-Forwarded-Proto: https\n")
PROXIES["caddy"] = ("caddy", caddy, "")
PROXIES["caddy-invented-address"] = ("caddy", caddy, "X-Forwarded-For: 1.1.1.1\nX-Forwarded-Proto: https\n")
PROXIES["apache"] = ("apache2", apache("Off"), "")
PROXIES["apache-preserve-host"] = ("apache2", apache("On"), "")


def program(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def version(name):
    told = subprocess.run([program(name), "version" if name == "caddy" else "-v"], capture_output=True, text=True)
    words = (told.stdout + told.stderr).split()
    number = next(word for word in words if any(letter.isdigit() for letter in word))
    return number.split("/")[-1].split("-")[0]


def through(port, head, tls):
    """Sends the head as the client; the proxy may still be starting."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            stream = socket.create_connection((PROXY, port), timeout=PATIENCE, source_address=(CLIENT, 0))
            break
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        stream = context.wrap_socket(stream, server_hostname="call.example.org")
    stream.sendall((head + "\n").replace("\n", "\r\n").encode())
    return stream


def recorded(config, more, tls):
    """The head that arrives at the node."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as node:
        folder = pathlib.Path(name)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=call.example.org", "-keyout", folder / "key", "-out", folder / "crt"],
                       check=True, capture_output=True)
        (folder / "tls.pem").write_bytes((folder / "crt").read_bytes() + (folder / "key").read_bytes())
        node.bind((PROXY, 0))
        node.listen()
        node.settimeout(PATIENCE)
        upstream, port = node.getsockname()[1], free_port()
        command = config(folder, port, upstream, tls)
        proxy = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            scheme = "https" if tls else "http"
            with through(port, (UPGRADE + more).format(scheme=scheme, host="call.example.org:8443"), tls):
                arrived, _ = node.accept()
                arrived.settimeout(PATIENCE)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += arrived.recv(4096)
                arrived.close()
        finally:
            proxy.terminate()
            proxy.wait()
    head = head.split(b"\r\n\r\n")[0].decode().replace("\r\n", "\n") + "\n"
    return head.replace(f":{upstream}", ":8080").replace(f"-Port: {port}", "-Port: 8443")


def main():
    check = sys.argv[2] if sys.argv[1:2] == ["--check"] else None
    failed = False
    for name, (binary, config, more) in PROXIES.items():
        if check not in (None, binary):
            continue
        if not program(binary):
            print(f"{name}: {binary} is not installed")
            failed |= check is not None
            continue
        for tls in (False, True):
            path = HERE / f"{name}{'-tls' if tls else ''}.http"
            head = recorded(config, more, tls)
            before = path.read_text() if path.exists() else ""
            notes = [line for line in before.splitlines(True) if line.startswith("# ")]
            if check:
                same = before.split("\n\n", 1)[-1] == head
                failed |= not same
                print(f"{path.name}: {'as recorded' if same else 'differs:' + chr(10) + head}")
                continue
            source = f"# recorded from {binary} {version(binary)}\n"
            path.write_text("".join([source, *notes[1:], "\n", head]))
            print(path.name)
    sys.exit(failed)


if __name__ == "__main__":
    main()
