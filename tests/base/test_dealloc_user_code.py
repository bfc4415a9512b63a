"""User code that runs while an object is freed: weakref callbacks, and finalizers of what the object owned.

Each C type is freed in each way that it allows, and the code calls all that it can still reach of the dying object. The
sanitizers show what goes wrong: make asan PYTEST_ARGS=tests/base/test_dealloc_user_code.py
"""

import asyncio
import contextlib
import functools
import gc
import ssl
import threading
import warnings
import weakref

import pytest

import pynet
from dealloc import DEPTHS, Destination, OnDelete, bury, let_the_loop_turn, nothing
from helpers import on_loop, wait_until
from pynet import _pynet
from pynet._private import inside


def types_of_the_module():
    """The C types by their names, those too that no name of the module leads to."""
    types = [t for t in gc.get_referents(_pynet) if isinstance(t, type)]
    return {t.__name__: t for t in types if any(r is _pynet for r in gc.get_referents(t))}


TYPES = types_of_the_module()
NO_USER_CODE = {"Turn", "IntervalHistogram"}  # they own nothing, and take neither attributes nor weak references
MAKERS = {}


class Scene:
    """What user code can still reach while an object is freed, and how often that code has run."""

    def __init__(self, tmp_path):
        self.tmp_path = tmp_path
        self.calls = []
        self.watched = []
        self.runs = 0
        self.running = True  # nothing is to run before the object is freed

    def reach(self, *calls):
        self.calls.extend(calls)

    def start(self):
        self.running = False

    def run(self, *args):
        if self.running:
            return
        self.running = True
        self.runs += 1
        for call in self.calls:
            with contextlib.suppress(Exception):
                call()
        gc.collect()
        if not inside():
            let_the_loop_turn()
        self.running = False

    def on_delete(self):
        """A value whose finalizer is that code."""
        return OnDelete(self.run)

    def listener(self):
        return functools.partial(nothing, self.on_delete())

    def watch(self, obj):
        """The code is a weakref callback of this object as well."""
        self.watched.append(weakref.ref(obj, self.run))
        return obj

    def signal(self):
        """A signal that nothing else holds; its source can still be aborted."""
        controller = pynet.AbortController()
        self.reach(controller.abort)
        return self.watch(pynet.AbortSignal.any([controller.signal]))

    def listen(self, emitter):
        """Listeners of all kinds, with finalizers; the wrappers can still be called."""
        emitter.on("error", self.listener())
        for event in ("x", "close", "error"):
            emitter.once(event, self.listener())
            emitter.prepend_once_listener(event, self.listener())
            self.reach(*emitter.raw_listeners(event))
        emitter.on("y", self.listener())
        return emitter


def makes(name, variant):
    def add(function):
        MAKERS[f"{name}-{variant}"] = (TYPES[name], function)
        return function

    return add


def closed(emitter, act):
    """Waits until the `close` that this brings is over, and the loop holds the emitter no more."""
    over = threading.Event()
    emitter.on("close", lambda *args: over.set())
    act()
    assert over.wait(5)
    let_the_loop_turn()
    return emitter


@makes("EventEmitter", "listeners")
def make_emitter(scene, cls):
    return scene.listen(cls())


@makes("OnceListener", "removed")
def make_once_listener(scene, cls):
    emitter = pynet.EventEmitter()
    emitter.once("x", scene.listener())
    [wrapper] = emitter.raw_listeners("x")
    emitter.off("x", wrapper)
    scene.reach(functools.partial(emitter.emit, "x"), emitter.remove_all_listeners)
    return wrapper


@makes("OnceListener", "of a dead emitter")
def make_orphaned_once_listener(scene, cls):
    emitter = pynet.EventEmitter()
    emitter.once("x", scene.listener())
    return emitter.raw_listeners("x")[0]


@makes("ListenerDecorator", "the last reference to its emitter")
def make_decorator(scene, cls):
    emitter = scene.listen(pynet.EventEmitter())
    emitter.value = scene.on_delete()
    return emitter.once("x")


@makes("Socket", "never connected")
def make_socket(scene, cls):
    onread = {"buffer": bytearray(8), "callback": scene.listener()}
    sock = cls(signal=scene.signal(), block_list=pynet.BlockList(), onread=onread)
    sock.set_timeout(1, scene.listener())
    return scene.listen(sock)


