"""write()'s bool, `drain`, and memory that stays flat when the writer obeys them."""

import hashlib
import json
import os
import random
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, target, wait_until


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_false_while_much_is_queued_then_drain(pair):
    p = pair()
    p.peer.pause()
    log = Recorder(p.client, "drain")

    def fill():
        for count in range(1, 10_000):
            if not p.client.write(b"x" * 65536):
                return count
        raise AssertionError("write() never said False")

    count = on_loop(fill)
    assert log.names == []
    there = Recorder(p.peer, "data")
    p.peer.resume()
    log.wait("drain")
    assert log.names == ["drain"]
    there.wait_for(lambda: p.peer.bytes_read == count * 65536)


def test_true_when_the_kernel_takes_everything(pair):
    """What has left does not count, however much it was: 64 KiB and more on an idle connection."""
    p = pair({"high_water_mark": 16})
    p.peer.resume()
    log = Recorder(p.client, "drain")
    assert p.client.write(b"x" * 20_000) is True
    pynet.set_timeout(log.note("later"), 10)
    log.wait("later")
    assert log.names == ["later"]


@pytest.mark.parametrize(
    ("sizes", "results"), [([15], [True]), ([16], [False]), ([8, 7, 1, 1], [True, True, False, False])]
)
def test_mark_while_connecting(server, sizes, results):
    srv = server(lambda sock: sock.resume())
    client = pynet.Socket(high_water_mark=16)
    log = Recorder(client, "connect", "drain", "ready")
    with pynet.turn():
        client.connect(target(srv))
        assert [client.write(b"x" * size) for size in sizes] == results
    log.wait("ready")
    assert log.names == ["connect"] + ["drain"] * (False in results) + ["ready"]
    client.destroy()


@pytest.mark.parametrize("mark", [0, 1])
def test_smallest_marks(pair, mark):
    p = pair({"high_water_mark": mark})
    there = Recorder(p.peer, "data", "end")
    p.client.write(b"abc")
    p.client.write(b"def")
    p.client.end()
    there.wait("end")
    assert there.data() == b"abcdef"


def test_drain_comes_before_the_callbacks(pair):
    p = pair()
    p.peer.pause()
    log = Recorder(p.client, "drain")

    def fill():
        while p.client.write(b"x" * 65536):
            pass
        p.client.write(b"x", log.note("callback"))

    on_loop(fill)
    p.peer.resume()
    log.wait("callback")
    assert log.names == ["drain", "callback"]


def test_drain_again_and_again(pair):
    p = pair()
    there = Recorder(p.peer, "end")
    p.peer.resume()
    rounds = [5]

    def more():
        while p.client.write(b"x" * 65536):
            pass
        rounds[0] -= 1

    def drained():
        if rounds[0] > 0:
            more()
        else:
            p.client.end()

    p.client.on("drain", drained)
    on_loop(more)
    there.wait("end")
    assert p.peer.bytes_read == p.client.bytes_written


# --- integrity ---


def chunks(seed, total):
    """Random chunks of random sizes, `total` bytes in all."""
    rng = random.Random(seed)
    block = rng.randbytes(1 << 20)
    while total > 0:
        size = min(total, rng.choice([1, 10, 1000, 65536, rng.randrange(1, 1 << 20)]))
        start = rng.randrange(0, len(block) - size + 1)
        yield block[start : start + size]
        total -= size


def send_all(sock, source, digest):
    """Writes chunk after chunk and obeys the bool."""

    def more():
        for chunk in source:
            digest.update(chunk)
            if not sock.write(chunk):
                return
        sock.end()

    sock.on("drain", more)
    return more


def test_big_transfers_both_ways_at_once(pair):
    total = 64 << 20
    p = pair({"allow_half_open": True}, allow_half_open=True)
    sent = {p.client: hashlib.blake2b(), p.peer: hashlib.blake2b()}
    got = {p.client: hashlib.blake2b(), p.peer: hashlib.blake2b()}
    logs = {}

    def start():
        for seed, sock in enumerate(sent):
            sock.on("data", got[sock].update)
            logs[sock] = Recorder(sock, "end", "close")
            send_all(sock, chunks(seed, total), sent[sock])()

    on_loop(start)
    for log in logs.values():
        log.wait("close", timeout=30)
    assert p.client.bytes_read == p.peer.bytes_read == total
    assert p.client.bytes_written == p.peer.bytes_written == total
    assert got[p.peer].digest() == sent[p.client].digest()
    assert got[p.client].digest() == sent[p.peer].digest()


def test_one_giant_write(pair):
    data = random.Random(1).randbytes(32 << 20)
    p = pair()
    there = Recorder(p.peer, "data", "end")
    assert p.client.write(data) is False
    p.client.end()
    there.wait("end", timeout=20)
    assert there.data() == data


