"""python -m pynet, pynet, pynet-uv: an echo server, and a client that joins a socket to stdin and stdout.

The client's stdin and stdout may block, so one thread reads stdin and one writes stdout; the loop runs on the main
thread. Each input is read only as fast as the output takes the data.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import sys
import threading
from collections import deque

import pynet
from pynet._messages import lone_text_hint

CHUNK = 65536
OUTPUT_MARK = 4 * CHUNK  # from here on the socket is paused until stdout has taken everything
FOREVER = 2**31 - 1  # milliseconds
INTERRUPTED = 130  # what a shell makes of SIGINT


def say(text: str) -> None:
    """Writes one line to stdout, unbuffered; ignores errors, such as a closed stdout."""
    if sys.stdout is not None:
        with contextlib.suppress(OSError):
            os.write(sys.stdout.fileno(), os.fsencode(text + "\n"))


def complain(error: BaseException) -> None:
    """Writes an error to stderr, on one line."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError):
            print("pynet:", error, file=sys.stderr, flush=True)


def wait_until_ready(fd: int, writing: bool) -> None:
    """Waits for stdin or stdout when another process, which shares it, has made it non-blocking."""
    select.select([] if writing else [fd], [fd] if writing else [], [])


# --- echo ---


def echo(server: pynet.Server, where: pynet.ListenOptions) -> int:
    """Serves until SIGINT or SIGTERM; 1 when it cannot listen."""
    failed = False

    def on_connection(sock: pynet.Socket) -> None:
        sock.on("error", lambda err: None)  # a peer's reset concerns that peer only
        sock.pipe(sock)

    def on_listening() -> None:
        address = server.address()
        say(f"listening on {address if isinstance(address, str | None) else f'{address.address} {address.port}'}")

    def on_error(err: pynet.NetError) -> None:
        nonlocal failed
        failed = failed or not server.listening
        complain(err)

    def main() -> None:
        server.on("connection", on_connection)
        server.on("error", on_error)
        server.listen(where, on_listening)

    pynet.run(main, signals=True)
    return 1 if failed else 0


# --- connect ---


class Input:
    """Sends stdin to the socket, then ends it. The thread reads a chunk when there is room for it."""

    def __init__(self, sock: pynet.Socket) -> None:
        self.sock = sock
        self.room = threading.Event()
        self.fd = sys.stdin.fileno() if sys.stdin is not None else -1

    def start(self) -> None:
        self.sock.on("drain", self.room.set)
        if self.fd < 0:
            self.sock.end()
        else:
            if os.isatty(self.fd):
                self.sock.on("end", self.sock.end)  # a terminal may never end: the peer's end is ours
            threading.Thread(target=self.read, name="stdin", daemon=True).start()

    def read(self) -> None:
        with contextlib.suppress(pynet.NetError):  # the interpreter is exiting
            while True:
                try:
                    chunk = os.read(self.fd, CHUNK)
                except BlockingIOError:
                    wait_until_ready(self.fd, writing=False)
                    continue
                except OSError as error:
                    complain(error)
                    chunk = b""
                self.room.clear()
                pynet.next_tick(self.send, chunk)
                if not chunk:
                    return
                self.room.wait()

    def send(self, chunk: bytes) -> None:
        """Runs on the loop. Once the socket is closed there is never room again: the thread keeps waiting."""
        if not self.sock.writable:
            return
        if not chunk:
            self.sock.end()
        elif self.sock.write(chunk):
            self.room.set()


class Output:
    """Writes what the socket receives to stdout. Pauses the socket at OUTPUT_MARK waiting bytes until all are gone."""

    def __init__(self, sock: pynet.Socket) -> None:
        self.sock = sock
        self.chunks: deque[bytes] = deque()  # an empty chunk is the end
        self.waiting = 0
        self.changed = threading.Condition()
        self.fd = sys.stdout.fileno() if sys.stdout is not None else -1
        self.thread = threading.Thread(target=self.write, name="stdout", daemon=True)

    def start(self) -> None:
        self.sock.on("data", self.put)
        self.thread.start()

    def put(self, chunk: bytes) -> None:
        """Runs on the loop."""
        with self.changed:
            self.chunks.append(chunk)
            self.waiting += len(chunk)
            if chunk and self.waiting >= OUTPUT_MARK:
                self.sock.pause()
            self.changed.notify()

    def finish(self) -> None:
        """Waits until everything has been written; Ctrl-C ends the wait."""
        if self.thread.ident is not None:
            self.put(b"")
            self.thread.join()

    def take(self) -> bytes:
        with self.changed:
            self.changed.wait_for(lambda: self.chunks)
            return self.chunks.popleft()

    def write(self) -> None:
        while chunk := self.take():
            try:
                self.write_all(chunk)
            except OSError:
                self.sock.destroy()  # stdout takes no more: end, but print no error
                return
            with self.changed:
                self.waiting -= len(chunk)
                resume = self.waiting == 0 and self.sock.is_paused()
            if resume:
                self.sock.resume()

    def write_all(self, chunk: bytes) -> None:
        rest = memoryview(chunk)
        while rest:
            try:
                rest = rest[os.write(self.fd, rest) :]
            except BlockingIOError:
                wait_until_ready(self.fd, writing=True)


