"""Turns whose only news are streams with input: pynet reads them without uv_run(), in libuv's order of events."""

from __future__ import annotations

import socket
import sys

import pytest

import pynet
from helpers import Recorder, raw_client, target, two_turns, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads without uv_run() on Linux only")


def ready_turns():
    return pynet._pynet._counts()["ready_turns"]


def turns():
    return pynet._pynet._counts()["turns"]


def connections(server, count):
    """(Python's sockets, those that a server has accepted, in the same order)."""
    accepted = []
    srv = server(accepted.append)
    raws = []
    for number in range(1, count + 1):
        raws.append(raw_client(srv))
        assert wait_until(lambda number=number: len(accepted) == number)
    for sock in accepted:
        sock.on("error", lambda err: None)
    return raws, accepted


@pytest.fixture
def two(server):
    """Two connections to a server: two raw sockets, and what it has accepted."""
    raws, accepted = connections(server, 2)
    yield raws, accepted
    for end in raws:
        end.close()
    for sock in accepted:
        sock.destroy()


def send_both(raws):
    """One turn gets both messages, the first one first."""
    with pynet.turn():
        for raw in raws:
            raw.sendall(b"x")


def test_a_message_is_read_without_uv_run(two):
    (raw, _), (sock, _) = two
    sock.on("data", sock.write)
    two_turns()
    before = ready_turns()
    for _ in range(20):
        raw.sendall(b"x")
        assert raw.recv(10) == b"x"
    assert ready_turns() - before >= 19  # the loop may wake for the fixtures as well


def test_streams_are_read_in_the_order_in_which_input_has_come(two):
    raws, socks = two
    order = []
    for name, sock in zip("ab", socks, strict=True):
        sock.on("data", lambda _, name=name: order.append(name))
    two_turns()
    before = ready_turns()
    send_both(raws)
    assert wait_until(lambda: len(order) == 2)
    send_both(raws[::-1])
    assert wait_until(lambda: len(order) == 4)
    assert "".join(order) == "abba"
    assert ready_turns() - before >= 2


def test_new_connections_are_read_in_the_order_in_which_they_were_accepted(server):
    accepted, order = [], []

    def on_connection(sock):
        accepted.append(sock)
        sock.on("data", lambda _: order.append(sock))

    srv = server(on_connection)
    two_turns()
    with pynet.turn():  # all of them come in one turn, with their input
        raws = [raw_client(srv) for _ in range(8)]
        for raw in raws:
            raw.sendall(b"x")
    assert wait_until(lambda: len(order) == 8)
    assert order == accepted
    for raw, sock in zip(raws, accepted, strict=True):
        raw.close()
        sock.destroy()


def test_a_resumed_connection_is_read_before_a_newer_one(server):
    """libuv tells epoll of the change of the first one, and of the second one, in this order."""
    order, accepted = [], []

    def on_connection(sock):
        accepted.append(sock)
        if len(accepted) == 1:
            sock.on("data", lambda _: order.append("resumed")).pause()
        else:
            accepted[0].resume()
            sock.on("data", lambda _: order.append("new"))

    srv = server(on_connection)
    raws = [raw_client(srv)]
    assert wait_until(lambda: accepted)
    raws[0].sendall(b"x")
    two_turns()
    with pynet.turn():
        raws.append(raw_client(srv))
        raws[1].sendall(b"x")
    assert wait_until(lambda: len(order) == 2)
    assert order == ["resumed", "new"]
    for raw, sock in zip(raws, accepted, strict=True):
        raw.close()
        sock.destroy()


def test_a_listener_pauses_a_stream_whose_input_is_in_the_same_turn(two):
    raws, (first, second) = two
    record = Recorder(second, "data")
    first.on("data", lambda _: second.pause())
    two_turns()
    send_both(raws)
    two_turns()
    assert record.names == []
    second.resume()
    record.wait("data")


def test_a_listener_destroys_a_stream_whose_input_is_in_the_same_turn(two):
    raws, (first, second) = two
    record = Recorder(second, "data", "close")
    first.on("data", lambda _: second.destroy())
    two_turns()
    send_both(raws)
    record.wait("close")
    assert record.names == ["close"]


