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
    """Everything that is wrong, and how many names are known from the sources alone: what a node has not counted yet is in no
    scrape."""
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
            elif f'"{name}"' in sources:
                unseen.add(name)
            else:
                wrong.append(f"{place}: no node exports {name}")
    alerts = {rule["alert"] for group in yaml.safe_load((root / "config/prometheus/rules.yml").read_text())["groups"] for rule in group["rules"]}
    tested = (root / "config/prometheus/rules_test.yml").read_text()
    wrong += [f"rules_test.yml has no case for {alert}" for alert in sorted(alerts) if f'alertname="{alert}"' not in tested]
    return wrong, len(unseen)
