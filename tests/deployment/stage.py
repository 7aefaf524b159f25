"""The cluster of docker-compose.yml as processes of this machine, from the same files: one table of substitutions
stands for the addresses, folders and ports that containers have."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import compose
from ports import free_port

PATIENCE = 60
NODE_STARTS_MAX = 5


def until(what: str, is_true, within: float = PATIENCE):
    end = time.monotonic() + within
    while True:
        found = is_true()
        if found:
            return found
        assert time.monotonic() < end, f"{what}: not within {within} s"
        time.sleep(0.05)


def answers(port: int) -> bool:
    with socket.socket() as asked:
        asked.settimeout(1)
        return asked.connect_ex(("127.0.0.1", port)) == 0


class Stage:
    """All processes; `stop` ends them. `folder`: of their files, and of their logs `<name>.log`."""

    def __init__(self, root: Path, aldis: str, folder: Path):
        self.root, self.aldis, self.folder = root, aldis, folder
        self.processes, self.ports = {}, {}
        names = "https http redis replica postgres turn media prometheus aldis-1 aldis-2 admin-1 admin-2".split()
        for name in names:
            self.ports[name] = free_port()
        self.secrets = folder / "secrets"
        self._make_secrets()
        port = self.ports
        # What differs from containers, and nothing else.
        self.substitutions = {
            "/run/secrets/": f"{self.secrets}/",
            "/var/lib/aldis/data": f"{folder}/DATA",
            "172.30.10.2": "127.0.0.1",
            "@postgres:5432": f"@127.0.0.1:{port['postgres']}",
            "@redis:6379": f"@127.0.0.1:{port['redis']}",
            "aldis-1:8080": f"127.0.0.1:{port['aldis-1']}",
            "aldis-2:8080": f"127.0.0.1:{port['aldis-2']}",
            "aldis-1:9090": f"127.0.0.1:{port['admin-1']}",
            "aldis-2:9090": f"127.0.0.1:{port['admin-2']}",
            "media:4443": f"127.0.0.1:{port['media']}",
            "0.0.0.0:4443": f"127.0.0.1:{port['media']}",
            "0.0.0.0:4440": "127.0.0.1:0",
            "listen 443": f"listen 127.0.0.1:{port['https']}",
            "listen 80;": f"listen 127.0.0.1:{port['http']};",
            "https://$host$": f"https://$host:{port['https']}$",
            "/run/nginx.pid": f"{folder}/nginx.pid",
            "/dev/stdout": f"{folder}/access.log",
            "/dev/stderr": f"{folder}/error.log",
            "dir /data": f"dir {folder}/REDIS",
        }
        for name in ("database_url", "redis_url"):
            self.adapt(self.secrets / name, self.secrets / name)

    def _make_secrets(self) -> None:
        """config/secrets.sh, and then what compose mounts at /run/secrets: names of its own for the certificate."""
        env = dict(os.environ, SECRETS=str(self.secrets), ENV_FILE=str(self.folder / "env"))
        script, made = ["sh", str(self.root / "config/secrets.sh")], []
        for _ in range(2):  # the second time what is there stays
            subprocess.run(script, env=env, check=True, stdout=subprocess.DEVNULL)
            made.append({path.name: path.read_text() for path in [*self.secrets.iterdir(), self.folder / "env"]})
        assert made[0] == made[1], "config/secrets.sh replaces secrets"
        for name, secret in compose.read(self.root)["secrets"].items():
            file = self.secrets / Path(secret["file"]).name
            if file.name != name:
                (self.secrets / name).symlink_to(file)

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    def adapted(self, text: str) -> str:
        for old, new in self.substitutions.items():
            text = text.replace(old, new)
        return text

    def adapt(self, source: Path, target: Path, **words: str) -> Path:
        text = self.adapted(source.read_text())
        for old, new in words.items():
            text = text.replace(old, new)
        target.write_text(text)
        return target

    def start(self, name: str, command: list, **environment: str) -> subprocess.Popen:
        with open(self.folder / f"{name}.log", "a") as log:
            env = dict(os.environ, **environment)
            process = subprocess.Popen(
                [str(it) for it in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=self.folder
            )
        self.processes[name] = process
        return process

    def until_up(self, name: str, is_up) -> None:
        def look():
            code = self.processes[name].poll()
            assert code is None, f"{name} has ended with {code}:\n{self.log(name)}"
            return is_up()

        until(f"{name} is up", look)

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return "\n".join(path.read_text().splitlines()[-30:]) if path.exists() else ""

    def signal(self, name: str, number: int) -> None:
        self.processes[name].send_signal(number)

    def start_redis(self) -> None:
        for name, arguments in (("redis", []), ("replica", ["--replicaof", "127.0.0.1", self.ports["redis"]])):
            config, run = self.folder / f"{name}-config", self.folder / f"{name}-run"
            for folder in (config, run, self.folder / name):
                folder.mkdir()
            self.adapt(self.root / "config/redis/redis.conf", config / "redis.conf", REDIS=name)
            shutil.copy(self.root / "config/redis/users.acl", config)
            listen = ["--port", self.ports[name], "--bind", "127.0.0.1"]
            self.start(
                name,
                ["sh", self.root / "config/redis/start.sh", *arguments, *listen],
                CONFIG=str(config),
                SECRETS=str(self.secrets),
                RUN=str(run),
            )

    def start_postgres(self) -> None:
        """As the official image does: a password for the superuser and over TCP; then config/postgres/init.sh."""
        bin = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda it: int(it.parts[-3])).parent
        home = self.folder / "postgres"
        home.mkdir(mode=0o755)
        password = home / "password"
        shutil.copy(self.secrets / "postgres_password", password)
        as_postgres = []
        if os.getuid() == 0:
            user = pwd.getpwnam("postgres")
            for path in (home, password):
                os.chown(path, user.pw_uid, user.pw_gid)
            as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
        data = home / "data"
        make = [
            bin / "initdb",
            "--no-sync",
            "--username=postgres",
            f"--pwfile={password}",
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
        ]
        subprocess.run(
            [*as_postgres, *make, "--encoding=UTF8", "--locale=C.UTF-8", "-D", data],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd="/",
        )
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={home}"]
        self.start("postgres", [*as_postgres, bin / "postgres", "-D", data, "-p", self.ports["postgres"], *options])
        here = dict(os.environ, PGHOST=str(home), PGPORT=str(self.ports["postgres"]), SECRETS=str(self.secrets))
        ready = [bin / "pg_isready", "--quiet", "--username=postgres"]
        self.until_up("postgres", lambda: subprocess.run(ready, env=here).returncode == 0)
        subprocess.run(["sh", str(self.root / "config/postgres/init.sh")], env=here, check=True)

    def start_coturn(self) -> None:
        run = self.folder / "coturn"
        run.mkdir()
        addresses = ["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", f"--listening-port={self.ports['turn']}"]
        folders = {"CONFIG": str(self.root / "config/coturn"), "SECRETS": str(self.secrets), "RUN": str(run)}
        self.start("coturn", ["sh", self.root / "config/coturn/start.sh", *addresses], **folders)

    def start_media(self) -> None:
        """The stub of the media server's contract, with the environment that compose gives the service."""
        program = Path(self.aldis).parent / "media-stub"
        assert program.exists(), f"{program} is missing: cargo build -p media-server"
        given = compose.environment(compose.read(self.root)["services"]["media"])
        self.start("media", [program], **{key: self.adapted(value) for key, value in given.items()})
        self.until_up("media", lambda: answers(self.ports["media"]))

    def start_nginx(self) -> None:
        config = self.adapt(self.root / "config/nginx/aldis.conf", self.folder / "nginx.conf")
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        told = subprocess.run([nginx, "-t", "-c", config], capture_output=True, text=True)
        assert told.returncode == 0 and "[warn]" not in told.stderr, told.stderr
        self.start("nginx", [nginx, "-c", config, "-g", "daemon off;"])
        self.until_up("nginx", lambda: answers(self.ports["https"]))

    def start_prometheus(self) -> None:
        folder = self.folder / "prometheus"
        shutil.copytree(self.root / "config/prometheus", folder)
        config = self.adapt(folder / "prometheus.yml", folder / "prometheus.yml")
        subprocess.run(["promtool", "check", "config", config], check=True, stdout=subprocess.DEVNULL)
        listen = f"--web.listen-address=127.0.0.1:{self.ports['prometheus']}"
        self.start(
            "prometheus", ["prometheus", f"--config.file={config}", f"--storage.tsdb.path={folder}/data", listen]
        )

    def configure(self, unknown: str) -> None:
        """Each node's config/cluster.toml, and the one of Kubernetes, without the line of this key."""
        for number in (1, 2):
            self.adapt(self.root / "config/cluster.toml", self.folder / f"aldis-{number}.toml", DATA=f"data-{number}")
        pods = self.adapt(self.root / "config/kubernetes/aldis.toml", self.folder / "aldis-pods.toml", DATA="data-pods")
        pods.write_text(pods.read_text().replace("/run/aldis/secrets/", f"{self.secrets}/"))
        for config in self.folder.glob("aldis-*.toml"):
            lines = config.read_text().splitlines()
            config.write_text("\n".join(line for line in lines if not unknown or not line.startswith(unknown)))

    def check_configuration(self, number: int) -> None:
        env = dict(os.environ, **self.environment(number))
        checks = {"--probe": env, f"--config={self.folder}/aldis-pods.toml": dict(os.environ)}
        for flag, environment in checks.items():
            command = [self.aldis, "config", "check", flag, *self.listeners(number)]
            told = subprocess.run(command, env=environment, capture_output=True, text=True)
            assert told.returncode == 0, f"{command}:\n{told.stdout}{told.stderr}"

    def start_node(self, number: int) -> None:
        """A node with the configuration and the environment that compose gives it."""
        self.start(f"aldis-{number}", [self.aldis, "serve", *self.listeners(number)], **self.environment(number))

    def until_healthy(self, number: int) -> None:
        """Waits for a node. One that ends is started again, a few times, as compose does: on a busy machine a debug
        build takes longer to log in to PostgreSQL than it waits."""
        name, starts = f"aldis-{number}", 1

        def look() -> bool:
            nonlocal starts
            code = self.processes[name].poll()
            if code is not None:
                assert starts < NODE_STARTS_MAX, f"{name} has ended with {code}:\n{self.log(name)}"
                starts += 1
                self.start_node(number)
            return self.is_healthy(number)

        until(f"{name} is healthy", look)

    def listeners(self, number: int) -> list[str]:
        return [
            "--bind",
            f"127.0.0.1:{self.ports[f'aldis-{number}']}",
            "--admin-bind",
            f"0.0.0.0:{self.ports[f'admin-{number}']}",
        ]

    def environment(self, number: int) -> dict[str, str]:
        turn = f"127.0.0.1:{self.ports['turn']}"
        given = compose.environment(compose.read(self.root)["services"][f"aldis-{number}"])
        media = {key: self.adapted(value) for key, value in given.items() if "_MEDIA__" in key}
        return media | {
            "ALDIS_CONFIG": str(self.folder / f"aldis-{number}.toml"),
            "ALDIS_NODE__ID": f"aldis-{number}",
            "ALDIS_HTTP__PUBLIC_URL": f"https://localhost:{self.ports['https']}",
            "ALDIS_ICE__STUN_URLS": f"stun:{turn}",
            "ALDIS_ICE__TURN_URLS": f"turn:{turn}?transport=udp,turn:{turn}?transport=tcp",
        }

    def is_healthy(self, number: int) -> bool:
        """What the health check of docker-compose.yml asks."""
        env = dict(os.environ, **self.environment(number))
        asked = subprocess.run([self.aldis, "health", *self.listeners(number)], env=env, capture_output=True)
        return asked.returncode == 0

    def stop(self) -> None:
        for name, process in self.processes.items():
            if process.poll() is None:
                # PostgreSQL: at once, what it holds is of no use to anybody.
                process.send_signal(signal.SIGQUIT if name == "postgres" else signal.SIGTERM)
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
