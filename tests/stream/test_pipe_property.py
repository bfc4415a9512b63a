"""Random bytes in random pieces through an echo server and a proxy: they come back unchanged."""

import contextlib
import socket
import sys
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pynet
from helpers import Recorder, raw_client, target


def listening_echo(sock):
    """An echo by a `data` listener, with back-pressure by hand."""

    def answer(data):
        if not sock.write(data):
            sock.pause()

    sock.on("data", answer)
    sock.on("drain", sock.resume)


@contextlib.contextmanager
def serving(listener, where, **options):
    srv = pynet.create_server(options, listener).listen(*where)
    try:
        yield srv
    finally:
        srv.close()


@contextlib.contextmanager
def route(way, where):
    """A server where everything comes back, in one of several ways."""
    if way == "data":
        with serving(listening_echo, where) as srv:
            yield srv
    elif way == "pipe":
        with serving(lambda sock: sock.pipe(sock), where) as srv:
            yield srv
    else:
        with serving(lambda sock: sock.pipe(sock), (0, "127.0.0.1")) as echo:
            place = target(echo)
            with serving(lambda sock: sock.pipe(pynet.connect(place)).pipe(sock), where, allow_half_open=True) as srv:
                yield srv


PIECES = st.lists(
    st.one_of(st.binary(max_size=40), st.integers(0, 300_000).map(lambda n: bytes(range(256)) * (n // 256))),
    max_size=12,
)
SETTINGS = settings(
    max_examples=10 if sys.platform == "win32" else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.posix_only("a named pipe has no half-close", only="unix")
@pytest.mark.parametrize("way", ["data", "pipe", "proxy"])
def test_what_a_python_client_sends_comes_back(where, way):
    with route(way, where) as srv:

        @SETTINGS
        @given(PIECES, st.integers(1, 100_000))
        def check(pieces, read_size):
            with raw_client(srv) as client:

                def send():
                    for piece in pieces:
                        client.sendall(piece)
                    client.shutdown(socket.SHUT_WR)

                sender = threading.Thread(target=send)
                sender.start()
                got = []
                size = max(read_size, sum(map(len, pieces)) // 1000)  # a read of one byte at a time would take for ever
                while data := client.recv(size):
                    got.append(data)
                sender.join()
            assert b"".join(got) == b"".join(pieces)

        check()


@pytest.mark.parametrize("way", ["data", "pipe", "proxy"])
def test_what_a_pynet_client_sends_comes_back(where, way):
    with route(way, where) as srv:

        @SETTINGS
        @given(PIECES, st.integers(0, 70_000), st.booleans())
        def check(pieces, mark, as_one_step):
            client = pynet.Socket(high_water_mark=mark)
            log = Recorder(client, "data", "error", "close")
            with pynet.turn() if as_one_step else contextlib.nullcontext():
                client.connect(target(srv))
                for piece in pieces:
                    client.write(piece)
                client.end()
            log.wait("close")
            assert log.data() == b"".join(pieces)
            assert "error" not in log.names
            assert client.bytes_read == client.bytes_written == sum(map(len, pieces))

        check()
