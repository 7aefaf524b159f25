"""A session of two members against a running node: every frame of both directions is valid by `/asyncapi.json`, every message that such
a session can bring is among them, and every frame of `docs/vectors/refused.json` is refused with its code.

usage: session.py BASE-URL VECTORS-FOLDER KEY SECRET
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sys
import time
import urllib.request
from pathlib import Path

from jsonschema import Draft202012Validator
from websockets.asyncio.client import connect

base, vectors = sys.argv[1], Path(sys.argv[2])
key, secret = sys.argv[3:]


def ask(path, body=None, token=None, method=None):
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(base + path, data, headers, method=method)) as answer:
        return json.loads(answer.read() or "null")


def signed(sub, seconds=600, **grants):
    """A backend's token, which is valid for so long."""

    def encoded(what):
        return base64.urlsafe_b64encode(what).rstrip(b"=")

    claims = {"sub": sub, "exp": int(time.time()) + seconds, "aldis": grants}
    text = b".".join(encoded(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": key}, claims))
    return (text + b"." + encoded(hmac.digest(secret.encode(), text, hashlib.sha256))).decode()


# What a node says to nobody here: there is no media server, and it neither stops nor loses what it stands on.
UNHEARD = {"degraded", "server_draining", "media_changed"}


document = ask("/asyncapi.json")


def any_message(sender):
    messages = document["components"]["messages"]
    frames = [message["payload"] for name, message in messages.items() if name.startswith(f"{sender}_")]
    assert frames, f"no messages of the {sender}"
    return Draft202012Validator({"oneOf": frames, "components": {"schemas": document["components"]["schemas"]}})


RULES = {"client": any_message("client"), "node": any_message("node")}
seen = {"client": set(), "node": set()}


def check(sender, text):
    message = json.loads(text)
    why = next(RULES[sender].iter_errors(message), None)
    assert why is None, f"{text}\n{why}"
    seen[sender].add(message["type"])
    return message


class Member:
    def __init__(self, socket):
        self.socket = socket

    async def say(self, kind, data=None, **number):
        message = {"type": kind, **number} | ({} if data is None else {"data": data})
        check("client", json.dumps(message))
        await self.socket.send(json.dumps(message))

    async def hear(self, kind):
        while True:
            message = check("node", await asyncio.wait_for(self.socket.recv(), 10))
            if message["type"] == kind:
                return message.get("data", message)
            assert message["type"] != "error", message

    async def refused(self):
        while (message := check("node", await asyncio.wait_for(self.socket.recv(), 10)))["type"] != "error":
            pass
        return message["data"]["code"]


def account(name):
    signup = {"email": f"{name}@example.org", "password": "a long enough password", "name": name}
    return ask("/api/auth/signup", signup)


def socket():
    return connect(base.replace("http", "ws", 1) + "/ws", subprotocols=["aldis.v1", "aldis.resume"])


async def enter(member, token, room=None):
    await member.say("hello", {"token": token})
    await member.hear("welcome")
    if room:
        await member.say("join_room", {"roomId": room}, cid=1)
        return await member.hear("room_joined")


async def call():
    ann, bob = account("ann"), account("bob")
    room = ask("/api/rooms", {}, ann["accessToken"])["roomId"]
    async with socket() as first, socket() as second:
        a, b = Member(first), Member(second)
        joined = await enter(a, ann["accessToken"], room)
        left = await enter(b, bob["accessToken"], room)
        await a.hear("user_joined")
        to_a, to_b = {"targetUserId": ann["user"]["id"]}, {"targetUserId": bob["user"]["id"]}
        await a.say("offer", to_b | {"sdp": "v=0\r\n", "streams": {"0": "camera"}}, cid=1)
        assert (await b.hear("offer"))["streams"] == {"0": "camera"}
        await b.say("answer", to_a | {"sdp": "v=0\r\n"}, cid=1)
        await a.hear("answer")
        for cid, candidate in [(2, {"candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host", "sdpMid": "0"}), (3, None)]:
            await a.say("ice_candidate", to_b | {"candidate": candidate}, cid=cid)
            assert (await b.hear("ice_candidate"))["candidate"] == candidate
        wish = {"reason": "screen", "want": {"video": 1}, "iceRestart": True}
        await b.say("renegotiate", to_a | wish, cid=2)
        assert (await a.hear("renegotiate")) == {"senderUserId": bob["user"]["id"]} | wish
        await b.say("message", {"topic": "hand", "data": {"up": True}}, cid=3)
        assert (await a.hear("message"))["data"] == {"up": True}
        await b.say("set_attributes", {"attributes": {"hand": "up", "role": None}}, cid=4)
        assert (await a.hear("attributes_changed"))["attributes"] == {"hand": "up", "role": None}
        await b.say("chat_message", {"content": "hello"}, cid=5)
        said = await a.hear("chat_message")
        await b.hear("ack")
        ask(f"/api/rooms/{room}/messages/{said['id']}", token=ann["accessToken"], method="DELETE")
        assert (await b.hear("chat_deleted"))["id"] == said["id"]
        await a.say("heartbeat", {})
        await a.hear("heartbeat_ack")
        await a.say("token_refresh", {"token": ann["accessToken"]})
        await a.say("ack", seq=1)
        await a.say("offer", {"targetUserId": room, "sdp": "x"} | to_a, cid=4)
        try:
            await a.hear("ack")
        except AssertionError:
            pass  # an offer to oneself is refused: `error` is valid, too
        await a.say("request_mute", {"userId": bob["user"]["id"], "kind": "audio"}, cid=5)
        assert (await b.hear("mute_requested"))["kind"] == "audio"
        await a.say("set_room", {"guests": "ask"}, cid=6)
        assert (await b.hear("room_changed"))["guests"] == "ask"
        ask(f"/api/rooms/{room}/guests", {"name": "Gus"})
        assert (await b.hear("guests_waiting"))["count"] == 1
        await b.say("remove_member", {"userId": ann["user"]["id"], "ban": True}, cid=6)
        assert await b.refused() == "not_host"
        await beside(b)
        await b.say("leave_room")
        await b.hear("room_left")
        await a.hear("user_left")
        await resume_fails(bob["accessToken"], left["resumeToken"])
        await is_moved(room, bob)
        first.transport.abort()
    async with socket() as again:
        a = Member(again)
        await a.say("hello", {"token": ann["accessToken"], "resume": {"resumeToken": joined["resumeToken"], "seq": 1}})
        await a.hear("welcome")
        assert (await a.hear("resumed"))["guests"] == "ask"
        await a.say("hand_over", {"userId": bob["user"]["id"]}, cid=7)
        assert await a.refused() == "peer_not_found"
        await a.say("end_room", cid=8)
        await a.hear("room_closed")
    return ann["accessToken"]


async def resume_fails(token, resume):
    """Whoever has left has no seat to come back to."""
    async with socket() as opened:
        member = Member(opened)
        await member.say("hello", {"token": token, "resume": {"resumeToken": resume, "seq": 1}})
        await member.hear("welcome")
        assert (await member.hear("resume_failed"))["reason"] == "seat_gone"


async def is_moved(room, who):
    """By a backend."""
    admin = signed("backend", admin=True)
    other = ask("/v1/rooms", {}, admin)["roomId"]
    async with socket() as opened:
        member = Member(opened)
        await enter(member, who["accessToken"], room)
        ask(f"/v1/rooms/{room}/participants/{who['user']['id']}/move", {"to": other}, admin)
        assert (await member.hear("moved"))["roomId"] == other


async def expires():
    """A third of a token's life before its end."""
    async with socket() as opened:
        member = Member(opened)
        await enter(member, signed("cat", seconds=6, join=True))
        assert (await member.hear("token_expiring"))["inSeconds"] <= 6


async def beside(member):
    """In a room without a media server every request to one is refused, with its number."""
    examples = [json.loads(vector["text"]) for vector in json.loads((vectors / "client.json").read_text())["vectors"]]
    requests = [example for example in examples if example["type"].startswith("sfu_")]
    for number, request in enumerate(requests, 1):
        request["rid"] = number
        check("client", json.dumps(request))
        await member.socket.send(json.dumps(request))
        while (answer := check("node", await asyncio.wait_for(member.socket.recv(), 10)))["type"] != "error":
            pass
        refusal = answer["data"]
        assert (refusal["code"], refusal["rid"]) == ("wrong_mode", number), (request, answer)


async def answer(opened, text):
    """What the node answers once its rate lets the frame pass."""
    while True:
        await opened.send(text)
        message = check("node", await asyncio.wait_for(opened.recv(), 10))
        if message["data"].get("code") != "rate_limited":
            return message
        await asyncio.sleep(message["data"]["retryAfterMs"] / 1000)


async def refusals(token):
    wrong = json.loads((vectors / "refused.json").read_text())["vectors"]
    async with socket() as opened:
        member = Member(opened)
        await enter(member, token)
        for vector in wrong:
            message = await answer(opened, vector["text"])
            assert message["type"] == "error", (vector, message)
            assert message["data"]["code"] == vector["code"], (vector, message)
            assert message["data"]["cid"] == vector["cid"], (vector, message)
    return len(wrong)


def messages(sender):
    return {name.split("_", 1)[1] for name in document["components"]["messages"] if name.startswith(f"{sender}_")}


refused = asyncio.run(refusals(asyncio.run(call())))
asyncio.run(expires())
names = messages("client")
assert seen["client"] == names, f"the session sends every message of a client, but {names - seen['client']}"
names = messages("node")
assert names > UNHEARD, f"no message of a node: {UNHEARD - names}"
expected = {name for name in names if not name.startswith("sfu_")} - UNHEARD
assert seen["node"] == expected, f"of a node's messages {expected - seen['node']} did not come, {seen['node'] - expected} did"
print(f"a session: {len(seen['client'])} types sent, {len(seen['node'])} received, valid by /asyncapi.json; {refused} wrong frames refused")
