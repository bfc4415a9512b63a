"""What borrows an object that is being freed: once() wrappers, pipes, abort signals, timers of the loop.

User code can use each of them in that moment; test_dealloc_user_code.py does so for all types. The sanitizers show
whether one makes a new reference to the dying object: make asan PYTEST_ARGS=tests/base/test_dealloc_borrowed.py
"""

import functools
import gc
import threading
import weakref

import pynet
from dealloc import DEPTHS, Destination, OnDelete, bury, disposable, let_the_loop_turn, nothing


class Slotted(pynet.EventEmitter):
    """CPython releases __slots__ before it calls the base's tp_dealloc."""

    __slots__ = ("value",)


class SlottedSocket(pynet.Socket):
    __slots__ = ("value",)


class SlottedServer(pynet.Server):
    __slots__ = ("value",)


def test_once_wrapper_called_by_a_weakref_callback_of_its_emitter():
    calls = []
    emitter = pynet.EventEmitter()
    emitter.once("x", calls.append)
    [wrapper] = emitter.raw_listeners("x")
    ref = weakref.ref(emitter, lambda ref: wrapper(1))
    del emitter
    assert ref() is None
    assert calls == [1]


def test_once_wrapper_called_by_a_finalizer_in_the_dict_of_its_emitter():
    calls = []
    emitter = pynet.EventEmitter()
    emitter.once("x", calls.append)
    [wrapper] = emitter.raw_listeners("x")
    emitter.value = OnDelete(lambda: wrapper(1))
    del emitter
    assert calls == [1]


def test_once_wrapper_called_by_a_finalizer_in_a_slot_of_its_emitter():
    calls = []
    emitter = Slotted()
    emitter.once("x", calls.append)
    [wrapper] = emitter.raw_listeners("x")
    emitter.value = OnDelete(lambda: wrapper(1))
    del emitter
    assert calls == [1]


def test_once_wrapper_called_by_a_weakref_callback_of_its_socket():
    calls = []
    sock = pynet.Socket()
    sock.once("x", calls.append)
    [wrapper] = sock.raw_listeners("x")
    ref = weakref.ref(sock, lambda ref: wrapper(1))
    del sock
    assert ref() is None
    assert calls == [1]


def test_once_wrapper_called_by_a_weakref_callback_of_its_server():
    calls = []
    server = pynet.Server()
    server.once("x", calls.append)
    [wrapper] = server.raw_listeners("x")
    ref = weakref.ref(server, lambda ref: wrapper(1))
    del server
    assert ref() is None
    assert calls == [1]


def test_once_wrapper_called_by_a_finalizer_of_the_error_of_its_socket():
    calls = []
    closed = threading.Event()
    error = OSError("why")
    sock = pynet.Socket()
    sock.on("error", nothing)
    sock.on("close", lambda had_error: closed.set())
    sock.once("x", calls.append)
    [wrapper] = sock.raw_listeners("x")
    error.value = OnDelete(lambda: wrapper(1))
    ref = weakref.ref(sock)
    sock.destroy(error)
    assert closed.wait(5)
    let_the_loop_turn()
    del error, sock
    assert ref() is None
    assert calls == [1]


def test_once_wrapper_called_while_the_end_of_its_emitter_is_postponed():
    calls = []
    for depth in DEPTHS:
        emitters = [pynet.EventEmitter()]
        emitters[0].once("x", calls.append)
        [wrapper] = emitters[0].raw_listeners("x")
        bury(depth, emitters.pop(), functools.partial(wrapper, depth))
    assert calls == list(DEPTHS)


def test_abort_by_a_finalizer_of_an_any_signal():
    controller = pynet.AbortController()
    signal = pynet.AbortSignal.any([controller.signal])
    weakref.finalize(signal, controller.abort)
    del signal
    assert controller.signal.aborted


def test_abort_while_the_end_of_an_any_signal_is_postponed():
    for depth in DEPTHS:
        controller = pynet.AbortController()
        bury(depth, pynet.AbortSignal.any([controller.signal]), controller.abort)
        assert controller.signal.aborted


def test_destination_closes_while_the_end_of_the_source_is_postponed():
    for depth in DEPTHS:
        dest = Destination()
        sources = [pynet.Socket()]
        sources[0].pipe(dest)
        let_the_loop_turn()
        bury(depth, sources.pop(), functools.partial(dest.emit, "close"))
        assert dest.listeners("close") == []


def test_timeout_signal_that_is_due_while_it_is_freed():
    signal = pynet.AbortSignal.timeout(1)
    ref = weakref.ref(signal, lambda ref: let_the_loop_turn())
    del signal
    assert ref() is None


def test_idle_timer_that_is_due_while_the_signal_of_its_socket_is_freed():
    controller = pynet.AbortController()
    sock = pynet.Socket(signal=controller.signal)
    sock.set_timeout(1)
    ref = weakref.ref(controller.signal, lambda ref: let_the_loop_turn())
    del controller, sock
    assert ref() is None


def test_idle_timer_that_is_due_while_a_slot_of_its_socket_is_released():
    sock = SlottedSocket()
    sock.set_timeout(1)
    ref = weakref.ref(sock)
    sock.value = OnDelete(let_the_loop_turn)
    del sock
    assert ref() is None


def test_abort_by_a_finalizer_in_a_slot_of_a_socket():
    controller = pynet.AbortController()
    sock = SlottedSocket(signal=controller.signal)
    ref = weakref.ref(sock)
    sock.value = OnDelete(controller.abort)
    del sock
    assert ref() is None
    assert controller.signal.aborted


