"""Free ports for servers that must be told theirs."""

import random
import socket

# To servers that may not have started yet.
GIVEN: set[int] = set()


def free_port() -> int:
    """Free for TCP and UDP, and below those that Linux gives to outgoing connections, so that none is taken until the server starts."""
    while True:
        port = random.randrange(10_000, 30_000)
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in GIVEN:
            GIVEN.add(port)
            return port
