#!/usr/bin/env bash
# The files of a deployment (docker-compose.yml, config/): what they name exists, the programs they are for accept them,
# and the same cluster as processes, from these very files, carries a call through a killed node.
# usage: tests/deployment.sh PATH-TO-ALDIS
set -euo pipefail
aldis=$(realpath "$1")
cd "$(dirname "$0")/.."
venv=$(realpath -m "${TARGET:-target}")/deployment-venv

if ! "$venv/bin/python" -c 'import websockets, yaml' 2>/dev/null; then
    python3 -m venv "$venv"
    "$venv/bin/pip" --quiet install 'PyYAML>=6,<7' 'websockets>=15,<18'
fi
for script in config/*.sh config/*/*.sh; do sh -n "$script"; done
promtool check rules config/prometheus/rules.yml
promtool test rules config/prometheus/rules_test.yml
if docker compose version >/dev/null 2>&1; then
    ALDIS_UID=10001 ALDIS_GID=10001 docker compose config --quiet
    echo 'docker compose: accepts docker-compose.yml'
else
    echo 'docker compose is not here: the file is read by tests/deployment/compose.py alone'
fi
if kubectl kustomize config/kubernetes >/dev/null 2>&1; then
    echo 'kubectl: accepts config/kubernetes'
elif command -v kubectl >/dev/null; then
    kubectl kustomize config/kubernetes >/dev/null
else
    echo 'kubectl is not here: the files are read by tests/deployment/kubernetes.py alone'
fi
python3 -B tests/corpus/proxies/record.py --check nginx
python3 -B tests/deployment/snippets.py "$aldis"
exec "$venv/bin/python" -B tests/deployment/run.py "$aldis"
