"""Thousands of handshakes, in several ways to end them: memory flat, no handle left.

    python tests/stress/soak_tls.py [HANDSHAKES] [tcp|unix]

Both ends live in this process. Each round makes connections that end in one of the ways of WAYS, until HANDSHAKES were
made; the memory of the process after each round is compared. Exits with 1 when anything is wrong.
"""

from __future__ import annotations

import gc
import ssl
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pynet
from soak import handles, resident

CERTIFICATES = Path(__file__).resolve().parent.parent / "support" / "certificates"
CERT, KEY = CERTIFICATES / "localhost.pem", CERTIFICATES / "localhost-key.pem"
AT_ONCE = 20
ROUNDS = 8
ALLOWED = 1024  # KiB, from the third round to the last
MESSAGE = b"ping" * 64
SESSIONS = 4  # of each round are kept, no more: SSLObject.session leaks in CPython before 3.12.7 (gh-116810)


def notify(sock: pynet.Socket) -> None:
    """close_notify, then the FIN, from both sides."""
    sock.end()


def fin(sock: pynet.Socket) -> None:
    """The connection is closed without close_notify."""
    sock.destroy()


def ragged(sock: pynet.Socket) -> None:
    """It is closed with bytes of the peer on the way, and writes that have not left."""
    sock.write(bytes(300_000))
    sock.destroy()


WAYS: list[Callable[[pynet.Socket], None]] = [notify, fin, ragged]


class Soak:
    """Makes `total` connections, one in ten of which fails in the handshake; `version` is the only version of TLS."""

    def __init__(self, where: tuple, total: int, version: ssl.TLSVersion):
        self.where, self.total = where, total
        self.started = self.closed = self.under_way = self.handshakes = self.refused = 0
        self.errors: list[str] = []
        self.sessions: list[ssl.SSLSession] = []
        self.server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server_context.load_cert_chain(CERT, KEY)
        self.context = ssl.create_default_context(cafile=str(CERT))
        self.context.minimum_version = self.context.maximum_version = version

    def start(self) -> None:
        self.server = pynet.create_server(self.on_connection, ssl=self.server_context)
        self.server.on("tlsClientError", lambda err, sock: None)
        self.server.listen(*self.where)
        address = self.server.address()
        self.target = {"path": address} if isinstance(address, str) else {"port": address.port, "host": "127.0.0.1"}
        self.fill()

    def on_connection(self, sock: pynet.Socket) -> None:
        sock.on("data", sock.write)
        sock.on("error", lambda err: None)  # a reset, where the client has closed with data on the way

    def fill(self) -> None:
        while self.started < self.total and self.under_way < AT_ONCE:
            self.started += 1
            self.under_way += 1
            self.open_one(self.started)

    def open_one(self, number: int) -> None:
        wrong = number % 10 == 0
        way = WAYS[number % len(WAYS)]
        resumed = not wrong and number % 4 == 0 and bool(self.sessions)
        got = bytearray()

        def on_data(chunk: bytes) -> None:
            got.extend(chunk)
            if got == MESSAGE:
                self.handshakes += 1
                if resumed and not sock.is_session_reused():
                    self.errors.append("a session was not resumed")
                way(sock)

        def on_error(err: BaseException) -> None:
            if wrong:
                self.refused += 1
            else:
                self.errors.append(f"client: {err}")

        def on_close(had_error: bool) -> None:
            self.closed += 1
            self.under_way -= 1
            if self.closed == self.total:
                self.server.close()
            self.fill()

        sock = pynet.connect(
            self.target,
            ssl=self.context,
            server_hostname="other.example" if wrong else "localhost",
            session=self.sessions[number % len(self.sessions)] if resumed else None,
        )
        if number <= SESSIONS:
            sock.on("session", self.sessions.append)
        sock.on("data", on_data)
        sock.on("error", on_error)
        sock.on("close", on_close)
        sock.write(MESSAGE)

    def run(self) -> None:
        pynet.run(self.start)
        del self.server
        if self.closed != self.total:
            self.errors.append(f"{self.closed} of {self.total} connections were closed")
        if self.handshakes + self.refused != self.total:
            self.errors.append(f"{self.handshakes} handshakes and {self.refused} refused of {self.total}")


def main() -> int:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    kind = sys.argv[2] if len(sys.argv) > 2 else "tcp"
    errors: list[str] = []
    sizes: list[int] = []
    with tempfile.TemporaryDirectory() as folder:
        where = (0, "127.0.0.1") if kind == "tcp" else (f"{folder}/s.sock",)
        for number in range(ROUNDS):
            version = ssl.TLSVersion.TLSv1_3 if number % 2 == 0 else ssl.TLSVersion.TLSv1_2
            soak = Soak(where, total // ROUNDS, version)
            soak.run()
            errors += soak.errors
            del soak
            gc.collect()
            left = {name: count for name, count in handles().items() if count}
            if left:
                errors.append(f"left after round {number}: {left}")
            sizes.append(resident())
            print(f"round {number}: {total // ROUNDS} connections, {sizes[-1]} KiB")
    # Each second round is like another. A leak grows in each pair of them; what an allocator takes at once, in some.
    steps = [later - earlier for earlier, later in zip(sizes[2:], sizes[4:], strict=False)]
    if min(steps) * 2 > ALLOWED:
        errors.append(f"{total} handshakes grew the process from {sizes[2]} to {sizes[-1]} KiB")
    for error in errors[:20]:
        print(f"soak_tls: {error}", file=sys.stderr)
    if errors:
        return 1
    print("soak_tls: no leak, no error")
    return 0


if __name__ == "__main__":
    sys.exit(main())
