"""Limits for each address: connections at a time, new ones in a time, a block list.

    python examples/limits.py 8124
    python examples/limits.py 8124 blocked.txt   # one address, subnet or range a line

Ctrl-C ends it in order.
"""

import sys
from collections import Counter
from typing import Any

import pynet

MOST_CONNECTIONS = 1000  # of all addresses together
MOST_FOR_EACH = 5  # connections of one address at a time
RATE = (10, 5.0)  # new ones of one address: 10 at once, in the long run 10 in 5 seconds
STRIKES = 20  # refused so often, an address is blocked
FORGET_AFTER = 600.0  # seconds
MOST_STRIKES = 10_000  # addresses in our own table


class Strikes:
    """Puts an address that is refused again and again onto the block list."""

    def __init__(self, blocked: pynet.BlockList) -> None:
        self.blocked = blocked
        self.count: Counter[str] = Counter()
        pynet.set_interval(self.count.clear, FORGET_AFTER * 1000).unref()

    def on_drop(self, data: dict[str, Any] | None) -> None:
        if data is None or data["reason"] == "max_connections":
            return  # not the fault of this address
        address = data["remoteAddress"]
        if len(self.count) >= MOST_STRIKES and address not in self.count:
            self.count.clear()  # or the table would grow without end
        self.count[address] += 1
        if self.count[address] >= STRIKES:
            del self.count[address]
            print("blocked:", address, flush=True)
            self.blocked.add(address)


def on_connection(sock: pynet.Socket) -> None:
    sock.on("error", lambda err: None)
    sock.set_timeout(60_000, lambda: sock.destroy())
    sock.pipe(sock)


def echo_with_limits(port: int, blocked: pynet.BlockList) -> pynet.Server:
    server = pynet.create_server(
        on_connection,
        block_list=blocked,  # closes what comes from these addresses, without an event
        max_connections_per_address=MOST_FOR_EACH,
        accept_rate=RATE,
        ipv6_prefix=64,  # one client with IPv6 has a whole network
    )
    server.max_connections = MOST_CONNECTIONS
    server.on("drop", Strikes(blocked).on_drop)
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