@makes("Socket", "over a bound socket")
def make_bound_client(scene, cls):
    sock = cls(handle=pynet.BoundSocket(path=str(scene.tmp_path / "bound.sock")), signal=scene.signal())
    sock.set_timeout(1)
    return scene.listen(sock)


@makes("Socket", "connected")
def make_connected_socket(scene, cls):
    peers = []
    server = pynet.create_server(peers.append).listen(str(scene.tmp_path / "s.sock"))
    sock = cls()
    connected = threading.Event()
    sock.connect(server.address(), connected.set)
    assert connected.wait(5)
    scene.listen(sock).on("data", scene.listener())
    sock.set_timeout(60_000, scene.listener())
    sock.cork()
    sock.write(b"x", scene.listener())
    sock.unshift(b"y")
    closed(sock, sock.destroy)
    server.shutdown(0).result(5)
    return sock


@makes("Socket", "accepted")
def make_accepted_socket(scene, cls):
    peers, accepted = [], threading.Event()
    server = scene.listen(pynet.create_server(peers.append))
    server.on("connection", lambda sock: accepted.set())
    server.listen(str(scene.tmp_path / "s.sock"))
    client = pynet.connect(server.address())
    assert accepted.wait(5)
    sock = scene.listen(peers.pop())
    closed(sock, sock.destroy)
    closed(client, client.destroy)
    server.shutdown(0).result(5)
    return sock


@makes("Socket", "destroyed with an error")
def make_failed_socket(scene, cls):
    sock = scene.listen(cls())
    error = OSError("why")
    error.value = scene.on_delete()
    return closed(sock, functools.partial(sock.destroy, error))


@makes("Socket", "with an error that was not heard")
def make_socket_with_late_error(scene, cls):
    sock = scene.listen(cls())
    sock.remove_all_listeners()
    error = OSError("why")
    error.value = scene.on_delete()
    old = pynet.set_uncaught_handler(lambda error, emitter: None)
    try:
        return closed(sock, functools.partial(sock.destroy, error))
    finally:
        pynet.set_uncaught_handler(old)


class PlainDestination:
    """A destination of pipes that has a write() and nothing else."""

    def write(self, chunk):
        return False


def pipe_to_all(scene, source):
    """Pipes to a socket, to an emitter and to an object; each can still be called, closed and drained."""
    for dest in (pynet.Socket(), Destination(), PlainDestination()):
        dest.value = scene.on_delete()
        source.pipe(dest)
        if not isinstance(dest, PlainDestination):
            dest.on("error", nothing)
            scene.reach(*(functools.partial(dest.emit, event, None) for event in ("drain", "finish", "close")))
    for pipe in source.listeners("data"):
        scene.reach(functools.partial(pipe, b"x"), functools.partial(pipe, "x"))
    source.on("error", nothing)
    let_the_loop_turn()
    return source


@makes("Socket", "with pipes")
def make_source(scene, cls):
    return pipe_to_all(scene, cls(signal=scene.signal()))


@makes("Socket", "with pipes that are no listeners")
def make_source_without_listeners(scene, cls):
    source = pipe_to_all(scene, cls(signal=scene.signal()))
    source.remove_all_listeners("data")
    return source


@makes("Socket", "with pipes both ways")
def make_both_ends(scene, cls):
    sock, other = pipe_to_all(scene, scene.listen(cls())), scene.listen(pynet.Socket())
    other.value = scene.on_delete()
    sock.pipe(other)
    other.pipe(sock)
    let_the_loop_turn()
    return sock


@makes("Pipe", "the last reference to its destination")
def make_pipe(scene, cls):
    source, dest = pynet.Socket(), scene.watch(scene.listen(Destination()))
    source.pipe(dest)
    [pipe] = source.listeners("data")
    source.unpipe()
    scene.reach(source.unpipe, functools.partial(source.emit, "data", b"x"), source.destroy)
    let_the_loop_turn()
    return pipe


@makes("LookupCallback", "the last reference to its socket")
def make_lookup_callback(scene, cls):
    callbacks = []
    sock = scene.listen(pynet.Socket())
    sock.connect(port=1, host="some.name", lookup=lambda host, options, callback: callbacks.append(callback))
    closed(sock, sock.destroy)
    return callbacks.pop()


