"""References: what is made, connected and closed many times leaves nothing behind."""

import gc
import sys
import threading
import weakref

import pytest

import pynet
from helpers import on_loop, wait_until
from isolated.tools import raw_connect


def objects():
    counts = pynet._pynet._counts()
    return counts["sockets"], counts["servers"]


def settle(expected):
    """Collects until there are no more live sockets and servers than expected."""

    def there():
        gc.collect()
        return all(now <= then for now, then in zip(objects(), expected, strict=True))

    return wait_until(there)


def settled():
    """The numbers of live sockets and servers, without the garbage of other tests."""
    for _ in range(3):
        on_loop(gc.collect)
        gc.collect()
    return objects()


def grows_by(work, rounds):
    """How many objects the collector knows more after the rounds, when the first ones have warmed everything up."""
    for _ in range(5):
        work()
    on_loop(gc.collect)
    before = len(gc.get_objects())
    for _ in range(rounds):
        work()
    on_loop(gc.collect)
    return len(gc.get_objects()) - before


def conversation(where):
    """A client and a server with closures over each other exchange a message and close."""
    over = threading.Event()

    def on_connection(sock):
        sock.on("data", lambda chunk: (sock.write(chunk), sock.end()))
        sock.on("close", lambda had: (sock, server.close()))

    server = pynet.create_server(on_connection)
    server.on("close", over.set)
    server.listen(*where)
    address = server.address()
    client = pynet.connect(address if isinstance(address, str) else address.port)
    client.on("data", lambda chunk: client.bytes_read)
    client.on("close", lambda had: (client, server))
    client.write(b"hello", lambda err: client)
    assert over.wait(10)
    assert wait_until(lambda: client.closed)


def test_conversations_with_closures(where):
    start = settled()
    assert grows_by(lambda: conversation(where), 50) < 25
    assert settle(start)


def never_used():
    sock = pynet.Socket()
    sock.on("data", lambda chunk: sock)
    server = pynet.create_server(lambda s: server)
    server.self = server
    sock.server_too = server


def refused():
    over = threading.Event()
    sock = pynet.connect(path="/nonexistent/socket")
    sock.on("error", lambda err: (sock, err))
    sock.on("close", lambda had: over.set())
    sock.write("x", lambda err: (sock, err))
    assert over.wait(10)


def destroyed_while_connecting():
    over = threading.Event()
    server = pynet.create_server(lambda s: s.on("error", print)).listen(0, "127.0.0.1")
    with pynet.turn():
        sock = pynet.connect(server.address().port, "127.0.0.1")
        sock.on("close", lambda had: (sock, over.set()))
        sock.write("x", lambda err: (sock, err))
        sock.end("y", lambda err: sock)
        sock.destroy(ValueError("x"))
        sock.on("error", lambda err: sock)
    server.close()
    assert over.wait(10)


def timers():
    over = threading.Event()
    box = []
    box.append(pynet.set_timeout(lambda *args: (box, over.set()), 1, box))
    box.append(pynet.set_timeout(print, 60_000, box))
    box.append(pynet.set_interval(print, 60_000, box))
    box.append(pynet.set_immediate(print, box))
    for clear, timer in zip((pynet.clear_timeout, pynet.clear_interval, pynet.clear_immediate), box[1:], strict=True):
        clear(timer)
    pynet.next_tick(lambda *args: None, box)
    assert over.wait(10)


def emitters():
    emitter = pynet.EventEmitter()
    emitter.me = emitter
    for _ in range(3):
        emitter.on("x", lambda *args: emitter)
        emitter.once("y", lambda *args: emitter)

    @emitter.on("z")
    def listener():
        return emitter

    emitter.emit("x", emitter)
    emitter.emit("y", emitter)
    emitter.off("z", listener)


def raised_and_run():
    with pytest.raises(LookupError):
        pynet.run(lambda: pynet.next_tick([].pop) and None, on_uncaught=None) or exec("raise LookupError")
    with pytest.raises(ValueError):
        pynet.run(lambda: int("x"))


def turns():
    with pynet.turn(), pynet.turn():
        pynet.next_tick(lambda: None)
    pynet.turn().__enter__()


def wrong_calls():
    sock, server = pynet.Socket(), pynet.create_server()
    for call in (
        lambda: sock.write(1),
        lambda: sock.write(),
        lambda: sock.connect(port="x", host=sock),
        lambda: sock.on("x", 1),
        lambda: sock.set_timeout("x"),
        lambda: server.listen(port=[server]),
        lambda: server.listen(99999),
        lambda: server.close(callback=1),
        lambda: pynet.create_server({"high_water_mark": "x"}),
        lambda: pynet.Socket(nonsense=[sock]),
        lambda: pynet.run(1),
        lambda: pynet.set_timeout(1),
    ):
        with pytest.raises((TypeError, ValueError)):
            call()


