"""docker-compose.yml, Dockerfile and .dockerignore: what they name exists, nothing secret is in them, and only what
must be is open."""

import fnmatch
import re
from pathlib import Path

import yaml

# Who may be reached from other machines.
PUBLIC = {"nginx": {"80", "443"}, "media": {"4440/udp", "4440/tcp"}}
WITHOUT_LIMITS = {"latest", "main", "edge", "stable"}


def read(root: Path) -> dict:
    return yaml.safe_load((root / "docker-compose.yml").read_text())


def check(root: Path, secrets: Path) -> list[str]:
    """Everything that is wrong; `secrets` is a folder that config/secrets.sh has filled."""
    compose = read(root)
    wrong = []
    for name, service in compose["services"].items():
        wrong += [f"{name}: {why}" for why in service_faults(root, compose, name, service)]
    for name, secret in compose["secrets"].items():
        if not (secrets / Path(secret["file"]).name).is_file():
            wrong.append(f"secret {name}: config/secrets.sh does not make {secret['file']}")
    wrong += media_faults(compose)
    made = {path.name for path in secrets.iterdir()}
    used = {Path(secret["file"]).name for secret in compose["secrets"].values()}
    wrong += [f"secrets/{name} is made and not used" for name in sorted(made - used)]
    return wrong + image_faults(root)


def environment(service: dict) -> dict[str, str]:
    """What a service is given when all profiles are on, and nothing is set that has a default."""
    given = {key: str(value) for key, value in (service.get("environment") or {}).items()}
    return {key: re.sub(r"\$\{\w+:[-+?]([^}]*)\}", r"\1", value) for key, value in given.items()}


def service_faults(root: Path, compose: dict, name: str, service: dict) -> list[str]:
    wrong = []
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if source.startswith("."):
            if not (root / source).exists():
                wrong.append(f"mounts {source}, which does not exist")
            if not mount.endswith(":ro"):
                wrong.append(f"can write to {source}")
        elif source not in compose["volumes"]:
            wrong.append(f"there is no volume {source}")
    wrong += [f"there is no secret {it}" for it in service.get("secrets", []) if it not in compose["secrets"]]
    if "network_mode" not in service:
        wrong += [f"there is no network {it}" for it in service["networks"] if it not in compose["networks"]]
    image, _, tag = service["image"].rpartition(":")
    if not image or tag in WITHOUT_LIMITS:
        wrong.append(f"the image {service['image']} has no version")
    for port in service.get("ports", []):
        host, _, inside = port.rpartition(":")
        if inside not in PUBLIC.get(name, set()) and not host.startswith("127.0.0.1:"):
            wrong.append(f"port {port} is open to the network")
    for key, value in environment(service).items():
        if re.search("PASSWORD|SECRET|TOKEN", key) and not value.startswith("/run/secrets/"):
            wrong.append(f"{key} is a secret in the file")
    if "restart" not in service or not any("no-new-privileges" in it for it in service.get("security_opt", [])):
        wrong.append("it does not restart, or may gain rights")
    for path in re.findall(r"/run/secrets/(\w+)", str(service)):
        if path not in service.get("secrets", []):
            wrong.append(f"it reads /run/secrets/{path} and is not given it")
    return wrong


def media_faults(compose: dict) -> list[str]:
    """The profile of the media server is what tells the nodes of it, and coturn relays to it."""
    services = compose["services"]
    (server,) = [name for name, service in services.items() if service.get("profiles") == ["media"]]
    port = environment(services[server])["ALDIS_MEDIA_BIND"].rpartition(":")[2]
    wrong = []
    for name in ("aldis-1", "aldis-2"):
        given = {key: str(value) for key, value in services[name]["environment"].items() if "_MEDIA__" in key}
        expected = {"ALDIS_MEDIA__SERVERS": f"mediasoup+http://{server}:{port}"}
        expected["ALDIS_MEDIA__SECRET_FILE"] = environment(services[server])["ALDIS_MEDIA_SECRET_FILE"]
        if given != {key: f"${{COMPOSE_PROFILES:+{value}}}" for key, value in expected.items()}:
            wrong.append(f"{name} is told of {given}, and the media server is {expected}")
        if not set(services[name]["networks"]) & set(services[server]["networks"]):
            wrong.append(f"{name} has no network with {server}")
    return wrong


def image_faults(root: Path) -> list[str]:
    dockerfile = (root / "Dockerfile").read_text()
    stages = re.split(r"(?m)^FROM ", dockerfile)[1:]
    ignored = [line for line in (root / ".dockerignore").read_text().splitlines() if line and line[0] != "#"]
    wrong = []
    if len(stages) < 2 or "apt-get install" in stages[-1] and re.search(r"\b(gcc|rustc|cargo|make)\b", stages[-1]):
        wrong.append("Dockerfile: the last stage has a compiler")
    if not re.search(r"(?m)^USER [1-9]\d*:", stages[-1]):
        wrong.append("Dockerfile: the last stage runs as root")
    if not re.search(r'HEALTHCHECK .*CMD \["aldis", "health"', stages[-1]):
        wrong.append("Dockerfile: no HEALTHCHECK by aldis health")
    needed = [
        "Cargo.toml",
        "Cargo.lock",
        "src/main.rs",
        "actors/src/lib.rs",
        "web/dist/index.html",
        "config/aldis.toml",
    ]
    needed += [str(path.relative_to(root)) for path in (root / "migrations").rglob("*.sql")]
    for path in needed:
        if not (root / path).exists():
            wrong.append(f"Dockerfile: the build needs {path}, which is not there")
        if any(matches(path, pattern) for pattern in ignored):
            wrong.append(f".dockerignore: the build needs {path}")
    for path in ("secrets/key_secret", ".env", "data/aldis.db", ".git/config"):
        if not any(matches(path, pattern) for pattern in ignored):
            wrong.append(f".dockerignore: {path} would be in the image's context")
    return wrong


def matches(path: str, pattern: str) -> bool:
    parts = path.split("/")
    heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    if pattern.startswith("**/"):
        return any(fnmatch.fnmatch(part, pattern[3:]) for part in parts)
    return any(fnmatch.fnmatch(head, pattern) for head in heads)
