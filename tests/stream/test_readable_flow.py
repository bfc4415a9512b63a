"""The reading half: pause(), resume(), data without a listener, the end, what arrives."""

import socket
import tracemalloc

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until


def quiet(log, ms=15):
    """Lets some time go by and notes it."""
    pynet.set_timeout(log.note("later"), ms)
    log.wait("later")


def test_data_is_exact_bytes(pair):
    p = pair()
    log = Recorder(p.client, "data")
    for size in (1, 2, 100, 65536, 200_000):
        p.peer.write(b"x" * size)
    log.wait_for(lambda: p.client.bytes_read == len(log.data()) == 265_639)
    assert {type(data) for (data,) in log.args("data")} == {bytes}
    assert all(0 < len(data) <= 262_144 for (data,) in log.args("data"))


def test_bytes_of_a_listener_stay_as_they_are(pair):
    """What a listener keeps is never changed by later reads, hashed or not."""
    p = pair()
    kept = []

    def keep(data):
        kept.append(data)
        assert hash(data) == hash(bytes(bytearray(data)))
        p.client.write(b"next")

    p.client.on("data", keep)

    def answer(data):
        sent.append(b"%04d" % len(sent))
        if len(sent) < 50:
            p.peer.write(sent[-1])

    sent = [b"0000"]
    p.peer.on("data", answer)
    p.peer.write(b"0000")
    assert wait_until(lambda: len(sent) >= 50)
    assert kept == sent[:-1]


def test_bytes_that_nobody_keeps_have_the_right_value(pair):
    """The object of the last read may be used again; its value and hash must not."""
    p = pair()
    seen = []

    def look(data):
        seen.append((data.decode(), hash(data) == hash(bytearray(data).decode().encode()), {data: 1}[bytes(data)]))
        p.client.write(b"next")

    p.client.on("data", look)
    count = [0]

    def answer(data):
        count[0] += 1
        if count[0] < 50:
            p.peer.write(b"%06d" % count[0])

    p.peer.on("data", answer)
    p.peer.write(b"000000")
    assert wait_until(lambda: count[0] == 50)
    assert seen == [(f"{number:06d}", True, 1) for number in range(50)]


def test_pause_and_resume(pair):
    p = pair()
    log = Recorder(p.client, "data", "pause", "resume")
    with pynet.turn():
        assert p.client.is_paused() is False
        assert p.client.pause() is p.client
        assert p.client.is_paused() is True
        p.client.pause()
    p.peer.write(b"held back")
    quiet(log)
    assert "data" not in log.names
    assert log.names.count("pause") == 1
    p.client.resume()
    assert p.client.is_paused() is False
    log.wait_for(lambda: log.data() == b"held back")


def test_paused_socket_reads_at_most_one_more_chunk(pair):
    p = pair()
    log = Recorder(p.client, "data", "end")
    p.client.pause()

    def fill():
        while p.peer.write(b"x" * 65536):
            pass
        p.peer.end()

    on_loop(fill)
    quiet(log, 30)
    assert p.client.bytes_read <= 65536
    assert log.names == ["later"]
    p.client.resume()
    log.wait("end")
    assert len(log.data()) == p.peer.bytes_written


def test_pause_inside_a_data_listener(pair):
    p = pair()
    chunks = []
    log = Recorder(p.client, "end")

    def one_at_a_time(data):
        chunks.append(data)
        p.client.pause()
        assert p.client.is_paused()
        pynet.set_immediate(p.client.resume)

    p.client.on("data", one_at_a_time)
    p.peer.end(b"x" * 500_000)
    log.wait("end")
    assert len(b"".join(chunks)) == 500_000


def test_a_data_listener_does_not_override_pause(pair):
    p = pair()
    p.client.pause()
    log = Recorder(p.client, "data")
    p.peer.write(b"x")
    quiet(log)
    assert log.names == ["later"]
    p.client.resume()
    log.wait("data")


def test_without_a_listener_data_waits(pair):
    p = pair()
    p.peer.write(b"patient")
    assert wait_until(lambda: p.client.bytes_read == 7)
    log = Recorder(p.client, "data")
    log.wait_for(lambda: log.data() == b"patient")


def test_without_a_listener_reading_stops_at_the_mark(pair):
    p = pair()

    def fill():
        while p.peer.write(b"x" * 65536):
            pass

    on_loop(fill)
    log = Recorder(pynet.EventEmitter())
    quiet(log, 30)
    assert p.client.bytes_read == 65536
    data = Recorder(p.client, "data")
    data.wait_for(lambda: p.client.bytes_read == p.peer.bytes_written)


