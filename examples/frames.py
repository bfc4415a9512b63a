"""A gateway for devices that send frames: four bytes of length, then so many bytes. Each frame is acknowledged.

    python examples/frames.py 8124

A read has no borders of frames in it: it may have a part of one, or five and a half. `Frames` puts them together.
"""

import struct
import sys
from collections.abc import Callable

import pynet

HEAD = struct.Struct(">I")  # the length, big-endian
LONGEST = 64 * 1024  # a peer that announces more is not one of ours
IDLE = 300  # seconds


class Frames:
    """Calls `on_frame(body)` for each whole frame of `sock`, in order, however the bytes come."""

    def __init__(self, sock: pynet.Socket, on_frame: Callable[[bytes], object]) -> None:
        self.sock = sock
        self.on_frame = on_frame
        self.length: int | None = None  # of the frame whose head has been read
        sock.on("readable", self.on_readable)

    def on_readable(self) -> None:
        while (frame := self.read_frame()) is not None:
            self.on_frame(frame)

    def read_frame(self) -> bytes | None:
        """The next frame, or None while a part of it is missing: then that part stays in the socket."""
        if self.length is None:
            head = self.sock.read(HEAD.size)
            if head is None:
                return None
            if len(head) < HEAD.size:  # the peer has ended: read() gives what is left
                self.sock.destroy(EOFError("the peer ended within a head"))
                return None
            (self.length,) = HEAD.unpack(head)
            if self.length > LONGEST:
                self.sock.destroy(ValueError(f"a frame of {self.length:,} bytes is too long"))
                return None
        body = self.sock.read(self.length) if self.length else b""
        if body is None:
            return None
        if len(body) < self.length:
            self.sock.destroy(EOFError("the peer ended within a frame"))
            return None
        self.length = None
        return body


def send_frame(sock: pynet.Socket, body: bytes) -> bool:
    """As write(): False when the peer reads too slowly."""
    return sock.writelines([HEAD.pack(len(body)), body])


def gateway(port: int) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        count = 0

        def on_frame(body: bytes) -> None:
            nonlocal count
            count += 1
            print(f"{sock.remote_port} sent {body!r}", flush=True)
            send_frame(sock, b"ok %d" % count)

        Frames(sock, on_frame)
        sock.set_read_timeout(IDLE, lambda: sock.destroy(TimeoutError("the device is silent")))
        sock.on("error", lambda err: print(f"{sock.remote_port}: {err}", file=sys.stderr, flush=True))

    # A device that sends and never reads its acknowledgements is dropped.
    return pynet.create_server(on_connection, max_write_buffer=64 * 1024, keep_alive=True).listen(port, "127.0.0.1")


def main() -> None:
    def start() -> None:
        print("listening on", gateway(int(sys.argv[1])).port, flush=True)

    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