def test_an_event_is_not_for_the_next_stream_with_that_descriptor(two):
    raws, (first, second) = two
    seen = []
    second.on("data", seen.append)
    replacement = []

    def replace(_):
        number = second.fileno()
        second.destroy()
        left, right = socket.socketpair()
        if left.fileno() != number:  # the lowest number that is free
            right, left = left, right
        assert left.fileno() == number
        left.setblocking(False)
        right.sendall(b"for the new one")
        replacement.append((right, pynet.Socket({"fd": left.detach()})))
        replacement[0][1].on("data", lambda data: seen.append((data, turns())))
        seen.append(turns())

    first.on("data", replace)
    two_turns()
    send_both(raws)
    assert wait_until(lambda: len(seen) == 2)
    raw, sock = replacement[0]
    sock.destroy()
    raw.close()
    turn, (data, turn_of_data) = seen
    assert data == b"for the new one"
    assert turn_of_data > turn


def test_close_comes_before_the_end_that_it_causes(server):
    """The peer is in this process: its end is of a later poll."""
    order = []

    def on_connection(sock):
        sock.on("data", lambda _: sock.destroy())
        sock.on("close", lambda _: order.append("close"))

    srv = server(on_connection)
    for _ in range(5):
        client = pynet.connect(target(srv))
        done = Recorder(client, "connect", "close")
        client.on("end", lambda: order.append("end"))
        client.resume()
        done.wait("connect")
        two_turns()
        client.write(b"x")
        done.wait("close")
    assert order == ["close", "end"] * 5


def test_an_immediate_comes_before_the_next_input(two):
    raws, (first, second) = two
    order = []
    first.on("data", lambda _: (pynet.set_immediate(lambda: order.append("immediate")), raws[1].sendall(b"y")))
    second.on("data", lambda _: order.append("data"))
    two_turns()
    before = ready_turns()
    raws[0].sendall(b"x")
    assert wait_until(lambda: len(order) == 2)
    assert order == ["immediate", "data"]
    assert ready_turns() > before


def test_an_immediate_of_an_immediate_comes_in_the_next_turn(two):
    (raw, _), (sock, _) = two
    seen = []

    def note():
        seen.append(turns())
        if len(seen) == 1:
            pynet.set_immediate(note)

    # destroy() in an immediate: libuv has to run for the close, and the check phase is over.
    sock.on("data", lambda _: pynet.set_immediate(lambda: (sock.destroy(), note())))
    two_turns()
    raw.sendall(b"x")
    assert wait_until(lambda: len(seen) == 2)
    assert seen[1] == seen[0] + 1


def test_a_reset_is_an_error(two):
    (raw, _), (sock, _) = two
    record = Recorder(sock, "data", "error", "close")
    sock.resume()
    two_turns()
    sock.write(b"unread")
    assert wait_until(lambda: sock.bytes_written == 6)  # a unix socket resets when it is closed with unread input
    if raw.family != socket.AF_UNIX:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    raw.close()
    record.wait("close")
    assert record.names == ["error", "close"]
    assert record["error"].code == "ECONNRESET"


def test_the_end_behind_a_message_is_read_in_its_own_turn(two):
    (raw, _), (sock, _) = two
    record = Recorder(sock, "data", "end")
    two_turns()
    raw.sendall(b"x")
    record.wait("data")
    raw.shutdown(socket.SHUT_WR)
    record.wait("end")
    assert record.data() == b"x"


def test_more_streams_than_one_wait_reports(server):
    """Each is read, and each once a message."""
    raws, socks = connections(server, 300)
    got = []
    for number, sock in enumerate(socks):
        sock.on("data", lambda data, number=number: got.append((number, data)))
    two_turns()
    send_both(raws)
    assert wait_until(lambda: len(got) >= 300)
    assert sorted(got) == [(number, b"x") for number in range(300)]
    for raw, sock in zip(raws, socks, strict=True):
        sock.destroy()
        raw.close()
