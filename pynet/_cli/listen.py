"""`pynet listen`: accepts a connection, as `nc -l`, and joins it to stdin and stdout or to a command."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque

import pynet
from pynet._cli import tls, where
from pynet._cli.errors import FAILED, TERMINATED, UsageError
from pynet._cli.joining import Joint, add_options
from pynet._cli.serving import keep_running
from pynet._cli.text import complain, note, plural, short_time


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "listen",
        help="accept a connection: stdin to the socket, the socket to stdout, or a command for it",
        usage="%(prog)s [OPTION]... [HOST PORT | HOST:PORT | PORT | PATH]",
        description="Accepts one connection and then no more. Sends stdin to it, and writes what it sends to stdout. "
        "Half-closes at the end of stdin, and goes on until the peer closes. When stdin is a terminal, it also ends "
        "when the peer ends. Without a host it listens on all addresses. With -v, and when the system chooses the "
        "port, it writes `listening on HOST PORT` to stderr.",
        epilog="Exit status: 0 when the connection ended in order, or the reader of stdout is gone; 1 when it or the "
        "command failed, or the address cannot be used; 2 for wrong usage; 130 after Ctrl-C, 143 after SIGTERM.\n\n"
        "Examples:\n\n"
        "    pynet listen 9000 > received\n"
        "    pynet listen -k -v --exec 'tr a-z A-Z' 9000\n"
        "    pynet listen -U /tmp/in.sock\n"
        "    pynet listen --tls --cert cert.pem --key key.pem 9000",
    )
    parser.add_argument(
        "where",
        nargs="*",
        metavar="PLACE",
        help=f"a host and a port, {where.FORMS} (default: port 0, which is any free port)",
    )
    add_options(parser)
    where.add_unix(parser)
    parser.add_argument(
        "-k",
        "--keep-open",
        action="store_true",
        help="accept further connections: one after the other, each until its peer ends; with --exec side by side",
    )
    parser.add_argument(
        "-e",
        "--exec",
        metavar="COMMAND",
        help="run COMMAND by /bin/sh for each connection, which is its stdin and stdout; PYNET_REMOTE_ADDRESS, "
        "PYNET_REMOTE_PORT, PYNET_LOCAL_ADDRESS and PYNET_LOCAL_PORT (or PYNET_LOCAL_PATH) are in its environment. "
        "Without a host it listens on 127.0.0.1 only",
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="report where it listens, and each connection")
    tls.add_server(parser)
    return parser


class Listener:
    """Accepts, and hands each connection on: a subclass says to whom."""

    def __init__(self, args: argparse.Namespace, place: where.Where) -> None:
        self.keep: bool = args.keep_open
        self.verbose: bool = args.verbose
        self.place = place
        self.accepted = False
        self.failed = False
        self.hold: pynet.Timeout | None = None
        options = tls.server_options(args)
        self.server = pynet.create_server(options, allow_half_open=True, pause_on_connect=True)

    def main(self, options: pynet.ListenOptions) -> None:
        self.hold = keep_running()  # also while a command has the connection
        self.server.on("error", self.on_error)
        self.server.on("connection", self.on_connection)
        self.server.on("tlsClientError", lambda err, sock: complain(err))
        self.server.listen(options, self.on_listening)

    def on_listening(self) -> None:
        if self.verbose or self.place.port == 0:
            note(where.listening_text(self.server))

    def on_error(self, err: pynet.NetError) -> None:
        complain(err)
        if not self.server.listening and not self.accepted:
            self.failed = True
            self.release()

    def on_connection(self, sock: pynet.Socket) -> None:
        sock.on("error", self.on_socket_error)
        if self.accepted and not self.keep:
            sock.destroy()  # it came together with the first one
            return
        self.accepted = True
        if not self.keep:
            self.server.close()
        if self.verbose:
            note(f"{where.peer_name(sock)} connected")
        self.take(sock)

    def on_socket_error(self, err: pynet.NetError) -> None:
        self.failed = True
        complain(err)

    def take(self, sock: pynet.Socket) -> None:
        raise NotImplementedError

    def over(self) -> None:
        """The connection is over: so is the command, unless it keeps listening."""
        if not self.keep:
            self.release()

    def release(self) -> None:
        if self.hold is not None:
            pynet.clear_interval(self.hold)


class JoiningListener(Listener):
    """Joins one connection after the other to stdin and stdout. Those that wait are not read."""

    def __init__(self, args: argparse.Namespace, place: where.Where) -> None:
        super().__init__(args, place)
        self.joint = Joint(args, turns=args.keep_open)
        self.waiting: deque[pynet.Socket] = deque()
        self.current: pynet.Socket | None = None

    def take(self, sock: pynet.Socket) -> None:
        self.waiting.append(sock)
        self.next()

    def next(self) -> None:
        while self.current is None and self.waiting:
            sock = self.waiting.popleft()
            if not sock.destroyed:
                self.current = sock
                self.join(sock)

    def join(self, sock: pynet.Socket) -> None:
        began = time.monotonic()

        def on_close(had_error: bool) -> None:
            if self.verbose:
                lasted = short_time(time.monotonic() - began)
                note(f"closed after {lasted}: {plural(sock.bytes_written, 'byte')} sent, {sock.bytes_read:,} received")
            self.current = None
            if self.joint.output.gone:
                self.keep = False  # the reader of stdout has closed it
                self.server.close()
            self.over()
            self.next()

        sock.on("close", on_close)
        self.joint.attach(sock)
        sock.resume()


class ExecutingListener(Listener):
    """Runs a command for each connection, which gets the socket itself: pynet copies nothing."""

    def __init__(self, args: argparse.Namespace, place: where.Where) -> None:
        super().__init__(args, place)
        self.command: str = args.exec

    def take(self, sock: pynet.Socket) -> None:
        name = where.peer_name(sock)
        environment = {**os.environ, **self.ends(sock)}
        try:
            with sock.detach() as plain:
                fd = plain.fileno()
                process = subprocess.Popen(["/bin/sh", "-c", self.command], stdin=fd, stdout=fd, env=environment)
        except OSError as error:  # the peer is gone already, or there can be no more processes
            self.failed = True
            complain(error)
            sock.destroy()
            self.over()
            return
        threading.Thread(target=self.wait, args=(process, name), daemon=True).start()

    def ends(self, sock: pynet.Socket) -> dict[str, str]:
        if self.place.path is not None:
            return {"PYNET_LOCAL_PATH": self.place.path}
        return {
            "PYNET_REMOTE_ADDRESS": sock.remote_address,
            "PYNET_REMOTE_PORT": str(sock.remote_port),
            "PYNET_LOCAL_ADDRESS": sock.local_address,
            "PYNET_LOCAL_PORT": str(sock.local_port),
        }

    def wait(self, process: subprocess.Popen[bytes], name: str) -> None:
        """Runs on a thread."""
        status = process.wait()
        with contextlib.suppress(pynet.NetError):  # the interpreter is exiting
            pynet.next_tick(self.on_exit, status, name)

    def on_exit(self, status: int, name: str) -> None:
        if self.verbose:
            note(f"{name} closed: the command ended with {status}")
        self.failed = self.failed or status != 0
        self.over()


def run(args: argparse.Namespace) -> int:
    place = where.parse(args.where or ["0"], unix=args.unix)
    if args.exec is not None and (args.crlf or args.hex_dump or args.no_stdin or not args.half_close):
        raise UsageError("-C, -x, -d and --no-half-close are for stdin and stdout, which --exec does not use")
    if args.exec is not None and args.tls:
        raise UsageError("--exec gives the command the socket itself, which --tls cannot encrypt")
    if args.exec is not None and sys.platform == "win32":
        raise UsageError("--exec gives the socket to another process, which is unavailable on Windows")
    options = place.listen_options(None if args.exec is None else "127.0.0.1")
    listener = JoiningListener(args, place) if args.exec is None else ExecutingListener(args, place)
    # By default SIGTERM would leave the path behind.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(TERMINATED))
    pynet.run(lambda: listener.main(options))
    if isinstance(listener, JoiningListener) and not listener.joint.finish():
        return FAILED
    return FAILED if listener.failed else 0
