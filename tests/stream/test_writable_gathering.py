"""Gathered writes: how many system calls many small writes are, and that nothing stays behind that is waited for.

A counter of the loop's sends tells. Where something must have left while a listener still works, a plain blocking
socket in a thread of its own has received it before the listener goes on."""

import random
import threading

import pytest

import pynet
from helpers import Recorder, on_loop, raw_client, wait_until


def sends():
    return pynet._pynet._counts()["sends"]


class Reader:
    """A plain socket that reads in its own thread; has(n) waits until so many bytes have come."""

    def __init__(self, server):
        self.sock = raw_client(server, timeout=10)
        self.data = bytearray()
        self.changed = threading.Condition()
        self.over = False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            while chunk := self.sock.recv(65536):
                with self.changed:
                    self.data += chunk
                    self.changed.notify_all()
        except OSError:
            pass
        with self.changed:
            self.over = True
            self.changed.notify_all()

    def has(self, count):
        with self.changed:
            return self.changed.wait_for(lambda: len(self.data) >= count, 5)

    def ended(self):
        with self.changed:
            return self.changed.wait_for(lambda: self.over, 5)

    def close(self):
        self.thread.join()
        self.sock.close()


@pytest.fixture
def reading(server):
    """reading(): (our end of a connection, the Reader at the other)."""
    peers, made = [], []
    srv = server(peers.append)

    def make():
        reader = Reader(srv)
        assert wait_until(lambda: len(peers) > len(made))
        made.append((peers[-1], reader))
        return made[-1]

    yield make
    for sock, _ in made:
        sock.destroy()
    for _, reader in made:
        reader.close()


# --- how many calls ---

FORMS = {
    "bytes": lambda number: b"%063d\n" % number,
    "str": lambda number: f"{number:063}\n",
    "bytearray": lambda number: bytearray(b"%063d\n" % number),
    "memoryview": lambda number: memoryview(b"%063d\n" % number),
}


@pytest.mark.posix_only("the high-water mark is 16 KiB")
@pytest.mark.parametrize("form", FORMS)
def test_a_thousand_writes_in_one_listener_are_three_sends_at_most(reading, form):
    sock, reader = reading()
    chunks = [FORMS[form](number) for number in range(1000)]

    def write():
        for chunk in chunks:
            assert sock.write(chunk) is True

    before = sends()
    on_loop(write)
    assert reader.has(64_000)
    assert sends() - before <= 3
    assert reader.data == b"".join(b"%063d\n" % number for number in range(1000))


def test_a_thousand_writes_with_callbacks(reading):
    sock, reader = reading()
    answered = []

    def write():
        for number in range(1000):
            sock.write(b"x" * 64, lambda err, number=number: answered.append((number, err)))

    before = sends()
    on_loop(write)
    assert reader.has(64_000)
    assert sends() - before <= 3
    assert wait_until(lambda: len(answered) == 1000)
    assert answered == [(number, None) for number in range(1000)]


def test_several_sockets_are_gathered_each_for_itself(reading):
    pairs = [reading() for _ in range(3)]

    def write():
        for number in range(300):
            for sock, _ in pairs:
                sock.write(b"%04d" % number)

    before = sends()
    on_loop(write)
    for _, reader in pairs:
        assert reader.has(1200)
        assert reader.data == b"".join(b"%04d" % number for number in range(300))
    assert sends() - before <= 9


def test_writes_of_many_listeners_of_one_event_are_gathered(reading):
    """One call out of the loop, whatever it runs."""
    sock, reader = reading()
    emitter = pynet.EventEmitter().set_max_listeners(0)
    for number in range(100):
        emitter.on("go", lambda number=number: sock.write(b"%02d" % number))
    before = sends()
    on_loop(emitter.emit, "go")
    assert reader.has(200)
    assert sends() - before <= 3
    assert reader.data == b"".join(b"%02d" % number for number in range(100))


def test_a_line_from_each_of_many_chunks(pair):
    """A server that answers each of many small requests that came in one read."""
    p = pair()
    here = Recorder(p.client, "data")
    p.peer.on("data", lambda data: [p.peer.write(b"<%d>" % byte) for byte in data])
    request = bytes(range(256)) * 3
    before = sends()
    p.client.write(request)
    expected = b"".join(b"<%d>" % byte for byte in request)
    here.wait_for(lambda: here.data() == expected)
    assert sends() - before <= 1 + 3