def test_resume_without_a_listener_throws_data_away(pair):
    p = pair()
    log = Recorder(p.client, "end", "close")
    p.client.resume()
    p.peer.end(b"x" * 300_000)
    log.wait("close")
    assert p.client.bytes_read == 300_000
    assert log.names == ["end", "close"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_resume_without_a_listener_throws_text_of_a_full_queue_away(pair, when):
    p = pair()
    log = Recorder(p.client, "end", "close")
    if when == "before":
        p.client.set_encoding("latin1")
    p.peer.end(b"x" * 300_000)
    assert wait_until(lambda: p.client.readable_length == 65536)
    with pynet.turn():
        p.client.resume()
        if when == "after":
            p.client.set_encoding("latin1")
    log.wait("close")
    assert p.client.bytes_read == 300_000
    assert log.names == ["end", "close"]


def test_end_waits_until_everything_is_read(pair):
    p = pair()
    log = Recorder(p.client, "end", "close")
    p.peer.end(b"something")
    assert wait_until(lambda: p.client.bytes_read == 9)
    quiet(log)
    assert log.names == ["later"]
    p.client.on("data", log.note("data"))
    log.wait("close")
    assert log.names == ["later", "data", "end", "close"]


def test_end_is_not_seen_while_paused(pair):
    p = pair()
    log = Recorder(p.client, "data", "end", "close")
    p.client.pause()
    p.peer.end(b"x")
    quiet(log)
    assert log.names == ["later"]
    p.client.resume()
    log.wait("close")
    assert log.names == ["later", "data", "end", "close"]


def test_pause_before_the_connection(server):
    srv = server(lambda sock: sock.end(b"hi"))
    client = pynet.Socket()
    log = Recorder(client, "connect", "data", "end", "close")
    with pynet.turn():
        client.pause()
        client.connect(target(srv))
    log.wait("connect")
    quiet(log)
    assert log.names == ["connect", "later"]
    client.resume()
    log.wait("close")
    assert log.names == ["connect", "later", "data", "end", "close"]


@pytest.mark.parametrize("mark", [1, 8, 1000])
def test_small_marks(pair, mark):
    p = pair({"high_water_mark": mark})
    log = Recorder(p.client, "data", "end")
    p.peer.end(bytes(range(256)) * 1000)
    log.wait("end")
    assert log.data() == bytes(range(256)) * 1000


def test_two_listeners_get_the_same_object(pair):
    p = pair()
    first, second = [], []
    p.client.on("data", first.append)
    p.client.on("data", second.append)
    log = Recorder(p.client, "end")
    p.peer.end(b"same")
    log.wait("end")
    assert first == second == [b"same"]
    assert first[0] is second[0]


def test_a_listener_that_is_removed_gets_no_more(pair):
    p = pair()
    log = Recorder(p.client, "data")
    other = []
    p.client.once("data", other.append)
    p.peer.write(b"1")
    log.wait("data")
    p.peer.write(b"2")
    log.wait_for(lambda: log.data() == b"12")
    assert other == [b"1"]


def test_data_and_end_of_a_python_client(server):
    log = Recorder(pynet.EventEmitter())

    def on_connection(sock):
        for event in ("data", "end", "close"):
            sock.on(event, log.note(event))

    srv = server(on_connection)
    with raw_client(srv) as client:
        for _ in range(3):
            client.sendall(b"part ")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""
    log.wait("close")
    assert log.data() == b"part part part "
    assert log.names[-2:] == ["end", "close"]


def test_kept_chunks_take_little_more_memory_than_they_have_bytes(pair):
    """Big reads land in bytes objects that are bigger; those that a listener keeps must be nearly full."""
    p = pair()
    kept, message, total = [], bytes(100_000), 12_000_000

    def on_data(chunk):
        kept.append(chunk)
        if p.client.bytes_read >= 2_000_000 and p.client.bytes_read % 100_000 == 0 and p.client.bytes_read < total:
            p.peer.write(message)  # one at a time: none fills the read that it comes by

    p.client.on("data", on_data)
    tracemalloc.start()
    try:
        p.peer.write(bytes(2_000_000))  # makes the reads big
        assert wait_until(lambda: p.client.bytes_read == total)
        on_loop(lambda: None)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(map(len, kept)) == total
    assert held < 1.4 * total + 2_000_000