def connect(sock: pynet.Socket, where: pynet.SocketConnectOptions) -> int:
    """Runs until the connection is closed; 1 when it failed."""
    failed = False
    output = Output(sock)

    def on_connect() -> None:
        output.start()
        Input(sock).start()

    def on_error(err: pynet.NetError) -> None:
        nonlocal failed
        failed = True
        complain(err)

    def main() -> None:
        # run() returns when no socket is read or written, as after the peer's end, while stdin goes on. A timer helps.
        hold = pynet.set_interval(lambda: None, FOREVER)
        sock.on("close", lambda had_error: pynet.clear_interval(hold))
        sock.on("error", on_error)
        sock.connect(where, on_connect)

    pynet.run(main)
    output.finish()
    return 1 if failed else 0


# --- the command line ---


def port_or_path(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() else text


def program() -> str:
    """What the user typed: the name of a console script, or `python -m pynet`."""
    name = os.path.basename(sys.argv[0])
    return name if name in ("pynet", "pynet-uv") else "python -m pynet"


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog=program(), description="TCP and unix sockets, to try things with.")
    top.add_argument("--version", action="version", version=f"pynet {pynet.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "echo",
        help="serve: what a client sends goes back to it",
        description="An echo server. Prints one line, `listening on HOST PORT` or `listening on PATH`, and serves "
        "until SIGINT or SIGTERM; then it lets what is queued leave, removes the path and exits with 0.",
    )
    serve.add_argument(
        "where",
        nargs="?",
        type=port_or_path,
        default=0,
        metavar="PORT | PATH",
        help="a TCP port (default 0: any free one), or the path of a unix socket (`./80` for a path of digits)",
    )
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen on (default %(default)s)")
    join = commands.add_parser(
        "connect",
        usage="%(prog)s [-h] [--timeout SECONDS] [--local-address ADDRESS] (HOST PORT | PORT | PATH)",
        help="connect: stdin to the socket, the socket to stdout",
        description="Sends stdin, then half-closes; writes what comes to stdout until the peer closes. Exits with 1 "
        "and one line on stderr when the connection fails.",
    )
    join.add_argument(
        "where", nargs="+", metavar="HOST PORT | PATH", help="a host (default localhost) and a port, or a path"
    )
    join.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="how long connecting may take (default: for ever)"
    )
    join.add_argument("--local-address", metavar="ADDRESS", help="the address to connect from")
    return top


def listen_options(args: argparse.Namespace) -> pynet.ListenOptions:
    if isinstance(args.where, str):
        return {"path": args.where}
    return {"port": args.where, "host": args.host.strip("[]")}


def connect_options(args: argparse.Namespace) -> pynet.SocketConnectOptions:
    options: pynet.SocketConnectOptions = {
        "connect_timeout": args.timeout,
        "local_address": args.local_address.strip("[]") if args.local_address is not None else None,
    }
    if len(args.where) == 2:
        return {**options, "host": args.where[0].strip("[]"), "port": args.where[1]}
    where = port_or_path(args.where[0])
    return {**options, "path": where} if isinstance(where, str) else {**options, "port": where}


def main(argv: list[str] | None = None) -> int:
    commands = parser()
    args = commands.parse_args(argv)
    if args.command == "connect" and len(args.where) > 2:
        commands.error("connect takes HOST PORT, PORT or PATH")
    lone = args.where if args.command == "echo" else args.where[0] if len(args.where) == 1 else None
    if isinstance(lone, str) and lone_text_hint("", lone):
        instead = "PORT --host HOST" if args.command == "echo" else "HOST PORT"
        commands.error(f"{lone} is not the path of a unix socket: write {instead}, or ./{lone} if it is")
    try:
        if args.command == "echo":
            return echo(pynet.create_server(), listen_options(args))
        return connect(pynet.Socket(allow_half_open=True), connect_options(args))
    except KeyboardInterrupt:
        return INTERRUPTED
    except (TypeError, ValueError) as error:
        if not hasattr(error, "code"):
            raise
        commands.error(str(error))  # an argument that pynet refuses


if __name__ == "__main__":
    sys.exit(main())