def test_end_goes_with_the_rest(reading):
    sock, reader = reading()

    def write():
        for number in range(500):
            sock.write(b"%03d" % number)
        sock.end(b"last")

    before = sends()
    on_loop(write)
    assert reader.ended()
    assert sends() - before <= 3
    assert reader.data == b"".join(b"%03d" % number for number in range(500)) + b"last"


# --- what leaves at once ---


def waits_for(reader, count):
    """A listener's long work: it takes until the peer has so many bytes."""
    assert reader.has(count), f"only {bytes(reader.data)} has come while the listener works"


def test_a_write_and_then_long_work(reading):
    sock, reader = reading()

    def listener():
        sock.write(b"now")
        waits_for(reader, 3)

    on_loop(listener)
    assert reader.data == b"now"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_the_first_write_of_each_tick_leaves_at_once(reading):
    sock, reader = reading()
    log = Recorder(pynet.EventEmitter())

    def step(number):
        sock.write(b"%d" % number)
        waits_for(reader, number + 1)
        if number < 5:
            pynet.next_tick(step, number + 1)
        else:
            log.note("done")()

    pynet.next_tick(step, 0)
    log.wait("done")
    assert reader.data == b"012345"


def test_the_first_write_to_each_socket_leaves_at_once(reading):
    pairs = [reading() for _ in range(3)]

    def listener():
        for sock, reader in pairs:
            sock.write(b"now")
            waits_for(reader, 3)

    on_loop(listener)


FLUSHING = {
    "writable_length": lambda sock: sock.writable_length == 0,
    "buffer_size": lambda sock: sock.buffer_size == 0,
    "cork": lambda sock: sock.cork() is None,
    "end": lambda sock: sock.end() is sock,
    "destroy": lambda sock: sock.destroy() is sock,
    "destroy_soon": lambda sock: sock.destroy_soon() is None,
}


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
@pytest.mark.parametrize("name", FLUSHING)
def test_what_makes_gathered_writes_leave_within_the_listener(reading, name):
    sock, reader = reading()

    def listener():
        for byte in b"12345":
            sock.write(bytes([byte]))
        assert FLUSHING[name](sock)
        waits_for(reader, 5)

    on_loop(listener)
    assert reader.data == b"12345"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_uncork_leaves_within_the_listener(reading):
    sock, reader = reading()

    def listener():
        sock.write(b"1")
        sock.cork()
        sock.write(b"2")
        sock.write(b"3")
        sock.uncork()
        waits_for(reader, 3)

    before = sends()
    on_loop(listener)
    assert (reader.data, sends() - before) == (b"123", 2)


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_writelines_leaves_within_the_listener(reading):
    sock, reader = reading()

    def listener():
        sock.write(b"1")
        sock.write(b"2")
        sock.writelines([b"3", b"4"])
        waits_for(reader, 4)

    on_loop(listener)
    assert reader.data == b"1234"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_the_mark_leaves_within_the_listener(reading):
    sock, reader = reading()

    def listener():
        for _ in range(70):
            sock.write(b"x" * 1000)
        waits_for(reader, 65_536)

    on_loop(listener)
    assert reader.has(70_000)


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_a_write_from_another_thread_while_a_listener_works(reading):
    """It takes what the listener has gathered with it, in order."""
    sock, reader = reading()

    def listener():
        sock.write(b"1")
        sock.write(b"2")
        thread = threading.Thread(target=sock.write, args=(b"3",))
        thread.start()
        waits_for(reader, 3)
        thread.join()
        sock.write(b"4")

    on_loop(listener)
    assert reader.has(4)
    assert reader.data == b"1234"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_a_write_from_another_thread_leaves_before_it_returns(reading):
    sock, reader = reading()
    for number in range(5):
        before = sends()
        sock.write(b"%d" % number)
        assert sends() == before + 1
        assert reader.has(number + 1)
    assert reader.data == b"01234"


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_writes_within_a_turn_of_another_thread_leave_at_once(reading):
    sock, reader = reading()
    with pynet.turn():
        sock.write(b"1")
        waits_for(reader, 1)
        sock.write(b"2")
        waits_for(reader, 2)