# --- memory ---

OBEYING = """
    import json, os, socket, sys, threading
    import psutil, pynet

    where = json.loads(sys.argv[1])
    total, block = 200 << 20, b"x" * 65536
    full, done, peak = threading.Event(), threading.Event(), []
    process = psutil.Process()

    def on_connection(sock):
        sent = 0

        def more():
            nonlocal sent
            while sent < total:
                sent += len(block)
                if not sock.write(block):
                    full.set()
                    peak.append(process.memory_info().rss)
                    return
            sock.end()

        sock.on("drain", more)
        sock.on("close", lambda had_error: done.set())
        more()

    server = pynet.create_server(on_connection).listen(*where)
    address = server.address() if isinstance(server.address(), str) else server.address()[:2]
    client = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
    before = process.memory_info().rss
    client.connect(address)
    assert full.wait(10)
    into, received = bytearray(1 << 18), 0
    while count := client.recv_into(into):
        received += count
    client.close()
    assert done.wait(10)
    print(json.dumps({"grown": max(peak) - before, "received": received, "stops": len(peak)}))
    server.close()
"""


def test_memory_stays_flat_when_the_writer_obeys(script, where):
    done = script(OBEYING, json.dumps(where), timeout=30)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["received"] == 200 << 20
    assert seen["stops"] > 10
    if not os.environ.get("PYNET_ASAN"):  # the sanitizer keeps what is freed
        assert seen["grown"] < 8 << 20


# --- gathering ---


def sends():
    return pynet._pynet._counts()["sends"]


def test_small_writes_of_one_listener_leave_together(pair):
    p = pair()
    there = Recorder(p.peer, "data")

    def write():
        before = sends()
        for number in range(100):
            p.client.write(b"%03d" % number)
        return before

    before = on_loop(write)
    there.wait_for(lambda: len(there.data()) == 300)
    assert there.data() == b"".join(b"%03d" % number for number in range(100))
    assert sends() - before <= 3, "one for the first, two for the rest, which is more than one vector"


def test_gathering_in_a_data_listener(pair):
    p = pair()
    here = Recorder(p.client, "data")
    p.peer.on("data", lambda data: [p.peer.write(bytes([byte])) for byte in data])
    before = sends()
    p.client.write(bytes(range(50)))
    here.wait_for(lambda: here.data() == bytes(range(50)))
    assert sends() - before <= 3


def test_first_write_of_a_listener_leaves_at_once(server):
    """A listener that writes and then takes its time does not delay what it wrote."""
    release, began = threading.Event(), threading.Event()

    def on_connection(sock):
        sock.write(b"now")
        began.set()
        release.wait(10)
        sock.end()

    srv = server(on_connection)
    with raw_client(srv) as client:
        try:
            assert began.wait(5)
            assert client.recv(10) == b"now"
        finally:
            release.set()
        assert client.recv(10) == b""


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_write_from_another_thread_leaves_at_once(pair, server):
    """Also behind a gathered one: the loop is asleep in a listener meanwhile."""
    peers = []
    srv = server(peers.append)
    release, began = threading.Event(), threading.Event()

    def hold():
        peers[0].write(b"a")
        peers[0].write(b"b")
        began.set()
        release.wait(10)

    with raw_client(srv) as client:
        assert wait_until(lambda: peers)
        pynet.next_tick(hold)
        try:
            assert began.wait(5)
            peers[0].write(b"c")
            got = b""
            while len(got) < 3:
                got += client.recv(10)
        finally:
            release.set()
        assert got == b"abc"
        peers[0].destroy()


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_gathered_writes_leave_at_the_mark(server):
    release, began = threading.Event(), threading.Event()

    def on_connection(sock):
        for _ in range(80):
            sock.write(b"x" * 1024)
        began.set()
        release.wait(10)
        sock.end()

    srv = server(on_connection)
    with raw_client(srv) as client:
        got = 0
        try:
            assert began.wait(5)
            while got < 65536:
                got += len(client.recv(65536))
        finally:
            release.set()
        while count := len(client.recv(65536)):
            got += count
        assert got == 80 * 1024


def test_gathered_writes_leave_before_the_callbacks_of_ticks(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end")

    def write():
        p.client.write(b"1")
        p.client.write(b"2")
        pynet.next_tick(p.client.write, b"3")
        pynet.next_tick(p.client.end, b"4")

    on_loop(write)
    there.wait("end")
    assert there.data() == b"1234"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_gathered_writes_leave_on_destroy(pair):
    p = pair()
    there = Recorder(p.peer, "data", "end")

    def write():
        p.client.write(b"1")
        p.client.write(b"2")
        p.client.destroy()

    on_loop(write)
    there.wait("end")
    assert there.data() == b"12"