def test_abort_by_a_finalizer_in_a_slot_of_a_server(tmp_path):
    """A server still follows the signal of a listen() that failed."""
    failed = threading.Event()
    controller = pynet.AbortController()
    server = SlottedServer()
    server.on("error", lambda err: failed.set())
    server.listen(str(tmp_path / "none" / "s.sock"), signal=controller.signal)
    assert failed.wait(5)
    let_the_loop_turn()
    ref = weakref.ref(server)
    server.value = OnDelete(controller.abort)
    del server
    assert ref() is None
    assert controller.signal.aborted


def test_destination_closes_in_a_weakref_callback_of_the_source():
    dest = Destination()
    source = pynet.Socket()
    source.pipe(dest)
    ref = weakref.ref(source, lambda ref: dest.emit("close"))
    let_the_loop_turn()
    del source
    assert ref() is None
    assert dest.listeners("close") == []


def test_destination_closes_in_a_weakref_callback_of_the_signal_of_the_source():
    dest = Destination()
    controller = pynet.AbortController()
    source = pynet.Socket(signal=controller.signal)
    source.pipe(dest)
    ref = weakref.ref(controller.signal, lambda ref: dest.emit("close"))
    let_the_loop_turn()
    del controller, source
    assert ref() is None
    assert dest.listeners("close") == []


def test_pipe_called_in_a_weakref_callback_of_the_signal_of_the_source():
    dest = Destination()
    controller = pynet.AbortController()
    source = pynet.Socket(signal=controller.signal)
    source.pipe(dest)
    [pipe] = source.listeners("data")
    ref = weakref.ref(controller.signal, lambda ref: pipe(b"x"))
    let_the_loop_turn()
    del controller, source
    assert ref() is None


def test_pipe_called_in_a_weakref_callback_of_the_source():
    dest = Destination()
    source = pynet.Socket()
    source.pipe(dest)
    [pipe] = source.listeners("data")
    ref = weakref.ref(source, lambda ref: pipe(b"x"))
    let_the_loop_turn()
    del source
    assert ref() is None


def test_pipe_to_a_socket_called_in_a_weakref_callback_of_the_source():
    dest = pynet.Socket()
    dest.on("error", nothing)
    source = pynet.Socket()
    source.pipe(dest)
    [pipe] = source.listeners("data")
    ref = weakref.ref(source, lambda ref: pipe(b"x"))
    let_the_loop_turn()
    del source
    assert ref() is None
    let_the_loop_turn()


def test_second_destination_closes_while_the_first_pipe_is_freed():
    dest = Destination()
    gone = pynet.Socket()
    source = pynet.Socket()
    source.pipe(gone)
    source.pipe(dest)
    source.remove_all_listeners("data")  # else the pipes are freed behind the socket's list of them
    gone.value = OnDelete(lambda: dest.emit("close"))
    ref = weakref.ref(source)
    let_the_loop_turn()
    del gone, source
    assert ref() is None
    assert dest.listeners("close") == []


def test_destination_closes_while_a_slot_of_the_source_is_released():
    dest = Destination()
    source = SlottedSocket()
    source.pipe(dest)
    source.value = OnDelete(lambda: dest.emit("close"))
    ref = weakref.ref(source)
    let_the_loop_turn()
    del source
    assert ref() is None
    assert dest.listeners("close") == []


def test_destination_drains_while_a_slot_of_the_source_is_released():
    dest = Destination()
    dest.writable_need_drain = True
    source = SlottedSocket()
    source.pipe(dest)
    source.value = OnDelete(lambda: dest.emit("drain"))
    ref = weakref.ref(source)
    let_the_loop_turn()
    del source
    assert ref() is None


def test_destination_is_destroyed_while_a_slot_of_the_source_is_released():
    dest = pynet.Socket()
    source = SlottedSocket()
    source.pipe(dest)

    def destroy():
        dest.destroy()
        let_the_loop_turn()

    source.value = OnDelete(destroy)
    ref = weakref.ref(source)
    let_the_loop_turn()
    del source
    assert ref() is None


def test_end_is_told_while_a_slot_of_a_waiting_socket_is_released(tmp_path):
    """The handle of a socket over a BoundSocket does not hold the socket."""
    turn = pynet.turn()
    sock = SlottedSocket(handle=pynet.BoundSocket(path=str(tmp_path / "s.sock")))
    ref = weakref.ref(sock)

    def go_on():
        turn.__exit__(None, None, None)
        let_the_loop_turn()

    turn.__enter__()
    sock.end()
    sock.value = OnDelete(go_on)
    del sock
    assert ref() is None


def test_once_wrapper_cleared_by_a_collection_that_aborts_its_socket():
    """The collection has cleared the wrapper when the abort makes a new reference to the socket."""
    controller = pynet.AbortController()
    last = disposable()
    sock = pynet.Socket(signal=controller.signal)
    sock.once("error", functools.partial(nothing, last))
    [wrapper] = sock.raw_listeners("error")
    holder = [sock]
    del sock
    gc.collect()  # moves the socket behind the wrapper in the collector's list
    [sock] = holder
    sock.value = sock

    def abort(ref):
        controller.abort()
        let_the_loop_turn()

    ref = weakref.ref(last, abort)
    del holder, sock, last, wrapper
    gc.collect()
    assert ref() is None
    assert controller.signal.aborted