@makes("_TLS", "the last reference to its filter")
def make_tls(scene, cls):
    socket, callbacks = scene.listen(pynet.Socket()), []
    socket.connect(
        port=1, host="some.name", lookup=lambda *args: callbacks.append(args), ssl=ssl.create_default_context()
    )
    socket.ssl_object.mine = scene.on_delete()
    [tls] = [each for each in gc.get_referents(socket) if type(each) is cls]
    closed(socket, socket.destroy)
    return tls


@makes("Server", "never listened")
def make_server(scene, cls):
    server = scene.listen(cls(block_list=pynet.BlockList()))
    server.max_connections = OwningInt(3)
    server.max_connections.value = scene.on_delete()
    return server


class OwningInt(int):
    """A number with a dict."""


@makes("Server", "failed to listen")
def make_failed_server(scene, cls):
    """It still follows its signal."""
    server = scene.listen(cls())
    failed = threading.Event()
    server.on("error", lambda error: failed.set())
    server.listen(str(scene.tmp_path / "none" / "s.sock"), signal=scene.signal())
    assert failed.wait(5)
    let_the_loop_turn()
    return server


@makes("Server", "closed")
def make_closed_server(scene, cls):
    server = scene.listen(cls())
    server.listen(0, "127.0.0.1", signal=scene.signal())
    future = server.shutdown(0)
    future.value = scene.on_delete()
    future.result(5)
    let_the_loop_turn()
    return server


@makes("Timeout", "cleared")
def make_timeout(scene, cls):
    timer = pynet.set_timeout(scene.listener(), 60_000, scene.on_delete())
    pynet.clear_timeout(timer)
    return timer


@makes("Timeout", "fired")
def make_fired_timeout(scene, cls):
    timer = pynet.set_timeout(scene.listener(), 1, scene.on_delete())
    let_the_loop_turn()
    return timer


@makes("Immediate", "cleared")
def make_immediate(scene, cls):
    def set_and_clear():
        immediate = pynet.set_immediate(scene.listener(), scene.on_delete())
        scene.start()
        pynet.clear_immediate(immediate)  # frees what it owns
        return immediate

    return on_loop(set_and_clear)  # in the loop it cannot run before it is cleared


@makes("Drive", "attached")
def make_drive(scene, cls):
    drive = pynet.embed(scene.listener(), host=scene.on_delete(), uncaught=scene.listener())
    scene.reach(_pynet._attached, pynet.embed)
    return drive


@makes("Drive", "closed")
def make_closed_drive(scene, cls):
    drive = pynet.embed(host=scene.on_delete())
    drive.close()
    return drive


def with_asyncio(function):
    """What the function returns on a thread where an asyncio loop runs."""

    async def call():
        return function()

    return asyncio.run(call())


@makes("AwaitableCall", "ended")
def make_call(scene, cls):
    socket = pynet.Socket()
    socket.mine = scene.on_delete()
    call = with_asyncio(lambda: socket.read_until(b"x" * 100))
    call.close()
    return call


@makes("AwaitableCall", "never awaited")
def make_call_that_is_not_awaited(scene, cls):
    warnings.simplefilter("always")
    warnings.showwarning = scene.run  # unclosed_bound_sockets() restores it
    socket = pynet.Socket()
    socket.mine = scene.on_delete()
    return with_asyncio(lambda: socket.read_exactly(1))


@makes("SocketAddress", "IPv4")
def make_address(scene, cls):
    return cls("127.0.0.1", 80)


@makes("BlockList", "rules")
def make_block_list(scene, cls):
    return cls(["10.0.0.0/8", "::1"])


@makes("AbortSignal", "of a controller")
def make_signal(scene, cls):
    signal = pynet.AbortController().signal
    signal.onabort = scene.listener()
    signal.add_event_listener("abort", scene.listener())
    return signal


@makes("AbortSignal", "aborted")
def make_aborted_signal(scene, cls):
    return cls.abort(scene.on_delete())


@makes("AbortSignal", "any")
def make_any_signal(scene, cls):
    controllers = [pynet.AbortController() for _ in range(3)]
    scene.reach(*(controller.abort for controller in controllers))
    return cls.any([controller.signal for controller in controllers] + [cls.timeout(60_000)])


@makes("AbortSignal", "timeout")
def make_timeout_signal(scene, cls):
    return cls.timeout(1)


