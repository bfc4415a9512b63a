"""What the tests of deallocations share: objects that run user code when they are freed, and places to free them in."""

import sysconfig
import threading
import weakref

import pynet


def nothing(*args):
    pass


def disposable():
    """An object that can be weakly referenced, and that CPython frees at once, however deep: it has no part in garbage
    collection. In a free-threaded CPython only that frees a code object; 3.13 frees a memoryview at once."""
    return memoryview(b"") if sysconfig.get_config_var("Py_GIL_DISABLED") else compile("0", "disposable", "exec")


class OnDelete:
    """Calls a function when it is freed."""

    def __init__(self, function):
        self.function = function

    def __del__(self):
        self.function()


class Destination(pynet.EventEmitter):
    """A destination of pipes that is not a socket and has events."""

    def write(self, chunk):
        return True


def let_the_loop_turn():
    """Waits for a timer that is set now: those that were due before it have fired by then."""
    fired = threading.Event()
    pynet.set_timeout(fired.set, 1)
    assert fired.wait(5)


DEPTHS = range(45, 53)


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
