"""A backend drives /v1 of a node with the Python client generated from its OpenAPI document.

usage: server.py BASE-URL KEY SECRET (the package `aldis_client` is importable)
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http import HTTPStatus

from aldis_client import AuthenticatedClient
from aldis_client.api.rooms import list_messages
from aldis_client.api.server import (
    server_close_room,
    server_create_room,
    server_list_participants,
    server_list_rooms,
    server_update_room,
)
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


def hear(socket, kind):
    while (message := json.loads(socket.recv(10)))["type"] != kind:
        assert message["type"] != "error", message
    return message


backend = AuthenticatedClient(base, token=token("backend", admin=True))
made = {server_create_room.sync(client=backend, body=CreateRoomFor(name=f"Python {n}")).room_id for n in range(3)}
room, listed, cursor = sorted(made)[0], set(), {}
while True:
    page = server_list_rooms.sync(client=backend, limit=2, **cursor)
    listed |= {one.room_id for one in page.rooms}
    assert len(page.rooms) <= 2
    if not page.next_cursor:
        break
    cursor = {"cursor": page.next_cursor}
assert made <= listed, (made, listed)
assert server_update_room.sync(room, client=backend, body=ChangeRoom(max_participants=6)).max_participants == 6

ann = token("ann", room=room, join=True)
url = base.replace("http", "ws", 1) + "/ws"
with connect(url, subprotocols=["aldis.v1"], additional_headers={"Authorization": f"Bearer {ann}"}) as socket:
    socket.send(json.dumps({"type": "join_room", "data": {"roomId": room}}))
    hear(socket, "room_joined")
    socket.send(json.dumps({"type": "chat_message", "cid": 1, "data": {"content": "Good morning!"}}))
    hear(socket, "ack")
    assert [one.user_id for one in server_list_participants.sync(room, client=backend).participants] == ["ann"]
    client = AuthenticatedClient(base, token=ann)
    for _ in range(100):  # it is accepted before it can be read
        if messages := list_messages.sync(room, client=client).messages:
            break
        time.sleep(0.1)
    assert [message.content for message in messages] == ["Good morning!"], messages
    assert server_close_room.sync(room, client=backend).active is False
    try:
        while True:
            socket.recv(10)
    except ConnectionClosed as closed:
        assert closed.rcvd.code == 4404, closed
assert server_list_participants.sync(room, client=backend).participants == []

stranger = AuthenticatedClient(base, token=token("backend", secret="of somebody else", admin=True))
refused = server_list_rooms.sync_detailed(client=stranger)
assert refused.status_code == HTTPStatus.UNAUTHORIZED, refused
assert isinstance(refused.parsed, Problem) and refused.parsed.code == Code.AUTH_INVALID, refused
print("the Python client: a backend made rooms, listed pages, changed one, listed who is in it, read the chat, closed it")
