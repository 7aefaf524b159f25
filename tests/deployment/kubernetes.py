"""config/kubernetes: what the manifests say of ports, probes, files and times is what a node does."""

import re
import tomllib
from pathlib import Path

import yaml

# How long a process lives after SIGTERM at most, whatever hangs (docs/operate.md).
ENDS_WITHIN = 20


def check(folder: Path, flags: str, defaults: dict) -> list[str]:
    """Everything that is wrong. `flags`: what `aldis serve --help` prints; `defaults`: every key's default."""
    documents = []
    for path in sorted(folder.glob("*.yaml")):
        documents += [it for it in yaml.safe_load_all(path.read_text()) if it]
    kinds = {(it["kind"], it.get("metadata", {}).get("name")): it for it in documents}
    deployment, policy = kinds["Deployment", "aldis"], kinds["NetworkPolicy", "aldis"]
    pod = deployment["spec"]["template"]["spec"]
    config = tomllib.loads((folder / "aldis.toml").read_text())
    wrong = named(folder, kinds["Kustomization", None], kinds)
    wrong += node(pod, config, flags) + times(pod, defaults) + secrets(pod, config, kinds["Secret", "aldis"])
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    selectors = {
        "Deployment": deployment["spec"]["selector"]["matchLabels"],
        "PodDisruptionBudget": kinds["PodDisruptionBudget", "aldis"]["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": policy["spec"]["podSelector"]["matchLabels"],
        "Service": kinds["Service", "aldis"]["spec"]["selector"],
        "Service of operators": kinds["Service", "aldis-admin"]["spec"]["selector"],
    }
    wrong += [f"{kind} selects other pods: {it}" for kind, it in selectors.items() if not it.items() <= labels.items()]
    ports = {port["name"] for port in pod["containers"][0]["ports"]}
    targets = [it["targetPort"] for name in ("aldis", "aldis-admin") for it in kinds["Service", name]["spec"]["ports"]]
    targets += [it["port"] for rule in policy["spec"]["ingress"] for it in rule["ports"]]
    wrong += [f"there is no port {port}" for port in targets if port not in ports]
    return wrong


def named(folder: Path, kustomization: dict, kinds: dict) -> list[str]:
    files = kustomization["resources"] + kustomization["configMapGenerator"][0]["files"]
    wrong = [f"kustomization.yaml names {name}, which does not exist" for name in files if not (folder / name).exists()]
    if "secret.example.yaml" in files:
        wrong.append("kustomization.yaml applies the example of a secret")
    if any(kinds["Secret", "aldis"]["stringData"].values()):
        wrong.append("secret.example.yaml has a secret that somebody could use")
    unused = {path.name for path in folder.iterdir()} - set(files) - {"kustomization.yaml", "secret.example.yaml"}
    return wrong + [f"{name} is not named by kustomization.yaml" for name in unused]


def node(pod: dict, config: dict, flags: str) -> list[str]:
    (container,) = pod["containers"]
    wrong = []
    for flag in (it for it in container["args"] if it.startswith("--")):
        if f"{flag} " not in flags:
            wrong.append(f"aldis serve knows no {flag}")
    ports = {it["name"]: it["containerPort"] for it in container["ports"]}
    for section, name in (("http", "http"), ("admin", "admin")):
        if not config[section]["bind"].endswith(f":{ports[name]}"):
            wrong.append(f"{section}.bind is {config[section]['bind']}, and the port {name} is {ports[name]}")
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = container[probe]["httpGet"]
        # What all pods share must not take all of them away.
        path = "/health/ready?scope=node" if probe == "readinessProbe" else "/health/live"
        if asked != {"path": path, "port": "admin"}:
            wrong.append(f"{probe} asks {asked}")
    for it in pod["initContainers"] + pod["containers"]:
        confined = it["securityContext"]
        if confined["allowPrivilegeEscalation"] or confined["capabilities"]["drop"] != ["ALL"]:
            wrong.append(f"{it['name']} may gain rights")
    if not pod["securityContext"]["runAsNonRoot"] or pod["enableServiceLinks"]:
        wrong.append("the pod may run as root, or gets variables of services")
    data = config["node"]["data_dir"]
    mounts = [it["mountPath"] for it in container["volumeMounts"]]
    if not any(data.startswith(f"{mount}/") for mount in mounts):
        wrong.append(f"node.data_dir {data} is not inside a volume: an emptyDir itself is refused")
    volumes = {it["name"] for it in pod["volumes"]}
    wrong += [f"no volume {it['name']}" for it in container["volumeMounts"] if it["name"] not in volumes]
    return wrong


def times(pod: dict, defaults: dict) -> list[str]:
    wrong = []
    command = pod["containers"][0]["lifecycle"]["preStop"]["exec"]["command"]
    stops_after = int(command[1])
    drain = int(re.fullmatch(r"(\d+)s", defaults["drain"]["within"])[1])
    if drain >= ENDS_WITHIN or pod["terminationGracePeriodSeconds"] <= stops_after + ENDS_WITHIN:
        wrong.append(f"the grace of {pod['terminationGracePeriodSeconds']} s is no longer than preStop and drain")
    ready = pod["containers"][0]["readinessProbe"]
    if ready["periodSeconds"] * ready["failureThreshold"] > stops_after:
        wrong.append("preStop ends before the balancers have learnt that the pod goes")
    return wrong


def secrets(pod: dict, config: dict, example: dict) -> list[str]:
    """Each file that the configuration names is a key of the secret, which the first container copies."""
    files = [value for section in config.values() for key, value in section.items() if key.endswith("_file")]
    (copies,) = pod["initContainers"]
    wrong = []
    for file in files:
        folder, _, key = file.rpartition("/")
        if key not in example["stringData"]:
            wrong.append(f"{file} is no key of secret.example.yaml")
        if folder not in copies["command"][2]:
            wrong.append(f"nothing is copied to {folder}")
    return wrong + [
        f"no setting uses the key {key} of the secret"
        for key in example["stringData"]
        if not any(file.endswith(f"/{key}") for file in files)
    ]
