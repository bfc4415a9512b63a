"""Peers over TLS on Python's own ssl, in threads, and relays that cut the stream of the wire into pieces."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

from helpers import raw_client

PATIENCE = 20.0


def tls_client(server, context: ssl.SSLContext, name: str = "localhost", **options) -> ssl.SSLSocket:
    """Python's own client of a server of pynet, after its handshake."""
    return context.wrap_socket(raw_client(server, PATIENCE), server_hostname=name, **options)


class ThreadServer:
    """Calls serve(ssl_socket) in a thread for each connection to `port`; its exceptions are in `errors`."""

    def __init__(self, context: ssl.SSLContext | None, serve: Callable) -> None:
        self.context, self.serve = context, serve
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.errors: list[BaseException] = []
        self.threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, function, *args) -> None:
        thread = threading.Thread(target=function, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                sock = self.listener.accept()[0]
            except OSError:
                return
            self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        try:
            if self.context is not None:
                sock = self.context.wrap_socket(sock, server_side=True)
            self.serve(sock)
        except BaseException as error:  # the test looks at it
            self.errors.append(error)
        finally:
            sock.close()

    def join(self) -> None:
        """Accepts no more, and waits for the connections that there are."""
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in list(self.threads):
            thread.join(PATIENCE)


@contextlib.contextmanager
def thread_server(context: ssl.SSLContext | None, serve: Callable) -> Iterator[ThreadServer]:
    server = ThreadServer(context, serve)
    try:
        yield server
    finally:
        server.join()


def echo(sock: ssl.SSLSocket) -> None:
    """Sends back what comes, until the end, and ends as TLS ends."""
    while data := sock.recv(65536):
        sock.sendall(data)
    sock.unwrap().close()


def _pump(source: socket.socket, destination: socket.socket, cut: Callable[[bytes], list[bytes]]) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            for piece in cut(data):
                destination.sendall(piece)
    with contextlib.suppress(OSError):
        destination.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def relay(port: int, cut: Callable[[bytes], list[bytes]]) -> Iterator[int]:
    """A port that forwards to `port`, both ways, each piece in a packet of its own: cut(data) makes the pieces."""

    def forward(front: socket.socket) -> None:
        front.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as back:
            back.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=_pump, args=(back, front, cut), daemon=True)
            thread.start()
            _pump(front, back, cut)
            thread.join(PATIENCE)

    with thread_server(None, forward) as server:
        yield server.port


def bytewise(data: bytes) -> list[bytes]:
    return [data[i : i + 1] for i in range(len(data))]