@makes("AbortController", "listeners")
def make_controller(scene, cls):
    controller = cls()
    scene.watch(controller.signal).add_event_listener("abort", scene.listener())
    return controller


@makes("AbortController", "reason")
def make_controller_with_reason(scene, cls):
    controller = cls()
    controller.abort(scene.on_delete())
    return controller


@makes("BoundSocket", "open")
def make_bound(scene, cls):
    return cls(path=str(scene.tmp_path / "b.sock"))


@makes("BoundSocket", "closed")
def make_closed_bound(scene, cls):
    bound = cls(host="127.0.0.1")
    bound.close()
    return bound


@makes("NetError", "attributes")
def make_error(scene, cls):
    error = cls("why")
    error.value = scene.on_delete()
    return error


@makes("AggregateError", "attributes")
def make_aggregate_error(scene, cls):
    error = cls("why")
    error.errors = [scene.on_delete()]
    return error


# --- ways ---

SUBCLASSABLE = 1 << 10  # Py_TPFLAGS_BASETYPE
OWNS_NOTHING = ("SocketAddress", "BlockList", "BoundSocket", "AbortSignal-any", "AbortSignal-timeout")


def ways_of(name):
    """How user code can be made to run when such an object is freed."""
    cls, _ = MAKERS[name]
    subclass = cls.__flags__ & SUBCLASSABLE
    if not name.startswith(OWNS_NOTHING):
        yield "members"
    if cls.__weakrefoffset__ or subclass:
        yield from ("weakref callback", "weakref.finalize", "postponed")
    if cls.__dictoffset__ or subclass:
        yield from ("instance dict", "cycle")
    if subclass:
        yield from ("__del__", "__slots__")


def class_for(cls, way, scene):
    if not cls.__flags__ & SUBCLASSABLE:
        return cls
    if way == "__del__":
        return type("Deleted", (cls,), {"__del__": lambda self: scene.run()})
    if way == "__slots__":
        return type("Slotted", (cls,), {"__slots__": ("slot",)})
    return cls if cls.__dictoffset__ and cls.__weakrefoffset__ else type("Sub", (cls,), {})


def prepare(victim, way, scene):
    if way == "weakref callback":
        scene.watch(victim)
    elif way == "weakref.finalize":
        weakref.finalize(victim, scene.run)
    elif way == "instance dict":
        victim.value = scene.on_delete()
    elif way == "cycle":
        victim.value = [victim, scene.on_delete()]
    elif way == "__slots__":
        victim.slot = scene.on_delete()


@pytest.fixture
def scene(tmp_path):
    scene = Scene(tmp_path)
    yield scene
    scene.calls.clear()
    gc.collect()
    let_the_loop_turn()


@pytest.fixture(autouse=True)
def unclosed_bound_sockets():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@pytest.mark.parametrize(
    ("name", "way"), [(name, way) for name in MAKERS for way in ways_of(name) if way != "postponed"]
)
def test_user_code_in_the_deallocation(name, way, scene):
    cls, make = MAKERS[name]
    victim = make(scene, class_for(cls, way, scene))
    assert isinstance(victim, cls)
    prepare(victim, way, scene)
    ref = weakref.ref(victim) if type(victim).__weakrefoffset__ else lambda: None
    scene.start()
    del victim
    gc.collect()
    assert wait_until(lambda: ref() is None)  # __del__ may have given it to the loop, for a while
    assert scene.runs > 0
    scene.run()  # what it has left behind


@pytest.mark.parametrize("name", [name for name in MAKERS if "postponed" in ways_of(name)])
def test_user_code_while_the_deallocation_is_postponed(name, scene):
    cls, make = MAKERS[name]
    for depth in DEPTHS:
        with contextlib.suppress(FileNotFoundError):
            (scene.tmp_path / "b.sock").unlink()
        victims = [make(scene, class_for(cls, "postponed", scene))]
        runs = scene.runs
        scene.start()
        bury(depth, victims.pop(), scene.run)
        assert scene.runs > runs
        scene.calls.clear()
        scene.running = True


def test_no_type_is_missing():
    """A new type needs an entry here: what it owns, and what can still reach it while it is freed."""
    made = {name.partition("-")[0] for name in MAKERS}
    assert made | NO_USER_CODE == set(TYPES)
