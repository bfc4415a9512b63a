"""One socket, many threads: writes arrive whole, nothing is lost, nothing deadlocks."""

import struct
import threading

import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until


def in_threads(count, function):
    """function(number) in so many threads at once; raises what one of them raised."""
    failures = []
    barrier = threading.Barrier(count)

    def run(number):
        try:
            barrier.wait(10)
            function(number)
        except BaseException as error:  # reported to the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    assert failures == []


def message(number, count, size):
    return struct.pack("!HHI", number, count, size) + bytes([number]) * size


def split(data):
    """The messages (number, count) of a stream; each must be whole."""
    found, at = [], 0
    while at < len(data):
        number, count, size = struct.unpack_from("!HHI", data, at)
        at += 8
        assert data[at : at + size] == bytes([number]) * size, "a message was torn"
        at += size
        found.append((number, count))
    assert at == len(data)
    return found


def test_writes_of_many_threads_arrive_whole_and_in_each_ones_order(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end")
    log = Recorder(pynet.EventEmitter())
    threads, each = 8, 200

    def write(number):
        for count in range(each):
            p.client.write(message(number, count, (number * 7919 + count * 104729) % 3000), log.note("callback"))

    in_threads(threads, write)
    p.client.end()
    there.wait("end", timeout=20)
    found = split(there.data())
    assert len(found) == threads * each
    for number in range(threads):
        assert [count for n, count in found if n == number] == list(range(each))
    log.wait("callback", times=threads * each)
    assert log.args("callback") == [(None,)] * (threads * each)


def test_writes_from_threads_and_from_listeners(pair):
    """The peer echoes into the same connection that others write to."""
    p = pair()
    here = Recorder(p.client, "data")
    p.peer.on("data", lambda data: [p.peer.write(message(99, 0, 10)) for _ in range(3)])
    each = 100

    def write(number):
        for count in range(each):
            p.peer.write(message(number, count, 500))
            p.client.write(b"poke")

    in_threads(4, write)
    assert wait_until(lambda: p.peer.bytes_read == 4 * each * 4)
    here.wait_for(lambda: p.client.bytes_read == p.peer.bytes_written)
    found = split(here.data())
    assert len([1 for number, _ in found if number != 99]) == 4 * each


def test_each_thread_has_its_own_connection(server):
    srv = server(lambda sock: sock.pipe(sock))
    answers = {}

    def talk(number):
        client = pynet.connect(target(srv))
        log = Recorder(client, "data", "close")
        client.write(b"%d" % number)
        client.end()
        log.wait("close")
        answers[number] = log.data()

    in_threads(16, talk)
    assert answers == {number: b"%d" % number for number in range(16)}


def test_destroy_while_others_write(pair):
    p = pair()
    p.peer.resume()
    log = Recorder(p.client, "close", "error")
    answered = []

    def write(number):
        if number == 0:
            p.client.destroy()
        for _ in range(200):
            p.client.write(b"x" * 100, answered.append)

    in_threads(6, write)
    log.wait("close")
    assert wait_until(lambda: len(answered) == 6 * 200)
    assert log.names == ["close"]
    codes = {getattr(err, "code", None) for err in answered}
    assert codes <= {None, "ERR_STREAM_DESTROYED", "ECANCELED"}


def test_pause_and_resume_by_many_threads(pair):
    p = pair()
    log = Recorder(p.client, "data", "end")
    p.peer.end(b"x" * 2_000_000)

    def toggle(number):
        for _ in range(200):
            p.client.pause()
            p.client.resume()

    in_threads(4, toggle)
    p.client.resume()
    log.wait("end")
    assert len(log.data()) == 2_000_000


def test_properties_can_be_read_by_any_thread(pair):
    p = pair()
    p.peer.on("data", lambda data: p.peer.write(data))
    p.client.on("data", lambda data: None)
    names = ["connecting", "pending", "destroyed", "ready_state", "bytes_read", "bytes_written", "remote_address"]

    def look(number):
        for _ in range(300):
            p.client.write(b"x")
            assert [getattr(p.client, name) for name in names][:4] == [False, False, False, "open"]
            assert repr(p.client).startswith("<pynet.Socket open")
            p.client.set_timeout(1000).set_no_delay()

    in_threads(4, look)


def test_close_of_a_server_by_many_threads(server):
    srv = server(lambda sock: sock.end())
    results = []
    in_threads(8, lambda number: srv.close(results.append))
    assert wait_until(lambda: len(results) == 8)
    assert [err.code for err in results if err is not None] == ["ERR_SERVER_NOT_RUNNING"] * 7


def test_a_step_of_several_calls_is_not_interrupted(server):
    """No event comes before the block ends."""
    srv = server(lambda sock: sock.write(b"greeting"))
    for _ in range(20):
        seen = []
        with pynet.turn():
            client = pynet.connect(target(srv))
            client.on("connect", lambda seen=seen: seen.append("connect"))
            assert on_loop_is_quiet(seen)
            client.on("data", lambda data, seen=seen: seen.append("data"))
        assert wait_until(lambda seen=seen: seen == ["connect", "data"])
        client.destroy()
    assert on_loop(lambda: True)


def on_loop_is_quiet(seen):
    return seen == []


def test_listeners_of_one_loop_run_one_after_the_other(server):
    inside, most = [0], [0]

    def on_connection(sock):
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        sock.end(b"x")
        inside[0] -= 1

    srv = server(on_connection)

    def talk(number):
        with raw_client(srv) as client:
            assert client.recv(1) == b"x"

    in_threads(16, talk)
    assert most == [1]
