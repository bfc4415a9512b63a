"""examples/forward.py between sockets of Python's own."""

import contextlib
import socket

import pytest

from peers import read_exactly, read_to_end, take


@pytest.fixture
def joined(program, dial, upstream):
    """(client, target): the two ends of a connection through the forwarder."""
    started = program("forward.py", 0, *upstream.getsockname())
    client = dial(started.port)
    with take(upstream) as target:
        yield client, target
        with contextlib.suppress(OSError):  # the test has closed one of them
            client.shutdown(socket.SHUT_WR)
            read_to_end(target)
            target.close()
            read_to_end(client)


def test_both_directions_pass(joined):
    client, target = joined
    client.sendall(b"question")
    assert read_exactly(target, 8) == b"question"
    target.sendall(b"answer")
    assert read_exactly(client, 6) == b"answer"


def test_the_answer_passes_after_the_end_of_the_question(joined):
    client, target = joined
    client.sendall(b"question")
    client.shutdown(socket.SHUT_WR)
    assert read_to_end(target) == b"question"
    target.sendall(b"x" * 1_000_000)
    target.close()
    assert read_to_end(client) == b"x" * 1_000_000


def test_the_question_passes_after_the_end_of_the_answer(joined):
    client, target = joined
    target.shutdown(socket.SHUT_WR)
    assert client.recv(1) == b""
    client.sendall(b"more")
    client.close()
    assert read_to_end(target) == b"more"


def test_a_target_that_is_not_there_ends_the_client(program, dial):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        host, port = nobody.getsockname()
        started = program("forward.py", 0, host, port)
        assert read_to_end(dial(started.port)) == b""
    assert started.error() == f"127.0.0.1: connect ECONNREFUSED 127.0.0.1:{port}"
