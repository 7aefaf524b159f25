"""The metrics that rules and dashboard ask for are metrics that a node exports, with these labels."""

import json
import re
from pathlib import Path

import yaml

# Prometheus adds them.
OF_PROMETHEUS = {"up", "ALERTS"}
LABELS_OF_PROMETHEUS = {"job", "instance", "alertstate", "alertname"}
NAME = re.compile(r"\b((?:aldis|process)_\w+|up|ALERTS)\b(?:\{([^}]*)\})?")


def expressions(root: Path) -> list[tuple[str, str]]:
    """Where each stands, and itself."""
    found = []
    for group in yaml.safe_load((root / "config/prometheus/rules.yml").read_text())["groups"]:
        found += [(f"rules.yml: {rule['alert']}", rule["expr"]) for rule in group["rules"]]
    dashboard = json.loads((root / "config/grafana/dashboards/aldis.json").read_text())
    for panel in dashboard["panels"]:
        found += [(f"aldis.json: {panel['title']}", target["expr"]) for target in panel.get("targets", [])]
    return found


def check(root: Path, scraped: str) -> tuple[list[str], int]:
    """Everything that is wrong, and how many names are known from the sources alone: what a node has not counted yet is
    in no scrape."""
    series = re.findall(r"(?m)^(\w+)(?:\{(.*)\})? ", scraped)
    labels = {}
    for name, pairs in series:
        labels.setdefault(name, set()).update(re.findall(r'(\w+)="', pairs))
    sources = "".join(path.read_text() for top in ("src", "actors/src") for path in (root / top).rglob("*.rs"))
    wrong, unseen = [], set()
    for place, expression in expressions(root):
        for name, matchers in NAME.findall(expression):
            asked = set(re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", matchers)) - LABELS_OF_PROMETHEUS
            if name in OF_PROMETHEUS:
                continue
            if name in labels:
                wrong += [f"{place}: {name} has no label {label}" for label in asked - labels[name]]
            # A histogram's series have names of their own.
            elif any(f'"{known}"' in sources for known in (name, re.sub("_(bucket|sum|count)$", "", name))):
                unseen.add(name)
            else:
                wrong.append(f"{place}: no node exports {name}")
    wrong += dashboard_faults(root)
    alerts = {
        rule["alert"]
        for group in yaml.safe_load((root / "config/prometheus/rules.yml").read_text())["groups"]
        for rule in group["rules"]
    }
    tested = (root / "config/prometheus/rules_test.yml").read_text()
    wrong += [
        f"rules_test.yml has no case for {alert}" for alert in sorted(alerts) if f'alertname="{alert}"' not in tested
    ]
    return wrong, len(unseen)


def dashboard_faults(root: Path) -> list[str]:
    """The dashboard asks the data source that is provisioned, and is where Grafana looks for it."""
    grafana = root / "config/grafana"
    dashboard = json.loads((grafana / "dashboards/aldis.json").read_text())
    (source,) = yaml.safe_load((grafana / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    (provider,) = yaml.safe_load((grafana / "provisioning/dashboards/aldis.yml").read_text())["providers"]
    mounts = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]["grafana"]["volumes"]
    wrong = []
    if f"./config/grafana/dashboards:{provider['options']['path']}:ro" not in mounts:
        wrong.append(f"grafana: {provider['options']['path']} is not where docker-compose.yml mounts the dashboards")
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    wrong += [
        f"aldis.json: {it['title']} asks another source" for it in panels if it["datasource"]["uid"] != source["uid"]
    ]
    if len({panel["id"] for panel in dashboard["panels"]}) < len(dashboard["panels"]):
        wrong.append("aldis.json: two panels have the same id")
    return wrong
