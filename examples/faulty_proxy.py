"""A proxy with a bad network inside: it is late, slow, and breaks connections. For tests.

    python examples/faulty_proxy.py 8080 127.0.0.1 80 --delay 0.2 --rate 1000
    python examples/faulty_proxy.py 8080 127.0.0.1 80 --cut-after 5000 --reset

Ctrl-C ends it in order.
"""

import argparse
from collections import deque
from dataclasses import dataclass, field

import pynet

PART = 1024  # bytes that pass at a time


@dataclass
class Faults:
    """What is wrong with the network. A change counts for the next bytes."""

    delay: float = 0.0  # seconds for each part
    rate: float | None = None  # bytes for each second, in each direction
    cut_after: int | None = None  # how many bytes pass; then both connections are closed
    reset: bool = False  # they are reset, not closed
    silent: bool = False  # nothing passes any more, and nothing is closed


@dataclass
class Direction:
    """Takes from `source` and gives to `sink`.

    It never has more than one chunk, so a fast source has to wait.
    """

    source: pynet.Socket
    sink: pynet.Socket
    faults: Faults
    passed: int = 0
    busy: bool = False  # with a chunk, part by part
    parts: deque[bytes] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.source.on("data", self.take)
        self.source.on("end", self.end)
        self.source.on("error", lambda err: None)  # `close` follows
        self.source.on("close", self.closed)
        self.sink.on("drain", self.next_part)

    def take(self, chunk: bytes) -> None:
        self.source.pause()
        self.busy = True
        self.parts.extend(
            chunk[start : start + PART] for start in range(0, len(chunk), PART)
        )
        self.next_part()

    def next_part(self) -> None:
        if self.parts:
            part = self.parts.popleft()
            seconds = self.faults.delay + (
                len(part) / self.faults.rate if self.faults.rate else 0
            )
            pynet.set_timeout(self.give, seconds * 1000, part)
            return
        self.busy = False
        self.source.resume()
        self.end()

    def end(self) -> None:
        """The end comes also while the socket is paused. It waits until all has passed."""
        if self.source.readable_ended and not self.busy:
            self.sink.end()

    def closed(self, had_error: bool) -> None:
        if self.source.readable_aborted:  # without an end: there is nothing more to pass
            self.sink.destroy()

    def give(self, part: bytes) -> None:
        if self.faults.silent or self.sink.destroyed:
            return
        left = (
            len(part)
            if self.faults.cut_after is None
            else self.faults.cut_after - self.passed
        )
        self.passed += len(part)
        has_room = self.sink.write(part[:left])
        if self.faults.cut_after is not None and left <= len(part):
            self.cut()
        elif has_room:
            self.next_part()  # else `drain` does

    def cut(self) -> None:
        for sock in (self.sink, self.source):
            if self.faults.reset:
                sock.reset_and_destroy()
            else:
                sock.destroy()


def faulty_proxy(target: tuple[str, int], faults: Faults, port: int = 0) -> pynet.Server:
    """A server on 127.0.0.1 that passes on, both ways, what `faults` lets through."""
    host, target_port = target

    def on_connection(client: pynet.Socket) -> None:
        upstream = pynet.connect(target_port, host, allow_half_open=True)
        Direction(client, upstream, faults)
        Direction(upstream, client, faults)

    server = pynet.create_server(on_connection, allow_half_open=True)
    return server.listen(port, "127.0.0.1")


def main() -> None:
    parser = argparse.ArgumentParser(description="a proxy with a bad network inside")
    parser.add_argument("port", type=int)
    parser.add_argument("host")
    parser.add_argument("target_port", type=int)
    parser.add_argument("--delay", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--rate", type=float, metavar="BYTES_PER_SECOND")
    parser.add_argument("--cut-after", type=int, metavar="BYTES")
    parser.add_argument("--reset", action="store_true")
    args = parser.parse_args()
    faults = Faults(args.delay, args.rate, args.cut_after, args.reset)

    def start() -> None:
        server = faulty_proxy((args.host, args.target_port), faults, args.port)
        print("listening on", server.port, flush=True)

    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
