"""The garbage collector sees what an object holds: gc.get_referents() lists it, gc.get_referrers() leads back."""

import gc
import socket

import pytest

import isolated
import pynet

MAKERS = {}


class Held:
    """Something that nothing else holds."""

    def __call__(self, *args):
        pass


def maker(function):
    MAKERS[function.__name__] = function
    return function


def sockets():
    """Sockets that are not connected and have been given all that a socket can keep."""
    signal, blocked = pynet.AbortController().signal, pynet.BlockList()
    sock = pynet.Socket(signal=signal)
    sock.block_list = blocked
    return sock, [signal, blocked]


@maker
def emitter():
    emitter, name, listener, value = pynet.EventEmitter(), object(), Held(), Held()
    emitter.on(name, listener)
    emitter.value = value
    return emitter, [name, listener, vars(emitter)]


@maker
def once_listener():
    emitter, listener = pynet.EventEmitter(), Held()
    emitter.once(name := object(), listener)
    return emitter.raw_listeners(name)[0], [listener, name]


@maker
def decorator():
    emitter = pynet.EventEmitter()
    return emitter.on(name := object()), [emitter, name]


@maker
def socket_with_options():
    return sockets()


@maker
def socket_with_a_buffer():
    make, callback = Held(), Held()
    return pynet.Socket(onread={"buffer": make, "callback": callback}), [make, callback]


@maker
def socket_with_its_own_buffer():
    buffer, callback = bytearray(5), Held()
    return pynet.Socket(onread={"buffer": buffer, "callback": callback}), [buffer, callback]


@maker
def socket_with_an_error():
    sock = pynet.Socket()
    sock.on("error", lambda error: None)
    sock.destroy(error := OSError("x"))
    return sock, [error]


@maker
def socket_with_waiting_writes():
    here, there = socket.socketpair()
    sock, on_write, on_finish = pynet.Socket(fd=here.detach()), Held(), Held()
    sock.peer = there  # which reads nothing
    sock.write(bytes(1 << 24), on_write)
    sock.end(on_finish)
    waiting = [one for one in gc.get_referents(sock) if type(one) is list]
    assert waiting == [[on_finish]]
    return sock, [on_write, *waiting]


@maker
def server():
    blocked, limit = pynet.BlockList(), 70_000
    server = pynet.Server(block_list=blocked)
    server.max_connections = limit
    return server, [blocked, limit]


@maker
def pipe():
    source, destination = pynet.Socket(), pynet.Socket()
    source.pipe(destination)
    return source.listeners("data")[0], [destination]


@maker
def pipe_to_an_object():
    class Sink:
        def write(self, chunk):
            pass

        def end(self):
            pass

    source, destination = pynet.Socket(), Sink()
    source.pipe(destination)
    return source.listeners("data")[0], [destination]


@maker
def controller():
    controller = pynet.AbortController()
    return controller, [controller.signal]


@maker
def signal():
    listener, handler = Held(), Held()
    signal = pynet.AbortController().signal
    signal.add_event_listener("abort", listener)
    signal.onabort = handler
    return signal, [listener, handler]


@maker
def aborted_signal():
    reason = Held()
    return pynet.AbortSignal.abort(reason), [reason]


@maker
def following_signal():
    source = pynet.AbortController().signal
    follower = pynet.AbortSignal.any([source])
    follower.add_event_listener("abort", Held())
    return follower, [source]


@maker
def followed_signal():
    source = pynet.AbortController().signal
    follower = pynet.AbortSignal.any([source])
    follower.add_event_listener("abort", Held())
    return source, [follower]


@maker
def timeout():
    callback, argument = Held(), Held()
    timer = pynet.set_timeout(callback, 1e6, argument)
    return timer, [callback]


@maker
def immediate():
    callback = Held()
    with pynet.turn():
        immediate = pynet.set_immediate(callback, Held())
        assert callback in gc.get_referents(immediate)
        assert immediate in gc.get_referrers(callback)
    return immediate, []


@maker
def bound_socket():
    bound = pynet.BoundSocket(host="127.0.0.1")
    return bound, [bound.address()]


@maker
def block_list():
    return pynet.BlockList(), []


@maker
def address():
    return pynet.SocketAddress(), []


def end(thing):
    """Nothing stays for the loop to do."""
    for name in ("destroy", "close"):
        if hasattr(thing, name):
            getattr(thing, name)()
            break
    if peer := getattr(thing, "peer", None):  # afterwards: it has not read all, which resets the connection
        peer.close()


@pytest.mark.posix_only("the system takes a big write at once", only="socket_with_waiting_writes")
@pytest.mark.parametrize("name", MAKERS)
def test_referrers_and_referents(name):
    thing, held = MAKERS[name]()
    try:
        seen = gc.get_referents(thing)
        for one in [*held, type(thing)]:
            assert any(one is other for other in seen), f"{one!r} is not seen"
            assert any(thing is other for other in gc.get_referrers(one)), f"{one!r} does not lead back"
    finally:
        end(thing)


def test_what_the_module_holds():
    """Its types, its queues of ticks and immediates, and what is uncaught; in a process without frozen objects."""
    out = isolated.check("""
        import gc, pynet
        from pynet import _pynet

        class Held:
            def __call__(self, *args):
                pass

        def leads_back(one):
            assert any(one is other for other in gc.get_referents(_pynet)), one
            assert any(_pynet is other for other in gc.get_referrers(one)), one

        def main():
            held = Held()
            immediate = pynet.set_immediate(held)
            pynet.next_tick(held)
            leads_back(immediate)
            ticks = [one for one in gc.get_referents(_pynet) if isinstance(one, tuple) and held in one]
            leads_back(*ticks)

        handler = Held()
        pynet.set_uncaught_handler(handler)
        leads_back(handler)
        types = [one for one in gc.get_referents(_pynet) if isinstance(one, type)]
        for one in gc.get_referents(_pynet):
            leads_back(one)
        pynet.run(main)
        print(len(types))
    """)
    assert int(out) > 20
