"""python -m isolated.closing MODE SEED: random traffic while random descriptors of the process are closed.

MODE `listener` closes them in listeners and timers, `turn` in another thread within turn(). Some of the numbers are
taken by other files at once. The script may lose its loop, but must neither crash nor hang.
"""

from __future__ import annotations

import contextlib
import os
import random
import socket
import sys
import tempfile
import threading
import time

import pynet

MILLISECONDS = 300


class Traffic:
    def __init__(self, in_listeners: bool, seed: int) -> None:
        self.random = random.Random(seed)
        self.left = self.random.randrange(1, 8) if in_listeners else 0
        self.servers: list[pynet.Server] = []
        self.others: list[object] = []
        self.refused = socket.create_server(("127.0.0.1", 0))

    # --- closing ---

    def close_one(self) -> None:
        fd = self.random.choice([int(name) for name in os.listdir("/proc/self/fd")])
        if fd <= 2:
            return
        with contextlib.suppress(OSError):
            # The libuv of a system may use a ring, and ends the process without it. The one in the wheels uses none.
            if "io_uring" in os.readlink(f"/proc/self/fd/{fd}"):
                return
            os.close(fd)
            self.take_number(self.random.random())

    def take_number(self, chance: float) -> None:
        """What does not block, since pynet may read it."""
        if chance < 0.2:
            self.others.append(os.open("/dev/null", os.O_RDWR))
        elif chance < 0.4:
            self.others.append(os.pipe2(os.O_NONBLOCK))
        elif chance < 0.6:
            pair = socket.socketpair()
            for end in pair:
                end.setblocking(False)
            self.others.append(pair)
        elif chance < 0.7:
            server = socket.create_server(("127.0.0.1", 0))
            server.setblocking(False)
            self.others.append(server)

    def perhaps(self, *args: object) -> None:
        if self.left > 0 and self.random.random() < 0.05:
            self.left -= 1
            self.close_one()

    # --- traffic ---

    def watch(self, emitter):
        for event in ("error", "data", "drain", "end", "finish", "close", "connect"):
            emitter.on(event, self.perhaps)
        return emitter

    def serve(self, sock: pynet.Socket) -> None:
        self.watch(sock)
        chance = self.random.random()
        if chance < 0.3:
            sock.pipe(sock)
        elif chance < 0.6:
            sock.on("data", lambda data: sock.write(data, self.perhaps))
        elif chance < 0.7:
            sock.pause()
            pynet.set_timeout(sock.resume, self.random.randrange(20))
        elif chance < 0.85:
            sock.write(bytes(self.random.choice([10, 3_000_000])), self.perhaps)
        else:
            sock.end(b"bye")

    def connect(self) -> None:
        self.perhaps()
        address = self.random.choice(self.servers).address()
        if address is None or self.random.random() < 0.1:
            address = ("127.0.0.1", 1)
        sock = self.watch(pynet.connect(*([address] if isinstance(address, str) else [address[1], address[0]])))
        sock.write(bytes(self.random.choice([1, 1000, 100_000, 3_000_000])), self.perhaps)
        chance = self.random.random()
        if chance < 0.3:
            sock.end()
        elif chance < 0.6:
            pynet.set_timeout(sock.destroy, self.random.randrange(30))
        elif chance < 0.8:
            sock.on("data", lambda data: sock.write(bytes(300_000), self.perhaps))

    def start(self) -> None:
        path = os.path.join(tempfile.mkdtemp(), "s")
        for where in ((0, "127.0.0.1"), (0, "127.0.0.1"), (path,)):
            self.servers.append(pynet.create_server(self.serve).on("error", self.perhaps).listen(*where))
        pynet.set_interval(self.connect, 1)
        pynet.set_interval(self.perhaps, 3)
        pynet.set_timeout(pynet.stop, MILLISECONDS)

    def close_in_turns(self) -> None:
        with contextlib.suppress(pynet.NetError):
            while True:
                time.sleep(self.random.random() * 0.05)
                with pynet.turn():
                    self.close_one()


def main() -> None:
    mode, seed = sys.argv[1:]
    traffic = Traffic(mode == "listener", int(seed))
    if mode == "turn":
        threading.Thread(target=traffic.close_in_turns, daemon=True).start()
    threading.excepthook = sys.unraisablehook = lambda args: None
    try:
        pynet.run(traffic.start, on_uncaught="log")
    except (pynet.NetError, OSError, ValueError):  # ValueError: the number of signal.set_wakeup_fd() is another file's
        pass


if __name__ == "__main__":
    main()
