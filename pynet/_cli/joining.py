"""Joins a connection to stdin and stdout, for `connect` and `listen`.

stdin and stdout may block, so one thread reads stdin and one writes stdout; the loop runs on the main thread. An input
is read only as fast as the output takes the data. With `listen -k` connections take turns, and the threads stay.
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
from pynet._cli.errors import CommandError
from pynet._cli.hexdump import HexDump
from pynet._cli.text import complain, descriptor, is_terminal, write_all

CHUNK = 65536
OUTPUT_MARK = 4 * CHUNK  # from here on the socket is paused until stdout has taken everything


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of a command that joins."""
    parser.add_argument(
        "-N",
        "--half-close",
        action="store_true",
        default=True,
        help="half-close the connection at the end of stdin (the default)",
    )
    parser.add_argument(
        "--no-half-close",
        dest="half_close",
        action="store_false",
        help="keep the connection open at the end of stdin, until the peer closes it",
    )
    parser.add_argument(
        "-d", "--no-stdin", action="store_true", help="read nothing from stdin: the connection ends when the peer ends"
    )
    parser.add_argument("-C", "--crlf", action="store_true", help="send CR LF for each LF of stdin")
    parser.add_argument(
        "-x",
        "--hex-dump",
        action="store_true",
        help="write a hex dump of both directions to stderr; when stdout is a terminal, instead of the data",
    )


class Input:
    """Sends stdin to the socket, then ends it. The thread reads a chunk when there is room for it."""

    def __init__(self, args: argparse.Namespace, turns: bool, dump: HexDump | None) -> None:
        self.half_close: bool = args.half_close and not args.no_stdin
        self.turns = turns
        self.dump = dump
        self.lines = CrlfLines() if args.crlf else None
        self.fd = descriptor(sys.stdin)
        self.terminal = is_terminal(sys.stdin)
        self.room = threading.Event()
        self.sock: pynet.Socket | None = None
        self.pending: bytes | None = None  # read, but there was no connection to send it to
        self.ended = self.fd < 0 or args.no_stdin
        self.started = False
        self.failed = False

    def attach(self, sock: pynet.Socket) -> None:
        self.sock = sock
        sock.on("drain", self.room.set)
        sock.on("end", self.on_peer_end)
        if self.ended:
            self.finish()
            return
        if not self.started:
            self.started = True
            threading.Thread(target=self.read, name="stdin", daemon=True).start()
        chunk, self.pending = self.pending, None
        if chunk is not None:
            self.send(chunk)

    def read(self) -> None:
        """Runs on a thread."""
        with contextlib.suppress(pynet.NetError):  # the interpreter is exiting
            while True:
                try:
                    chunk = os.read(self.fd, CHUNK)
                except BlockingIOError:
                    select.select([self.fd], [], [])
                    continue
                except OSError as error:
                    complain(f"stdin: {error.strerror}")
                    self.failed = True
                    chunk = b""
                self.room.clear()
                pynet.next_tick(self.send, chunk)
                if not chunk:
                    return
                self.room.wait()

    def send(self, chunk: bytes) -> None:
        """Runs on the loop. Once the socket is closed there is no room before the next one: the thread waits."""
        sock = self.sock
        if not chunk:
            self.ended = True
            self.finish()
        elif sock is None or not sock.writable:
            self.pending = chunk
        else:
            data = self.lines.convert(chunk) if self.lines is not None else chunk
            if self.dump is not None:
                self.dump.show(">", data)
            if sock.write(data):
                self.room.set()

    def on_peer_end(self) -> None:
        """The peer's end is ours when nothing more can come from stdin, when that may never end, as a terminal, and
        when other connections wait for their turn.
        """
        if self.ended or self.terminal or self.turns:
            self.end()

    def finish(self) -> None:
        """stdin has ended."""
        if self.half_close or (self.sock is not None and self.sock.readable_ended):
            self.end()

    def end(self) -> None:
        if self.sock is not None and self.sock.writable:
            self.sock.end()


class CrlfLines:
    """Puts a CR before each LF that has none, also where a line ending is cut in two."""

    last = b""

    def convert(self, chunk: bytes) -> bytes:
        cut = self.last == b"\r" and chunk.startswith(b"\n")
        self.last = chunk[-1:]
        data = chunk.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        return data[1:] if cut else data


class Output:
    """Writes what the socket receives to stdout. Pauses the socket at OUTPUT_MARK waiting bytes until all are gone."""

    def __init__(self, dump: HexDump | None) -> None:
        self.dump = dump
        self.silent = dump is not None and is_terminal(sys.stdout)
        self.sock: pynet.Socket | None = None
        self.chunks: deque[bytes] = deque()  # an empty chunk is the end
        self.waiting = 0
        self.changed = threading.Condition()
        self.fd = descriptor(sys.stdout)
        self.gone = False  # stdout takes no more
        self.error: OSError | None = None
        self.thread = threading.Thread(target=self.write, name="stdout", daemon=True)

    def attach(self, sock: pynet.Socket) -> None:
        self.sock = sock
        if self.thread.ident is None:
            self.thread.start()
        sock.on("data", self.put)
        if self.gone:
            sock.destroy()

    def put(self, chunk: bytes) -> None:
        """Runs on the loop."""
        if self.dump is not None and chunk:
            self.dump.show("<", chunk)
        if self.silent and chunk:
            return
        with self.changed:
            self.chunks.append(chunk)
            self.waiting += len(chunk)
            if chunk and self.waiting >= OUTPUT_MARK and self.sock is not None:
                self.sock.pause()
            self.changed.notify()

    def finish(self) -> None:
        """Waits until everything has been written; Ctrl-C ends the wait. CommandError when that fails."""
        if self.thread.ident is not None:
            self.put(b"")
            self.thread.join()
        if self.error is not None:
            raise CommandError(f"stdout: {self.error.strerror}")

    def take(self) -> bytes:
        with self.changed:
            self.changed.wait_for(lambda: self.chunks)
            return self.chunks.popleft()

    def write(self) -> None:
        """Runs on a thread."""
        while chunk := self.take():
            try:
                write_all(self.fd, chunk)
            except OSError as error:
                if self.fd >= 0 and not isinstance(error, BrokenPipeError):
                    self.error = error
                self.gone = True
                if self.sock is not None:
                    self.sock.destroy()  # without an error if the reader of stdout has closed it
                return
            with self.changed:
                self.waiting -= len(chunk)
                sock = self.sock if self.waiting == 0 else None
            if sock is not None and sock.is_paused():
                sock.resume()


class Joint:
    """stdin and stdout, which one connection is joined to, or one after the other."""

    def __init__(self, args: argparse.Namespace, turns: bool = False) -> None:
        dump = HexDump() if args.hex_dump else None
        self.input = Input(args, turns, dump)
        self.output = Output(dump)

    def attach(self, sock: pynet.Socket) -> None:
        """Joins a connected socket, which allows half-open."""
        self.output.attach(sock)
        self.input.attach(sock)

    def finish(self) -> bool:
        """Waits until stdout has everything. False when stdin could not be read; CommandError when stdout failed."""
        self.output.finish()
        return not self.input.failed
