"""A client of a TURN server (RFC 8656) that asks for an allocation and for leave to reach peers."""

import hashlib
import hmac
import os
import socket
import struct

MAGIC = 0x2112A442
ALLOCATE, CREATE_PERMISSION = 0x0003, 0x0008
USERNAME, INTEGRITY, ERROR, PEER, REALM, NONCE, RELAYED, TRANSPORT = 6, 8, 9, 0x12, 0x14, 0x15, 0x16, 0x19
UDP = struct.pack("!I", 17 << 24)


class Turn:
    """One client with one credential."""

    def __init__(self, address: tuple[str, int], username: str, password: str):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(1)
        self.address, self.username, self.password = address, username, password
        self.realm = self.nonce = b""

    def allocate(self) -> int:
        """0, or the code of the refusal; the first request learns realm and nonce."""
        first, attributes = self._ask(ALLOCATE, [(TRANSPORT, UDP)], signed=False)
        assert first == 401, f"without credentials coturn answers {first}"
        self.realm, self.nonce = attributes[REALM], attributes[NONCE]
        code, attributes = self._ask(ALLOCATE, [(TRANSPORT, UDP)])
        assert code or RELAYED in attributes, "an allocation has an address"
        return code

    def permission(self, peer: str) -> int:
        """Whether the relay will reach a peer: 0, or the code of the refusal."""
        address = struct.unpack("!I", socket.inet_aton(peer))[0] ^ MAGIC
        value = struct.pack("!BBHI", 0, 1, 9 ^ (MAGIC >> 16), address)
        return self._ask(CREATE_PERMISSION, [(PEER, value)])[0]

    def _ask(self, method: int, attributes: list, signed: bool = True) -> tuple[int, dict]:
        transaction = os.urandom(12)
        if signed:
            attributes = attributes + [(USERNAME, self.username.encode()), (REALM, self.realm), (NONCE, self.nonce)]
        body = b"".join(
            struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in attributes
        )
        if signed:
            # The header's length includes the attribute that is computed over it.
            head = struct.pack("!HHI", method, len(body) + 24, MAGIC) + transaction
            key = hashlib.md5(b":".join([self.username.encode(), self.realm, self.password.encode()])).digest()
            body += struct.pack("!HH", INTEGRITY, 20) + hmac.new(key, head + body, hashlib.sha1).digest()
        request = struct.pack("!HHI", method, len(body), MAGIC) + transaction + body
        for _ in range(10):
            self.socket.sendto(request, self.address)
            try:
                answer = self.socket.recv(2048)
            except TimeoutError:
                continue
            if answer[8:20] == transaction:
                return self._read(answer)
        raise TimeoutError(f"coturn does not answer at {self.address}")

    @staticmethod
    def _read(answer: bytes) -> tuple[int, dict]:
        attributes, at = {}, 20
        while at + 4 <= len(answer):
            kind, length = struct.unpack_from("!HH", answer, at)
            attributes[kind] = answer[at + 4 : at + 4 + length]
            at += 4 + length + (-length % 4)
        if ERROR in attributes:
            return attributes[ERROR][2] * 100 + attributes[ERROR][3], attributes
        return 0, attributes
