"""A member of a room that knows nothing but docs/protocol.md: aiortc for the media, aiohttp for the rest.

Prints one JSON object a line: {"joined": …}, then every half second what it receives from each member. Reads commands from its
standard input, one a line: `renegotiate` (a new negotiation with everybody), `restart` (ICE, with everybody to whom it offers), `lose`
(its paths, without a word), `leave`.
"""

import argparse
import asyncio
import contextlib
import fractions
import json
import re
import sys

import aiohttp
from aiortc import RTCBundlePolicy, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp
from av import VideoFrame

TRACKS = {"audio": AudioStreamTrack}


class Picture(VideoStreamTrack):
    """A grey picture that changes with every frame, at ten a second."""

    count = 0

    async def recv(self):
        await asyncio.sleep(0.1)
        self.count += 1
        frame = VideoFrame(width=320, height=180, format="yuv420p")
        for plane in frame.planes:
            plane.update(bytes([self.count * 8 % 200 + 20]) * plane.buffer_size)
        frame.pts, frame.time_base = self.count * 9_000, fractions.Fraction(1, 90_000)
        return frame


class Member:
    """The connection to one member of the room."""

    def __init__(self, bot, user_id, offers):
        self.bot, self.user_id, self.offers = bot, user_id, offers
        self.is_offered = self.wish = False
        self.fingerprint = None
        self.made = 0
        self.open()

    def open(self):
        self.made += 1
        self.received = {}
        # Without it aiortc loses the transport of a section that begins to receive later.
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[], bundlePolicy=RTCBundlePolicy.MAX_BUNDLE))
        self.counts = []
        self.is_sending = False
        self.pc.on("track", self.heard)
        if self.offers:
            self.send()
            if self.bot.spare:
                self.pc.addTransceiver("video", direction="recvonly")

    def send(self):
        """Who offers has its own order of sections; who answers uses those that are offered."""
        if not self.is_sending:
            for kind in self.bot.media:
                self.pc.addTrack(Picture() if kind == "video" else TRACKS[kind]())
        self.is_sending = True

    def heard(self, track):
        self.counts.append(asyncio.ensure_future(self.count(self.received, track)))

    @staticmethod
    async def count(received, track):
        name = f"{track.kind}{sum(key.startswith(track.kind) for key in received)}"
        received[name] = 0
        with contextlib.suppress(Exception):
            while True:
                await track.recv()
                received[name] += 1

    async def offer(self):
        """One at a time: the next one follows the answer."""
        self.wish = self.is_offered
        if not self.is_offered:
            self.is_offered = True
            await self.pc.setLocalDescription(await self.pc.createOffer())
            await self.describe("offer")

    async def restart(self):
        """New ICE credentials, which aiortc has with a new connection only. An offer that is open may be of one."""
        if self.is_offered:
            return
        former = self.pc
        self.open()
        await self.offer()
        await former.close()

    async def lose(self):
        """As if its network were gone: the other side hears nothing, and is told nothing."""
        for transceiver in self.pc.getTransceivers():
            await transceiver.sender.transport.transport.stop()

    async def describe(self, kind):
        await self.bot.say(kind, {"targetUserId": self.user_id, "sdp": self.pc.localDescription.sdp})

    async def offered(self, sdp):
        await self.know(sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        self.send()
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        await self.describe("answer")

    async def know(self, sdp):
        """A new certificate is a new connection; new ICE credentials, which aiortc cannot take, are answered by one."""
        found = re.search(r"a=fingerprint:\S+ (\S+)", sdp)[1], re.search(r"a=ice-ufrag:(\S+)", sdp)[1]
        if self.fingerprint not in (None, found):
            await self.pc.close()
            self.open()
        self.fingerprint = found

    async def answered(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
        self.is_offered = False
        if self.wish:
            await self.offer()

    async def candidate(self, given):
        if not given or not given.get("candidate"):
            return
        candidate = candidate_from_sdp(given["candidate"].removeprefix("candidate:"))
        candidate.sdpMid, candidate.sdpMLineIndex = given.get("sdpMid"), given.get("sdpMLineIndex")
        with contextlib.suppress(Exception):
            await self.pc.addIceCandidate(candidate)


class Bot:
    def __init__(self, options):
        self.options, self.media, self.spare = options, options.media.split(","), options.spare
        self.members = {}

    async def say(self, kind, data):
        await self.socket.send_json({"type": kind, "data": data})

    async def run(self):
        async with aiohttp.ClientSession(self.options.http) as http:
            account = {"email": self.options.email, "password": "correct horse battery", "name": "Bot"}
            async with http.post("/api/auth/signup", json=account) as answer:
                token = (await answer.json())["accessToken"]
            async with http.ws_connect("/ws", protocols=["aldis.v1"]) as self.socket:
                await self.say("hello", {"token": token})
                tasks = [asyncio.ensure_future(each) for each in (self.report(), self.commands(), self.beat())]
                async for message in self.socket:
                    await self.hear(json.loads(message.data))
                for task in tasks:
                    task.cancel()

    async def hear(self, message):
        kind, data = message["type"], message.get("data", {})
        member = self.members.get(data.get("senderUserId"))
        match kind:
            case "welcome":
                self.user_id = data["userId"]
                await self.say("join_room", {"roomId": self.options.room})
            case "room_joined":
                for user_id in data["existingPeers"]:
                    self.members[user_id] = Member(self, user_id, offers=False)
                show({"joined": self.user_id})
            case "user_joined":
                member = self.members[data["userId"]] = Member(self, data["userId"], offers=True)
                await member.offer()
            case "user_left":
                await self.members.pop(data["userId"]).pc.close()
            case "offer":
                await member.offered(data["sdp"])
            case "answer":
                await member.answered(data["sdp"])
            case "ice_candidate":
                await member.candidate(data["candidate"])
            case "renegotiate":
                await (member.restart() if data.get("iceRestart") else member.offer())
            case "error":
                show({"error": data})

    async def report(self):
        while True:
            await asyncio.sleep(0.5)
            for user_id, member in self.members.items():
                state = member.pc.connectionState
                show({"member": user_id, "made": member.made, "state": state, "received": member.received})

    async def beat(self):
        while True:
            await asyncio.sleep(15)
            await self.say("heartbeat", {})

    async def commands(self):
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := (await lines.readline()).decode().strip():
            if line == "leave":
                return await self.socket.close()
            for member in self.members.values():
                if line == "lose":
                    await member.lose()
                elif member.offers:
                    await (member.restart() if line == "restart" else member.offer())
                else:
                    await self.say("renegotiate", {"targetUserId": member.user_id})


def show(fact):
    print(json.dumps(fact), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("http", "room", "email"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--media", default="audio,video", help="its tracks, in the order of its sections")
    parser.add_argument("--spare", action="store_true", help="offers a further section for a screen")
    asyncio.run(Bot(parser.parse_args()).run())


main()
