"""Drives a node with the Python client generated from its OpenAPI document.

usage: drive.py BASE-URL (the package `aldis_client` is importable)
"""

import sys
from http import HTTPStatus

from aldis_client import AuthenticatedClient, Client
from aldis_client.api.auth import get_account, sign_up
from aldis_client.api.rooms import create_room, delete_room, get_room, list_messages, list_rooms, update_room
from aldis_client.models import ChangeRoom, Code, CreateRoom, Problem, Signup

base = sys.argv[1]
account = Signup(email="python@example.org", password="a long enough password", name="Python")
entered = sign_up.sync(client=Client(base), body=account)
client = AuthenticatedClient(base, token=entered.access_token)
assert get_account.sync(client=client).name == "Python"

room = create_room.sync(client=client, body=CreateRoom(max_participants=3))
assert get_room.sync(room.room_id, client=client).max_participants == 3
assert update_room.sync(room.room_id, client=client, body=ChangeRoom(max_participants=5)).max_participants == 5
assert [listed.room_id for listed in list_rooms.sync(client=client).rooms] == [room.room_id]
assert list_messages.sync(room.room_id, client=client, limit=10).messages == []
assert delete_room.sync_detailed(room.room_id, client=client).status_code == HTTPStatus.NO_CONTENT
missing = get_room.sync(room.room_id, client=client)
assert isinstance(missing, Problem) and missing.code == Code.ROOM_NOT_FOUND, missing
print("the Python client: signed up; created, read, changed, listed and deleted a room")
