"""User code that runs while an object is freed: weakref callbacks, and finalizers of what the object owned.

That code can still reach what borrows the dying object: once() wrappers, pipes, abort signals, timers of the loop. The
sanitizers show whether one of these makes a new reference to it: make asan PYTEST_ARGS=tests/test_dealloc_user_code.py
"""

import threading
import weakref

import pynet


def nothing(*args):
    pass


def disposable():
    """An object that can be weakly referenced and has no part in garbage collection: CPython frees it at once."""
    return compile("0", "disposable", "exec")


class OnDelete:
    """Calls a function when it is freed."""

    def __init__(self, function):
        self.function = function

    def __del__(self):
        self.function()


# --- what has crashed ---


def let_the_loop_turn():
    """Waits for a timer that is set now: those that were due before it have fired by then."""
    fired = threading.Event()
    pynet.set_timeout(fired.set, 5)
    assert fired.wait(5)


DEPTHS = range(40, 60)


def bury(depth, victim, function):
    """Frees the last reference to the victim, so deep in nested deallocations, and then calls the function. At one of
    DEPTHS, CPython postpones the deallocation of the victim until after that call."""
    last = disposable()
    ref = weakref.ref(last, lambda ref: function())
    chain = [(last, victim)]  # a tuple drops its last item first
    del last, victim
    for _ in range(depth):
        chain.append((chain.pop(),))
    chain.pop()
    assert ref() is None


class SlottedSocket(pynet.Socket):
    __slots__ = ("value",)


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


def test_timeout_signal_that_is_due_while_it_is_freed():
    signal = pynet.AbortSignal.timeout(1)
    ref = weakref.ref(signal, lambda ref: let_the_loop_turn())
    del signal
    assert ref() is None


class Destination(pynet.EventEmitter):
    """A destination of pipes that is not a socket and has events."""

    def write(self, chunk):
        return True


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
