"""A member of a room over wss: numbered messages, resumed when the connection is lost; nothing is lost, repeated or
out of order."""

import json
import ssl
import time

from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.sync.client import connect

PATIENCE = 20


class Member:
    """One person in one room. `url`: of the socket; `origin`: of the page that opens it."""

    def __init__(self, url: str, origin: str, tls: ssl.SSLContext, token: str, room: str):
        self.url, self.origin, self.tls, self.token, self.room = url, origin, tls, token, room
        self.seq = self.cid = self.rid = 0
        self.node = self.resume_token = self.socket = None
        self.unacked, self.heard, self.others, self.left = [], [], set(), []
        self.may_be_refused, self.refused = False, 0

    def connect(self, resume: bool = False) -> None:
        """Opens a socket and says hello; learns which node it is on."""
        protocols = ["aldis.v1", "aldis.resume"] if resume else ["aldis.v1"]
        self.socket = connect(
            self.url, origin=self.origin, ssl=self.tls, subprotocols=protocols, compression=None, open_timeout=PATIENCE
        )
        hello = {"token": self.token}
        if resume:
            hello["resume"] = {"resumeToken": self.resume_token, "seq": self.seq}
        self._send({"type": "hello", "data": hello})
        self.node = self.until("welcome")["data"]["nodeId"]

    def join(self) -> None:
        self._send({"type": "join_room", "data": {"roomId": self.room}})
        self.until("room_joined")

    def resume(self, within: float) -> float:
        """Connects until the session continues; how many seconds it took."""
        begun = time.monotonic()
        while True:
            try:
                self.connect(resume=True)
                self.until("resumed")
                break
            except (
                OSError,
                ConnectionClosed,
                InvalidMessage,  # it ends while it is asked
                TimeoutError,
            ) as why:  # the balancer may still know the node that is gone
                assert time.monotonic() - begun < within, f"no session after {within} s: {why!r}"
                time.sleep(0.1)
        for message in self.unacked:
            self._send(message)
        return time.monotonic() - begun

    def say(self, content: str) -> None:
        self.cid += 1
        message = {"type": "chat_message", "cid": self.cid, "data": {"content": content}}
        self.unacked.append(message)
        self._send(message)

    def says_until_taken(self, content: str, within: float) -> None:
        """Says it again for as long as it is refused as unavailable: a refused message has reached nobody."""
        begun, self.may_be_refused, before = time.monotonic(), True, -1
        while self.refused != before:
            assert time.monotonic() - begun < within, f"still refused after {within} s"
            before = self.refused
            self.say(content)
            while self.unacked:
                self.next()
        self.may_be_refused = False

    def hears(self, contents: list[str]) -> None:
        """Listens until all that was said to it is these, and all that it said is acknowledged."""
        while self.heard != contents or self.unacked:
            assert len(self.heard) <= len(contents), f"heard {self.heard}, not {contents}"
            self.next()

    def asks(self, kind: str, data: dict) -> dict:
        """A request to the room's media server: the answer's data."""
        self.rid += 1
        self._send({"type": kind, "rid": self.rid, "data": data})
        while True:
            message = self.next()
            if message.get("rid") == self.rid:
                return message["data"]

    def meets(self, others: int) -> None:
        while len(self.others) < others:
            self.next()

    def is_closed(self) -> int | None:
        """Listens until the connection ends; its close code, if there was one."""
        try:
            while True:
                self.next()
        except ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else None

    def until(self, kind: str) -> dict:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            message = self.next()
            if message["type"] == kind:
                return message
            assert message["type"] != "resume_failed", f"the session is gone: {message}"
        raise TimeoutError(f"{kind} does not come")

    def next(self) -> dict:
        message = json.loads(self.socket.recv(timeout=PATIENCE))
        kind, data = message["type"], message.get("data", {})
        if "seq" in message:
            assert message["seq"] == self.seq + 1, f"lost, repeated or out of order after {self.seq}: {message}"
            self.seq = message["seq"]
        if kind == "room_joined":
            self.resume_token, self.others = data["resumeToken"], set(data["existingPeers"])
        elif kind == "user_joined":
            self.others.add(data["userId"])
        elif kind == "user_left":
            self.left.append(data)
        elif kind == "chat_message":
            self.heard.append(data["content"])
        elif kind == "ack":
            self.unacked = [it for it in self.unacked if it["cid"] > message["cid"]]
        elif kind == "error" and data["code"] != "draining":
            assert data["code"] == "unavailable" and self.may_be_refused, f"refused: {message}"
            self.unacked = [it for it in self.unacked if it["cid"] != data["cid"]]
            self.refused += 1
        return message

    def _send(self, message: dict) -> None:
        try:
            self.socket.send(json.dumps(message))
        except ConnectionClosed:
            pass  # it is resent after the resume
