"""What people and operators do in the cluster of `stage.py`, and what must come of it."""

import json
import signal
import ssl
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import compose
from member import Member
from stage import Stage, until
from turn import Turn

# The window of a seat (room.seat_window): who is back within it has never left.
BACK_WITHIN = 5
# How long a process may live after SIGTERM.
ENDS_WITHIN = 20
# How long after a failover of Redis messages may be refused: an epoch settles in three seconds.
SETTLED_WITHIN = 10


class People:
    """HTTP through nginx, with its certificate as the only one that is trusted."""

    def __init__(self, stage: Stage):
        self.stage = stage
        self.origin = f"https://localhost:{stage.ports['https']}"
        self.tls = ssl.create_default_context(cafile=str(stage.secrets / "tls.crt"))

    def ask(self, method: str, path: str, token: str = "", body: dict | None = None) -> dict:
        request = urllib.request.Request(self.origin + path, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, context=self.tls, timeout=20) as answer:
            self.cookies = answer.headers.get_all("Set-Cookie") or []
            return json.load(answer)

    def sign_up(self, name: str) -> str:
        body = {"email": f"{name}@example.org", "password": "a long enough password", "name": name}
        return self.ask("POST", "/api/auth/signup", body=body)["accessToken"]

    def member(self, token: str, room: str) -> Member:
        return Member(self.origin.replace("https", "wss") + "/ws", self.origin, self.tls, token, room)


def front(people: People) -> None:
    """nginx: the certificate, the way from http, and what the node is told of the client."""
    stage = people.stage
    ready = people.ask("GET", "/health/ready")
    assert ready["status"] == "ready", ready
    plain = urllib.request.Request(f"http://127.0.0.1:{stage.ports['http']}/r/abc", headers={"Host": "localhost"})
    moved = []

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, _request, _file, code, _message, _headers, url):
            moved.append((code, url))

    try:
        urllib.request.build_opener(Stay).open(plain, timeout=10)
    except urllib.error.HTTPError:
        pass
    assert moved == [(308, f"{people.origin}/r/abc")], moved
    people.token, people.other = people.sign_up("ann"), people.sign_up("ben")
    assert people.cookies and all("Secure" in it and it.startswith("__Host-") for it in people.cookies), people.cookies
    # A client cannot invent its address: the node's audit log names nginx' client.
    request = urllib.request.Request(
        people.origin + "/api/auth/login", data=b'{"email":"x@example.org","password":"wrong wrong wrong"}'
    )
    for name, value in (
        ("Content-Type", "application/json"),
        ("X-Forwarded-For", "198.51.100.7"),
        ("Forwarded", "for=198.51.100.7"),
    ):
        request.add_header(name, value)
    try:
        urllib.request.urlopen(request, context=people.tls, timeout=20)
        raise AssertionError("a wrong password is taken")
    except urllib.error.HTTPError as refused:
        assert refused.code == 401, refused.read()
    until("the login is in an audit log", lambda: '"event":"login"' in node_logs(stage))
    assert "198.51.100.7" not in node_logs(stage), "an invented address is believed"


def node_logs(stage: Stage) -> str:
    return "".join((stage.folder / f"aldis-{n}.log").read_text() for n in (1, 2))


def relay(people: People) -> None:
    """coturn takes the node's credentials, and reaches the internet and nothing inside."""
    (turn,) = [it for it in people.ask("GET", "/api/ice-servers", people.token)["iceServers"] if "credential" in it]
    address = ("127.0.0.1", people.stage.ports["turn"])
    client = Turn(address, turn["username"], turn["credential"])
    assert client.allocate() == 0, "coturn refuses the node's credentials"
    assert client.permission("8.8.8.8") == 0, "coturn does not relay to the internet"
    for inside in (
        "127.0.0.1",
        "10.1.2.3",
        "172.30.10.11",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
    ):
        assert client.permission(inside) == 403, f"coturn relays to {inside}"
    # The media server is inside as well: without its exception people behind strict firewalls have no picture.
    media = compose.read(people.stage.root)["services"]["media"]["networks"]["edge"]["ipv4_address"]
    assert client.permission(media) == 0, f"coturn does not relay to the media server {media}"
    wrong = Turn(address, turn["username"], "a-secret-of-nobody").allocate()
    assert wrong == 401, f"coturn answers a wrong credential with {wrong}"
    print("deployment: coturn gives the node's credentials an allocation, and refuses peers inside")