@pytest.mark.parametrize(
    "work", [never_used, refused, destroyed_while_connecting, timers, emitters, raised_and_run, turns, wrong_calls]
)
def test_nothing_is_left(work):
    start = settled()
    assert grows_by(work, 60) < 30
    assert settle(start)


def test_listeners_and_arguments_are_released(pair):
    p = pair()
    client = p.client
    marker = type("Marker", (), {})()

    def listener(chunk, keep=marker):
        pass

    before = sys.getrefcount(listener)
    client.set_max_listeners(0)
    for _ in range(100):
        client.on("data", listener)
        client.once("data", listener)
    client.remove_all_listeners("data")
    assert sys.getrefcount(listener) == before
    client.pause()
    client.on("data", listener)
    gone = weakref.ref(marker)
    p.close()
    assert wait_until(lambda: client.closed)
    client.remove_all_listeners()
    del marker, listener
    assert wait_until(lambda: gc.collect() >= 0 and gone() is None)


def test_written_buffers_are_released(pair):
    p = pair()
    p.peer.resume()
    data, view = bytes(200_000), bytearray(200_000)
    before = sys.getrefcount(data)
    for _ in range(20):
        p.client.write(data)
        p.client.write(view)
    p.client.end()
    assert wait_until(lambda: p.peer.bytes_read == 20 * 400_000)
    assert wait_until(lambda: sys.getrefcount(data) == before)
    view.extend(b"x")  # nothing holds an export of it


def test_buffers_that_are_never_sent_are_released(server):
    accepted = []
    listening = server(accepted.append)
    with raw_connect(listening):
        assert wait_until(lambda: accepted)
        data, callback = bytes(20_000_000), lambda err: None
        before = sys.getrefcount(data), sys.getrefcount(callback)
        for _ in range(3):
            accepted[0].write(data, callback)
        accepted[0].destroy()
        assert wait_until(lambda: accepted[0].closed)
        assert wait_until(lambda: (sys.getrefcount(data), sys.getrefcount(callback)) == before)


def test_a_connection_lives_without_its_object_and_goes_with_its_end(server):
    start = settled()
    listening = server(lambda sock: sock.on("data", sock.write) and None)
    with raw_connect(listening) as raw:
        raw.sendall(b"x")
        assert raw.recv(1) == b"x"
        gc.collect()
        raw.sendall(b"y")
        assert raw.recv(1) == b"y"
    assert settle((start[0], start[1] + 1))


def test_a_listening_server_lives_without_its_object(where):
    start = settled()
    server = pynet.create_server(lambda sock: (sock.end("x"), sock.server.close())).listen(*where)
    address = server.address()
    del server
    gc.collect()
    client = pynet.connect(address if isinstance(address, str) else address.port)
    got = []
    client.on("data", got.append)
    assert wait_until(lambda: client.closed)
    assert got == [b"x"]
    client = None
    assert settle(start)


def test_constants_keep_their_reference_counts(where):
    """None, True and the shared bytes are borrowed and returned in equal parts."""
    for _ in range(3):
        conversation(where)
    watched = [None, True, False, b"", (), pynet.Socket, pynet.Server, pynet.AddressInfo]
    before = [sys.getrefcount(thing) for thing in watched]
    for _ in range(100):
        conversation(where)
    gc.collect()
    after = [sys.getrefcount(thing) for thing in watched]
    drift = [(thing, b, a) for thing, b, a in zip(watched, before, after, strict=True) if abs(a - b) >= 50]
    assert drift == []


def test_long_chains_are_freed_without_deep_recursion(script):
    done = script("""
        import gc, time, pynet

        socks = [pynet.Socket() for _ in range(200_000)]
        with pynet.turn():
            for source, destination in zip(socks, socks[1:]):
                source.pipe(destination)
        done = []
        pynet.next_tick(done.append, 1)
        while not done:
            time.sleep(0.001)
        gc.disable()
        head = socks[0]
        socks.clear()
        del source, destination, head
        emitter = pynet.EventEmitter()
        for _ in range(200_000):
            outer = pynet.EventEmitter()
            outer.on("x", emitter.on("y"))
            emitter = outer
        del outer, emitter
        print(pynet._pynet._counts()["sockets"])
    """)
    assert (done.returncode, done.stdout) == (0, "0\n")
