"""pipe() to objects: which references it keeps, and until when."""

import gc
import socket
import weakref

import pytest

from helpers import Recorder, on_loop, raw_client, two_turns, wait_until
from reentrancy import ends_well
from sinks import Emitting, Ending, On, Once, Plain


@pytest.fixture
def pair(reset_pair):
    return reset_pair


@pytest.mark.parametrize("how", ["source ends", "end=False", "unpipe"])
def test_the_destination_is_let_go_by_a_source_that_somebody_keeps(pair, how):
    p = pair()
    log = Recorder(p.peer, "close")

    def start():
        dest = Plain()
        p.peer.pipe(dest, end=how != "end=False")
        p.client.write(b"data")
        assert wait_until(lambda: dest.chunks)
        if how == "unpipe":
            p.peer.unpipe(dest)
        return weakref.ref(dest)

    dead = start()
    if how != "unpipe":
        p.client.end()
        log.wait("close")

    def is_dead():
        gc.collect()
        return dead() is None

    assert wait_until(is_dead)


class Angry(Plain):
    def write(self, chunk):
        super().write(chunk)
        raise LookupError("boom")


@pytest.mark.parametrize("kind_of", [Plain, Ending, Once, On, Angry, Emitting])
@pytest.mark.parametrize("how", ["source ends", "source is destroyed", "peer resets"])
def test_a_source_and_its_destination_are_let_go(server, kind_of, how):
    refs = []

    def on_connection(sock):
        dest = kind_of()
        sock.on("error", lambda err: None)
        sock.on("data", lambda data: how == "source is destroyed" and sock.destroy())
        refs.extend([weakref.ref(sock), weakref.ref(dest)])
        sock.pipe(dest)
        if isinstance(dest, Once):
            dest.full = False

    srv = server(on_connection)
    with raw_client(srv) as client:
        client.sendall(b"x")
        assert wait_until(lambda: len(refs) == 2)
        if how == "source ends":
            client.shutdown(socket.SHUT_WR)
        elif how == "peer resets":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.close()

        def are_dead():
            gc.collect()
            return [ref() for ref in refs] == [None, None]

        assert wait_until(are_dead)


def test_a_cycle_of_source_and_destination_is_collected(server):
    class Owning(Plain):
        pass

    refs = []

    def on_connection(sock):
        dest = Owning()
        dest.source = sock
        dest.sock_refs = sock.on("close", lambda had_error: dest.chunks)
        sock.pipe(dest)
        refs.extend([weakref.ref(sock), weakref.ref(dest)])

    srv = server(on_connection)
    with raw_client(srv) as client:
        client.sendall(b"x")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""

    def are_dead():
        gc.collect()
        return [ref() for ref in refs] == [None, None]

    assert wait_until(are_dead)


def test_an_emitter_that_lives_on_does_not_hold_its_sources(server):
    """Its listeners are taken off when the source has closed."""
    dest, refs = Emitting(), []

    def on_connection(sock):
        sock.pipe(dest, end=False)
        refs.append(weakref.ref(sock))

    srv = server(on_connection)
    for _ in range(5):
        with raw_client(srv) as client:
            client.sendall(b"x")
            client.shutdown(socket.SHUT_WR)
            assert client.recv(1) == b""

    def are_dead():
        gc.collect()
        return [ref() for ref in refs] == [None] * 5

    assert wait_until(are_dead)
    assert (dest.data(), dest.event_names()) == (b"xxxxx", [])


def test_an_object_that_was_full_does_not_hold_its_source(server):
    """It keeps the function it was given; the socket behind it is gone."""
    dest, refs = Once(), []

    def on_connection(sock):
        sock.pipe(dest)
        refs.append(weakref.ref(sock))

    srv = server(on_connection)
    with raw_client(srv) as client:
        client.sendall(b"x")
        assert wait_until(lambda: dest.waiting)
        on_loop(lambda: refs[0]().destroy())

    def is_dead():
        gc.collect()
        return refs[0]() is None

    assert wait_until(is_dead)
    dest.drain()
    two_turns()


def test_error_of_a_destination_whose_source_is_gone_is_raised():
    """Once, the freed source's pipe left a listener behind, which counted as one that hears the error."""
    ends_well("""
        class Sink(pynet.EventEmitter):
            def write(self, chunk): pass

        sink, source = Sink(), pynet.Socket()
        source.pipe(sink)
        del source
        gc.collect()
        try:
            sink.emit("error", ValueError("on purpose"))
        except ValueError:
            print("well")
    """)