def redis_cli(stage: Stage, server: str, user: str, password: str, *command: str) -> str:
    login = ["--user", user, "--pass", password, "--no-auth-warning"] if user else []
    told = subprocess.run(
        ["redis-cli", "-p", str(stage.ports[server]), *login, *command], capture_output=True, text=True, timeout=20
    )
    return told.stdout.strip()


def rights(stage: Stage) -> None:
    """Redis: who has no name gets nothing, nodes get what they need, and the replica follows."""
    assert redis_cli(stage, "redis", "", "", "ping").startswith("NOAUTH")
    operator, node = stage.secret("redis_operator_password"), stage.secret("redis_password")
    no_right_was_missing(stage)
    for command in (
        ["keys", "*"],
        ["flushall"],
        ["config", "get", "*"],
        ["get", "other:key"],
        ["acl", "list"],
        ["shutdown"],
    ):
        told = redis_cli(stage, "redis", "aldis", node, *command)
        assert told.startswith("NOPERM"), f"a node may {command}: {told}"
    log = redis_cli(stage, "redis", "operator", operator, "acl", "log")
    assert "flushall" in log, f"Redis notes nothing: {log}"
    redis_cli(stage, "redis", "operator", operator, "acl", "log", "reset")
    until(
        "the replica follows",
        lambda: "master_link_status:up" in redis_cli(stage, "replica", "operator", operator, "info", "replication"),
    )
    assert "aof_enabled:1" in redis_cli(stage, "redis", "operator", operator, "info", "persistence")


def no_right_was_missing(stage: Stage) -> None:
    """Redis notes what it refuses. Redis 7.2 notes `client|setinfo`, too, which the driver sends and does without."""
    log = redis_cli(stage, "redis", "operator", stage.secret("redis_operator_password"), "acl", "log").splitlines()
    refused = {value for name, value in zip(log, log[1:]) if name == "object"} - {"client|setinfo"}
    assert not refused, f"rights are missing in config/redis/users.acl: {refused}"


def members(people: People) -> tuple[Member, Member]:
    """Two members of one room on different nodes: without stickiness a further socket lands on another one."""
    room = people.ask("POST", "/api/rooms", people.token, {})["roomId"]
    ann, ben = people.member(people.token, room), people.member(people.other, room)
    ann.connect()
    for _ in range(10):
        ben.connect()
        if ben.node != ann.node:
            break
        ben.socket.close()
    assert ben.node != ann.node, f"all sockets are on {ann.node}"
    ann.join()
    ben.join()
    ann.meets(1)
    return ann, ben


def talk(one: Member, other: Member) -> None:
    """Each says ten things; each hears the other's in order, once, and nobody was seen leaving."""
    expected = [[*it.heard] for it in (one, other)]
    for n in range(10):
        for speaker, heard in ((one, expected[1]), (other, expected[0])):
            speaker.say(f"{n} of {speaker.cid}")
            heard.append(f"{n} of {speaker.cid - 1}")
    one.hears(expected[0])
    other.hears(expected[1])
    assert not one.left and not other.left, (one.left, other.left)


def large(people: People) -> None:
    """A room for more people than a mesh carries, on the media server that the profile of compose starts."""
    (line,) = {
        json.dumps({key: it[key] for key in ("server", "heard", "breaker")})
        for number in (1, 2)
        for it in json.loads(ask(people.stage, number, "/internal/media", people.stage.secret("admin_token"))[1])["servers"]
    }
    assert json.loads(line)["heard"] and json.loads(line)["breaker"] == "closed", line
    room = people.ask("POST", "/api/rooms", people.token, {"mode": "sfu", "maxParticipants": 20})["roomId"]
    ann = people.member(people.token, room)
    ann.connect()
    ann.join()
    capable = ann.asks("sfu_get_router_capabilities", {})
    made = ann.asks("sfu_create_transport", {"epoch": capable["epoch"], "direction": "send"})
    assert made["iceCandidates"] and any("turn:" in str(it) for it in made["iceServers"]), made
    ann.socket.close()
    print("deployment: both nodes hear the media server, and a large room has its transport there, with TURN")


