"""The deployment, from its files: what they name exists, and the cluster that they describe carries a call through a
killed node, an upgrade and a failover of Redis.

usage: run.py PATH-TO-ALDIS
"""

import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import call
import compose
import kubernetes
import names
from stage import Stage, until

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    aldis = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="aldis-deployment-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as another user
        stage = Stage(ROOT, aldis, Path(folder))
        try:
            files(stage)
            cluster(stage)
        except BaseException:
            for name in stage.processes:
                print(f"--- {name} ---\n{stage.log(name)}", file=sys.stderr)
            raise
        finally:
            stage.stop()
    return 0


def say(text: str) -> None:
    print(f"deployment: {text}", flush=True)


def expect(wrong: list[str], text: str) -> None:
    for it in wrong:
        print(f"deployment: {it}", file=sys.stderr)
    assert not wrong, f"{len(wrong)} faults"
    say(text)


def run(*command: str) -> str:
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, f"{command}: {ran.stderr}"
    return ran.stdout


def files(stage: Stage) -> None:
    """What can be said without running anything."""
    made = stage.folder / "made"  # without the names that the stage adds
    made.mkdir()
    for path in stage.secrets.iterdir():
        if not path.is_symlink():
            shutil.copy(path, made)
    expect(compose.check(ROOT, made), "docker-compose.yml, Dockerfile and .dockerignore name what exists")
    defaults = tomllib.loads(run(stage.aldis, "config", "default"))
    flags = run(stage.aldis, "serve", "--help")
    expect(
        kubernetes.check(ROOT / "config/kubernetes", flags, defaults), "config/kubernetes agrees with what a node knows"
    )


def cluster(stage: Stage) -> None:
    """The same topology as processes."""
    begun = time.monotonic()
    stage.start_redis()
    stage.start_coturn()
    stage.start_postgres()
    stage.start_media()
    shares_keys = "key_secret_file" in run(stage.aldis, "config", "default")
    start_nodes(stage, shares_keys)
    stage.start_nginx()
    stage.start_prometheus()
    say(f"Redis and a replica, PostgreSQL, coturn, two nodes and nginx are up after {time.monotonic() - begun:.1f} s")
    people = call.People(stage)
    call.front(people)
    call.relay(people)
    call.rights(stage)
    ann, ben = call.members(people)
    call.talk(ann, ben)
    call.large(people)
    say("two members on different nodes hear each other through nginx over TLS")
    measured(stage)
    call.killed(people, ann, ben)
    call.upgraded(stage, ann, ben)
    call.failed_over(stage, ann, ben)
    call.no_right_was_missing(stage)
    say("the rights in config/redis/users.acl were enough for everything that nodes did")
    for name in ("aldis-1", "aldis-2"):
        errors = [line for line in (stage.folder / f"{name}.log").read_text().splitlines() if '"level":"error"' in line]
        assert not errors, f"{name} has logged errors: {errors[:3]}"
    say(f"all of it in {time.monotonic() - begun:.0f} s")


def start_nodes(stage: Stage, shares_keys: bool) -> None:
    """Both nodes, each after `aldis config check` has looked at its configuration and asked all that it names."""
    unknown = "" if shares_keys else "key_secret_file"
    if unknown:
        # Until nodes share their keys in the database, they need the same files.
        say(f"this build knows no auth.{unknown}: the second node is given the first one's keys")
    stage.configure(unknown)
    for number in (1, 2):
        stage.check_configuration(number)
        if unknown and number == 2:
            stage.until_healthy(1)
            (stage.folder / "data-2").mkdir(mode=0o700)
            shutil.copytree(stage.folder / "data-1/keys", stage.folder / "data-2/keys")
        stage.start_node(number)
    for number in (1, 2):
        stage.until_healthy(number)


def measured(stage: Stage) -> None:
    """Prometheus scrapes both nodes with the token, and understands every rule and panel."""
    scraped = ""
    for number in (1, 2):
        status, text = call.ask(stage, number, "/metrics", stage.secret("admin_token"))
        assert status == 200, f"/metrics with the token: {status}"
        assert call.ask(stage, number, "/metrics")[0] == 401, "/metrics without the token"
        scraped += text
    wrong, unseen = names.check(ROOT, scraped)
    total = len(names.expressions(ROOT))
    expect(
        wrong,
        f"{total} expressions ask for what nodes export ({unseen} names are in the sources only: not counted yet)",
    )
    until("Prometheus has scraped both nodes", lambda: call.query(stage, 'up{job="aldis"} == 1') == 2)
    for place, expression in names.expressions(ROOT):
        call.query(stage, expression.replace("$instance", ".*"), place)
    rules = call.prometheus(stage, "/api/v1/rules")["groups"][0]["rules"]
    failing = [rule["name"] for rule in rules if rule["health"] == "err" or rule["state"] == "firing"]
    assert not failing, f"rules that fail or fire in a healthy cluster: {failing}"
    say(f"Prometheus scrapes both nodes, and evaluates {len(rules)} rules and every panel")


if __name__ == "__main__":
    sys.exit(main())
