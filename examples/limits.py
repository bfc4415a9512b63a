"""Limits for each address: connections at a time, new ones for each second, a block list.

    python examples/limits.py 8124
    python examples/limits.py 8124 blocked.txt   # one address, subnet or range a line

Ctrl-C ends it in order.
"""

import sys
import time
from dataclasses import dataclass, field

import pynet

MOST_CONNECTIONS = 1000  # of all addresses together
MOST_FOR_EACH = 5  # connections of one address at a time
RATE = 2.0  # new connections of one address for each second, in the long run ...
BURST = 10.0  # ... and so many at once
STRIKES = 20  # refused so often, an address is blocked
FORGET_AFTER = 600.0  # seconds


@dataclass
class Client:
    """What we know of one address."""

    open: int = 0
    tokens: float = BURST  # each new connection takes one; they come back with time
    seen: float = field(default_factory=time.monotonic)
    strikes: int = 0

    def may_connect(self) -> bool:
        now = time.monotonic()
        self.tokens = min(BURST, self.tokens + (now - self.seen) * RATE)
        self.seen = now
        if self.open >= MOST_FOR_EACH or self.tokens < 1:
            self.strikes += 1
            return False
        self.tokens -= 1
        return True


class Limits:
    def __init__(self, server: pynet.Server, blocked: pynet.BlockList) -> None:
        self.clients: dict[str, Client] = {}
        self.blocked = blocked
        server.max_connections = MOST_CONNECTIONS
        server.block_list = (
            blocked  # closes what comes from these addresses, without an event
        )
        self.timer = pynet.set_interval(self.forget, FORGET_AFTER * 1000).unref()

    def admit(self, sock: pynet.Socket) -> bool:
        """Counts the connection until it closes; or destroys it, and returns False."""
        address = sock.remote_address
        client = self.clients.setdefault(address, Client())
        if not client.may_connect():
            if client.strikes == STRIKES:
                print("blocked:", address, flush=True)
                self.blocked.add(address)
            sock.destroy()
            return False
        client.open += 1

        def closed(had_error: bool) -> None:
            client.open -= 1

        sock.on("close", closed)
        return True

    def forget(self) -> None:
        """Or the table would grow for ever."""
        old = time.monotonic() - FORGET_AFTER
        for address, client in list(self.clients.items()):
            if not client.open and client.seen < old:
                del self.clients[address]


def echo_with_limits(port: int, blocked: pynet.BlockList) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        if limits.admit(sock):
            sock.on("error", lambda err: None)
            sock.set_timeout(60_000, lambda: sock.destroy())
            sock.pipe(sock)

    server = pynet.create_server(on_connection)
    limits = Limits(server, blocked)
    return server.listen(port, "0.0.0.0")


def main() -> None:
    blocked = pynet.BlockList()
    if len(sys.argv) > 2:
        print("rules:", blocked.load(sys.argv[2]), flush=True)

    def start() -> None:
        print("listening on", echo_with_limits(int(sys.argv[1]), blocked).port, flush=True)

    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