def dies_with_requests(people: People, dead: str) -> None:
    """A node takes requests and dies before it answers: reading is repeated on the other node, signing up is not."""
    people.stage.signal(dead, signal.SIGSTOP)
    names = [f"late-{n}" for n in range(4)]
    with ThreadPoolExecutor(8) as asking:
        reads = [asking.submit(people.ask, "GET", "/.well-known/jwks.json") for _ in names]
        writes = [asking.submit(people.sign_up, name) for name in names]
        time.sleep(0.5)  # all are sent; half of them to the node that has stopped
        assert not all(it.done() for it in reads + writes), "the node that has stopped answers"
        people.stage.signal(dead, signal.SIGKILL)
        assert all(it.result()["keys"] for it in reads), "a read is answered by the other node"
        failed = [name for name, it in zip(names, writes) if it.exception()]
        assert failed, "no sign-up was under way on the node that died"
        assert all(it.exception() is None or it.exception().code == 502 for it in writes), [
            it.exception() for it in writes
        ]
    for name in failed:
        body = {"email": f"{name}@example.org", "password": "a long enough password"}
        try:
            people.ask("POST", "/api/auth/login", body=body)
            raise AssertionError(f"{name} was answered 502, and the other node was asked all the same")
        except urllib.error.HTTPError as refused:
            assert refused.code == 401, refused.code


def killed(people: People, ann: Member, ben: Member) -> None:
    """The node of one member dies; what the other says meanwhile is there when the session continues."""
    dead = ann.node
    dies_with_requests(people, dead)
    expected = [*ann.heard]
    for n in range(5):
        ben.say(f"while {n}")
        expected.append(f"while {n}")
    assert ann.is_closed() is None or ann.is_closed() in (1006, 1011), "the node is dead"
    took = ann.resume(BACK_WITHIN)
    assert ann.node == ben.node != dead, (ann.node, ben.node)
    ann.hears(expected)
    talk(ann, ben)
    print(
        f"deployment: {dead} was killed; its session continued through nginx after {took:.2f} s, with all that was said"
    )


def upgraded(stage: Stage, ann: Member, ben: Member) -> None:
    """The node comes back, and the other one is stopped as an upgrade does: everybody resumes, nobody leaves."""
    other = ben.node
    back = 1 if other == "aldis-2" else 2
    stage.start_node(back)
    stage.until_healthy(back)
    begun = time.monotonic()
    stage.signal(other, signal.SIGTERM)
    for member in (ann, ben):
        code = member.is_closed()
        assert code == 1001, f"a node that drains closes with {code}"
        member.resume(BACK_WITHIN)
        assert member.node == f"aldis-{back}", member.node
    assert stage.processes[other].wait(ENDS_WITHIN) == 0, stage.log(other)
    took = time.monotonic() - begun
    talk(ann, ben)
    print(f"deployment: {other} drained and ended after {took:.1f} s; both sessions continued, nobody left")


def failed_over(stage: Stage, ann: Member, ben: Member) -> None:
    """The master of Redis dies, an operator promotes the replica, and the address follows it: sockets stay, nobody
    leaves, and the members go on."""
    login = ("replica", "operator", stage.secret("redis_operator_password"))
    serving = [n for n in (1, 2) if stage.processes[f"aldis-{n}"].poll() is None]
    stage.signal("redis", signal.SIGKILL)
    stage.processes["redis"].wait()
    until("nodes know that Redis is away", lambda: not any(stage.is_healthy(n) for n in serving))
    begun = time.monotonic()
    assert redis_cli(stage, *login, "replicaof", "no", "one") == "OK"
    assert redis_cli(stage, *login, "config", "set", "port", str(stage.ports["redis"])) == "OK"
    stage.ports["replica"] = stage.ports["redis"]
    until("nodes are ready again", lambda: all(stage.is_healthy(n) for n in serving))
    # Until the new epoch has settled, messages wait two seconds, and then are refused.
    ann.says_until_taken("after the failover", SETTLED_WITHIN)
    ben.hears([*ben.heard, "after the failover"])
    talk(ann, ben)
    took = time.monotonic() - begun
    print(
        f"deployment: Redis failed over to the replica; both members kept their sockets, and went on after {took:.1f} s"
    )


def ask(stage: Stage, number: int, path: str, token: str = "") -> tuple[int, str]:
    """The operators' listener of a node."""
    request = urllib.request.Request(f"http://127.0.0.1:{stage.ports[f'admin-{number}']}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""


def prometheus(stage: Stage, path: str) -> dict:
    with urllib.request.urlopen(f"http://127.0.0.1:{stage.ports['prometheus']}{path}", timeout=10) as answer:
        return json.load(answer)["data"]


def query(stage: Stage, expression: str, place: str = "") -> int:
    """How many series an expression has now."""
    try:
        return len(prometheus(stage, "/api/v1/query?" + urllib.parse.urlencode({"query": expression}))["result"])
    except urllib.error.HTTPError as refused:
        raise AssertionError(f"{place}: {refused.read().decode()}") from None
    except OSError:
        return 0  # not up yet
