"""examples/keep_connected.py against a server that ends, resets and falls silent."""

import socket

from peers import read_exactly, take


def test_it_connects_again_after_the_end(program, upstream):
    started = program("keep_connected.py", *upstream.getsockname())
    for _ in range(3):
        with take(upstream) as peer:
            assert read_exactly(peer, 6) == b"hello\n"
            peer.sendall(b"news\n")
        assert started.line().startswith("connected to ")
        assert [started.line(), started.line()] == ["got news", "lost: the server has ended the connection"]


def test_it_connects_again_after_a_reset(program, upstream):
    started = program("keep_connected.py", *upstream.getsockname())
    with take(upstream) as peer:
        read_exactly(peer, 6)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    started.line()
    assert "ECONNRESET" in started.line()
    with take(upstream) as peer:
        assert read_exactly(peer, 6) == b"hello\n"


def test_a_server_that_is_silent_is_left(program, upstream):
    started = program("keep_connected.py", *upstream.getsockname(), 0.05, 0.5)
    with take(upstream) as peer:
        assert read_exactly(peer, 16) == b"hello\nping\nping\n"
        started.line()
        assert started.line() == "lost: nothing came for 0.5 seconds"
    with take(upstream) as peer:
        assert read_exactly(peer, 6) == b"hello\n"


def test_a_server_that_answers_is_kept(program, upstream):
    started = program("keep_connected.py", *upstream.getsockname(), 0.05, 2)
    with take(upstream) as peer:
        read_exactly(peer, 6)
        for _ in range(5):
            assert read_exactly(peer, 5) == b"ping\n"
            peer.sendall(b"pong\n")
        started.line()
        assert started.line() == "got pong"


def test_it_waits_for_a_server_that_is_not_there_yet(program):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(20)
        started = program("keep_connected.py", *listener.getsockname())
        listener.listen()
        with take(listener) as peer:
            assert read_exactly(peer, 6) == b"hello\n"
        started.line()
