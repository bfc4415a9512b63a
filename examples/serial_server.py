"""A serial port over TCP: all clients get what the device says, and may talk to it.

    python examples/serial_server.py /dev/ttyUSB0 115200 8124

Ctrl-C ends it in order.
"""

import asyncio
import os
import signal
import sys
import termios
import tty

import pynet

MOST_UNREAD = 256 * 1024  # bytes that wait for a client; more drops it
MOST_UNSENT = 4096  # bytes that wait for the device; then no client is read


def open_port(path: str, speed: int) -> int:
    fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    tty.setraw(fd)  # no echo, no lines, no control characters
    settings = termios.tcgetattr(fd)
    settings[4] = settings[5] = getattr(termios, f"B{speed}")
    termios.tcsetattr(fd, termios.TCSANOW, settings)
    return fd


class Bridge:
    """asyncio's loop watches the device, and drives pynet: one thread, and no lock."""

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.loop = asyncio.get_running_loop()
        self.unsent = bytearray()
        self.gone = asyncio.Event()  # the device is
        self.server = pynet.create_server(self.on_connection, max_write_buffer=MOST_UNREAD)
        self.loop.add_reader(fd, self.on_device)

    def on_connection(self, sock: pynet.Socket) -> None:
        def on_error(err: Exception) -> None:
            print(f"{sock.remote_port}: {err}", file=sys.stderr, flush=True)

        sock.on("error", on_error)
        sock.on("data", self.on_client)
        if self.unsent:
            sock.pause()

    def on_device(self) -> None:
        try:
            data = os.read(self.fd, 65536)
        except BlockingIOError:
            return
        except OSError:  # unplugged
            data = b""
        if not data:
            self.loop.remove_reader(self.fd)
            self.gone.set()
        for sock in self.server.connections:
            sock.write(data)

    def on_client(self, data: bytes) -> None:
        self.unsent += data
        self.send()
        if len(self.unsent) > MOST_UNSENT:
            for sock in self.server.connections:
                sock.pause()

    def send(self) -> None:
        """As much as the device takes now; the rest when it takes more."""
        try:
            count = os.write(self.fd, self.unsent)
        except BlockingIOError:
            count = 0
        except OSError:
            self.gone.set()
            return
        del self.unsent[:count]
        if self.unsent:
            self.loop.add_writer(self.fd, self.send)
        else:
            self.loop.remove_writer(self.fd)
            for sock in self.server.connections:
                sock.resume()


async def main() -> None:
    path, speed, port = sys.argv[1:]
    fd = open_port(path, int(speed))
    bridge = Bridge(fd)
    bridge.server.listen(int(port), "127.0.0.1")
    for number in (signal.SIGINT, signal.SIGTERM):
        bridge.loop.add_signal_handler(number, bridge.gone.set)
    print("listening on", bridge.server.port, flush=True)
    await bridge.gone.wait()
    bridge.loop.remove_reader(fd)
    bridge.loop.remove_writer(fd)
    await bridge.server.shutdown(timeout=2)
    os.close(fd)


if __name__ == "__main__":
    pynet.aio.run(main())
