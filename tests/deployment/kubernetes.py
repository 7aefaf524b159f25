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
    return wrong + media(folder / "media", defaults)


def media(folder: Path, defaults: dict) -> list[str]:
    """The overlay with media servers: what it tells the nodes is what the servers are."""
    kustomization = yaml.safe_load((folder / "kustomization.yaml").read_text())
    files = [it for it in kustomization["resources"] if it != "../"] + [it["path"] for it in kustomization["patches"]]
    wrong = [f"media/kustomization.yaml names {name}, which does not exist" for name in files if not (folder / name).exists()]
    documents = [it for name in files for it in yaml.safe_load_all((folder / name).read_text())]
    kinds = {(it["kind"], it["metadata"]["name"]): it for it in documents}
    server, nodes = kinds["StatefulSet", "aldis-media"], kinds["Deployment", "aldis"]
    (container,) = server["spec"]["template"]["spec"]["containers"]
    given = {it["name"]: it.get("value") for it in container["env"]}
    (told,) = nodes["spec"]["template"]["spec"]["containers"]
    told = {it["name"]: it["value"] for it in told["env"]}
    wrong += [f"nodes know no setting {key}" for key in told if key.split("__")[1].lower() not in {*defaults["media"], "secret_file"}]
    port, name = given["ALDIS_MEDIA_BIND"].rpartition(":")[2], server["metadata"]["name"]
    names = [f"mediasoup+http://{name}-{n}.{server['spec']['serviceName']}:{port}" for n in range(server["spec"]["replicas"])]
    if told["ALDIS_MEDIA__SERVERS"].split(",") != names:
        wrong.append(f"nodes are told of {told['ALDIS_MEDIA__SERVERS']}, and the media servers are {names}")
    ports = {(it["containerPort"], it.get("protocol", "TCP")) for it in container["ports"]}
    rtc = int(given["ALDIS_MEDIA_RTC_BIND"].rpartition(":")[2])
    if not {(int(port), "TCP"), (rtc, "UDP"), (rtc, "TCP")} <= ports:
        wrong.append(f"the media server listens on {port} and {rtc}, and its ports are {ports}")
    drain = server["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    if drain <= 600:
        wrong.append(f"the media server drains for ten minutes, and is killed after {drain} s")
    labels = server["spec"]["template"]["metadata"]["labels"]
    if not kinds["NetworkPolicy", "aldis-media"]["spec"]["podSelector"]["matchLabels"].items() <= labels.items():
        wrong.append("the media server's NetworkPolicy selects other pods")
    return wrong


def named(folder: Path, kustomization: dict, kinds: dict) -> list[str]:
    files = kustomization["resources"] + kustomization["configMapGenerator"][0]["files"]
    wrong = [f"kustomization.yaml names {name}, which does not exist" for name in files if not (folder / name).exists()]
    if "secret.example.yaml" in files:
        wrong.append("kustomization.yaml applies the example of a secret")
    if any(kinds["Secret", "aldis"]["stringData"].values()):
        wrong.append("secret.example.yaml has a secret that somebody could use")
    unused = {path.name for path in folder.iterdir()} - set(files) - {"kustomization.yaml", "secret.example.yaml", "media"}
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