def test_what_was_gathered_leaves_when_the_listener_raises(reading):
    sock, reader = reading()

    def listener():
        for byte in b"123":
            sock.write(bytes([byte]))
        raise LookupError("after the writes")

    seen = []
    previous = pynet.set_uncaught_handler(lambda exc, emitter: seen.append(str(exc)))
    pynet.next_tick(listener)
    assert reader.has(3)
    assert wait_until(lambda: seen)
    pynet.set_uncaught_handler(previous)
    assert (reader.data, seen) == (b"123", ["after the writes"])


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_what_was_gathered_leaves_before_the_ticks(reading):
    sock, reader = reading()
    log = Recorder(pynet.EventEmitter())

    def tick():
        waits_for(reader, 3)
        log.note("done")()

    def listener():
        pynet.next_tick(tick)
        for byte in b"123":
            sock.write(bytes([byte]))

    on_loop(listener)
    log.wait("done")


def test_what_a_callback_writes_leaves_before_the_next_callback(reading):
    sock, reader = reading()
    log = Recorder(pynet.EventEmitter())

    def first(err):
        sock.write(b"2")
        sock.write(b"3")

    def second(err):
        waits_for(reader, 4)
        log.note("done")()

    def listener():
        sock.write(b"0", first)
        sock.write(b"1", second)

    on_loop(listener)
    log.wait("done")
    assert reader.data == b"0123"


def test_a_socket_that_nobody_holds_still_sends_what_was_gathered(server):
    def on_connection(sock):
        for byte in b"123":
            sock.write(bytes([byte]))
        sock.end()

    srv = server(on_connection)
    reader = Reader(srv)
    assert reader.ended()
    reader.close()
    assert reader.data == b"123"


# --- the order ---


@pytest.mark.parametrize("seed", range(4))
def test_the_order_is_that_of_the_calls(reading, seed):
    """Every way to write, in and out of the loop, one after the other."""
    sock, reader = reading()
    rng = random.Random(seed)
    numbers = iter(range(10_000))
    expected = bytearray()

    def chunk():
        data = b"<%d>" % next(numbers) * rng.choice([1, 1, 1, 50, 5000])
        expected.extend(data)
        return data

    def one():
        way = rng.choice(["write", "write", "write", "lines", "cork", "uncork", "length", "thread", "copy", "text"])
        if way == "write":
            sock.write(chunk())
        elif way == "lines":
            sock.writelines([chunk() for _ in range(3)])
        elif way == "cork" and sock.writable_corked == 0:
            sock.cork()
        elif way == "uncork":
            sock.uncork()
        elif way == "length":
            assert sock.writable_length >= 0
        elif way == "thread":
            thread = threading.Thread(target=sock.write, args=(chunk(),))
            thread.start()
            thread.join()
        elif way == "copy":
            sock.write(bytearray(chunk()))
        elif way == "text":
            sock.write(chunk().decode())

    def several():
        for _ in range(rng.randrange(12)):
            one()

    for _ in range(30):
        several()
        on_loop(several)
    sock.end()
    assert reader.ended()
    assert reader.data == expected


def test_threads_and_the_loop_write_at_the_same_time(reading):
    """Each writer's own order is kept, and nothing is torn."""
    sock, reader = reading()
    count = 300
    start = threading.Barrier(3)

    def writer(name):
        start.wait()
        for number in range(count):
            sock.write(b"%s%05d\n" % (name, number))

    def listener(number):
        for one in range(number, number + 10):
            sock.write(b"L%05d\n" % one)
        if number + 10 < count:
            pynet.set_immediate(listener, number + 10)

    threads = [threading.Thread(target=writer, args=(name,)) for name in (b"A", b"B")]
    for thread in threads:
        thread.start()
    start.wait()
    pynet.next_tick(listener, 0)
    for thread in threads:
        thread.join()
    assert reader.has(count * 3 * 7)
    lines = bytes(reader.data).decode().split()
    for name in "ABL":
        assert [line for line in lines if line[0] == name] == [f"{name}{number:05}" for number in range(count)]
