"""A gateway for devices that send frames: four bytes of length, then so many bytes.

    python examples/frames.py 8124

One read may have a part of a frame, or five and a half: `Frames` puts them together.
Each frame is acknowledged.
"""

import sys
from collections.abc import Callable

import pynet

HEAD = 4  # bytes: the length of the body, big-endian, as int.from_bytes() reads it
LONGEST = 64 * 1024  # a peer that announces more is not one of ours
IDLE = 300  # seconds


class FrameError(ValueError):
    """What the peer sent is no frame."""


class Frames:
    """Calls `on_frame(body)` for each whole frame, in order, however the bytes come."""

    def __init__(self, sock: pynet.Socket, on_frame: Callable[[bytes], object]) -> None:
        self.sock = sock
        self.on_frame = on_frame
        self.length: int | None = None  # of the frame whose head has been read
        sock.on("readable", self.on_readable)
        sock.on("end", self.on_end)

    def on_readable(self) -> None:
        try:
            while (frame := self.read_frame()) is not None:
                self.on_frame(frame)
        except FrameError as error:
            self.sock.destroy(error)

    def on_end(self) -> None:
        if self.length is not None:
            self.sock.destroy(FrameError("the peer ended within a frame"))

    def read_frame(self) -> bytes | None:
        """The next frame, or None while a part is missing: what has come then stays."""
        if self.length is None:
            head = self.sock.read(HEAD)
            if head is None:
                return None
            if len(head) < HEAD:  # the peer has ended: read() gives what is left
                raise FrameError("the peer ended within a head")
            self.length = int.from_bytes(head)
        length = self.length
        if length > LONGEST:
            raise FrameError(f"a frame of {length:,} bytes is too long")
        body = self.sock.read(length) if length else b""
        if body is None:
            return None
        if len(body) < length:
            raise FrameError("the peer ended within a frame")
        self.length = None
        return body


def send_frame(sock: pynet.Socket, body: bytes) -> bool:
    """As write(): False when the peer reads too slowly."""
    return sock.writelines([len(body).to_bytes(HEAD), body])


def gateway(port: int) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        count = 0

        def on_frame(body: bytes) -> None:
            nonlocal count
            count += 1
            print(f"{sock.remote_port} sent {body!r}", flush=True)
            send_frame(sock, b"ok %d" % count)

        Frames(sock, on_frame)

        def on_error(err: Exception) -> None:
            print(f"{sock.remote_port}: {err}", file=sys.stderr, flush=True)

        sock.set_read_timeout(
            IDLE, lambda: sock.destroy(TimeoutError("the device is silent"))
        )
        sock.on("error", on_error)

    # A device that sends and never reads its acknowledgements is dropped.
    server = pynet.create_server(on_connection, max_write_buffer=64 * 1024, keep_alive=True)
    return server.listen(port, "127.0.0.1")


def main() -> None:
    def start() -> None:
        print("listening on", gateway(int(sys.argv[1])).port, flush=True)

    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
