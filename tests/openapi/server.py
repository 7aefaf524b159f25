"""A backend drives all of /v1 of a node with the Python client generated from its OpenAPI document.

usage: server.py BASE-URL KEY SECRET (the package `aldis_client` is importable)
"""

import base64
import contextlib
import hashlib
import hmac
import importlib
import json
import pkgutil
import sys
import time
from http import HTTPStatus

import aldis_client.api.server as operations
from aldis_client import AuthenticatedClient, Client, models
from aldis_client.api.rooms import enter_as_guest, list_messages
from aldis_client.models import ChangeRoom, Code, CreateRoomFor, Problem
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

base, key, secret = sys.argv[1:]


def token(sub, secret=secret, **grants):
    def encoded(what):
        return base64.urlsafe_b64encode(what).rstrip(b"=")

    claims = {"sub": sub, "exp": int(time.time()) + 600, "aldis": grants}
    signed = b".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": key}, claims))
    return (signed + b"." + encoded(hmac.digest(secret.encode(), signed, hashlib.sha256))).decode()


backend = AuthenticatedClient(base, token=token("backend", admin=True))
asked = set()
sockets = contextlib.ExitStack()


def ask(operation, *path, **more):
    """The answer to an operation of /v1, which must succeed."""
    asked.add(f"server_{operation}")
    module = importlib.import_module(f"{operations.__name__}.server_{operation}")
    answer = module.sync_detailed(*path, client=backend, **more)
    assert answer.status_code in (HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT), (operation, answer)
    return answer.parsed


class Member:
    def __init__(self, sub, room):
        url = base.replace("http", "ws", 1) + "/ws"
        bearer = {"Authorization": f"Bearer {token(sub, join=True)}"}
        self.socket = sockets.enter_context(connect(url, subprotocols=["aldis.v1"], additional_headers=bearer))
        self.join(room)

    def join(self, room):
        self.say({"type": "join_room", "data": {"roomId": room}})
        self.hear("room_joined")

    def say(self, message):
        self.socket.send(json.dumps(message))

    def hear(self, kind):
        while (message := json.loads(self.socket.recv(10)))["type"] != kind:
            assert message["type"] != "error", message
        return message.get("data")

    def closed(self):
        try:
            while True:
                self.socket.recv(10)
        except ConnectionClosed as closed:
            return closed.rcvd.code


def there(room):
    return [one.user_id for one in ask("list_participants", room).participants]


made = {ask("create_room", body=CreateRoomFor(name=f"Python {n}")).room_id for n in range(3)}
(room, other, spare), listed, cursor = sorted(made), set(), {}
while True:
    page = ask("list_rooms", limit=2, **cursor)
    listed |= {one.room_id for one in page.rooms}
    assert len(page.rooms) <= 2
    if not page.next_cursor:
        break
    cursor = {"cursor": page.next_cursor}
assert made <= listed, (made, listed)
assert ask("update_room", room, body=ChangeRoom(max_participants=6)).max_participants == 6
assert ask("get_room", room).max_participants == 6

ann = Member("ann", room)
ann.say({"type": "chat_message", "cid": 1, "data": {"content": "Good morning!"}})
ann.hear("ack")
assert there(room) == ["ann"]
reader = AuthenticatedClient(base, token=token("ann", room=room, join=True))
for _ in range(100):  # it is accepted before it can be read
    if messages := list_messages.sync(room, client=reader).messages:
        break
    time.sleep(0.1)
assert [message.content for message in messages] == ["Good morning!"], messages

ask("send_message", room, body=models.SendMessage(topic="order", data={"state": "paid"}))
assert ann.hear("message") == {"topic": "order", "data": {"state": "paid"}}
ask("send_message", room, body=models.SendMessage(to="ann", topic="order", data=7))
assert ann.hear("message") == {"topic": "order", "data": 7}
ask("request_mute", room, "ann", body=models.MuteParticipant(kind="audio"))
assert ann.hear("mute_requested") == {"by": "backend", "kind": "audio"}
assert ask("hand_over", room, body=models.NewHost(user_id="ann")).host_id == "ann"
assert "participant.joined" in [event.type_ for event in ask("get_timeline", room).events]
ask("move_participant", room, "ann", body=models.MoveParticipant(to=other))
assert ann.hear("moved")["roomId"] == other and there(room) == []
ann.join(other)
ask("remove", other, "ann", body=models.RemoveParticipant(ban=True))
assert ann.closed() == 4403
assert [ban.user_id for ban in ask("list_bans", other).bans] == ["ann"]
ask("lift_ban", other, "ann")
ask("lift_bans", other)
assert ask("list_bans", other).bans == []
bob = Member("bob", room)
ask("remove_participant", room, "bob")
assert bob.closed() == 4403
bob = Member("bob", room)
ask("end_sessions", "bob")
assert bob.closed() == 4401

ask("update_room", room, body=ChangeRoom(guests="ask"))
for name in ("Gus", "Guy"):
    enter_as_guest.sync(room, client=Client(base), body=models.NewGuest(name=name))
first, second = ask("list_waiting", room)
assert [first.name, second.name] == ["Gus", "Guy"]
ask("answer_waiting", room, first.id, body=models.Answer(admit=True))
ask("answer_all_waiting", room, body=models.AnswerAll(admit_all=False))
assert ask("list_waiting", room) == []

cem = Member("cem", room)
assert ask("close_room", room).active is False
assert cem.closed() == 4404 and there(room) == []
ask("delete_room", room)

sockets.close()

stranger = AuthenticatedClient(base, token=token("backend", secret="of somebody else", admin=True))
refused = operations.server_list_rooms.sync_detailed(client=stranger)
assert refused.status_code == HTTPStatus.UNAUTHORIZED, refused
assert isinstance(refused.parsed, Problem) and refused.parsed.code == Code.AUTH_INVALID, refused
offered = {module.name for module in pkgutil.iter_modules(operations.__path__)}
assert asked == offered, f"not asked for: {offered - asked}"
print(f"the Python client: a backend used all {len(asked)} operations of /v1")
