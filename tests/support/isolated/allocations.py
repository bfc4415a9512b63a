"""Calls of which each allocation fails once: the cases of tests/stress/test_stress_allocations.py.

    python -m isolated.allocations COUNT [NAME ...]      (with failing_malloc.c preloaded)
    python -m isolated.allocations ticks [NAME ...]      (the same: see that class)
    python -m isolated.allocations descriptors|collections [NAME ...]     (without it: see those classes)

A case runs again and again: the first allocation fails, then the second, until none fails any more. What is wrong is
printed, a line for each case.
"""

from __future__ import annotations

import ctypes
import faulthandler
import gc
import importlib.util
import os
import resource
import sys
import tempfile
import time
import weakref
from functools import partial

import isolated.allocation_refusals
import isolated.allocation_scenes
import isolated.allocation_secure  # noqa: F401  they fill SCENES
import pynet
from isolated.allocation_calls import CALLS, CHANGES
from isolated.allocation_stage import SCENES, Scene, clean
from isolated.memory import COUNTED, out_of_memory, read_stderr, run_one

HANG = 10  # seconds for one run
MOST = 20_000  # runs of one case
STDERR = os.dup(2)  # a scene has a file in its place: what Python prints when memory has run out


class Descriptors:
    """In the place of failing_malloc.c: no descriptor is free after some more."""

    MOST = 6
    # A server that finds no descriptor tries again after 100 ms: a few scenes.
    NAMES = ("echo unix", "by_name", "several_addresses", "listens_on_a_name", "listens_on_a_descriptor")
    NAMES += ("listens_on_a_bound_path", "detached tcp", "shuts_down tcp")

    def __init__(self):
        self.soft, self.hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self.left = 0

    def failing_setup(self) -> int:
        Scene.complete = False
        return 1

    def failing_arm(self, first, count) -> None:
        self.left = max(0, self.MOST - first.value)
        used = os.dup(STDERR)
        os.close(used)
        resource.setrlimit(resource.RLIMIT_NOFILE, (used + first.value - 1, self.hard))

    def failing_disarm(self) -> int:
        resource.setrlimit(resource.RLIMIT_NOFILE, (self.soft, self.hard))
        return self.left


class Collections:
    """In the place of failing_malloc.c: nothing fails, but each object that is made runs a garbage collection."""

    def failing_setup(self) -> int:
        return 1

    def failing_arm(self, first, count) -> None:
        gc.set_threshold(1, 1, 1)

    def failing_disarm(self) -> int:
        gc.set_threshold(700, 10, 10)
        return 0


class Ticks:
    """Before the nth call of pynet, or after one of Python, the queue of ticks is full and cannot grow."""

    ENTRIES = 64 * 3 * ctypes.sizeof(ctypes.c_void_p)  # the queue has room for 64 entries, or 128, 256, ...

    def __init__(self):
        self.lib = ctypes.CDLL(None)
        self.lib.failing_disarm.restype = ctypes.c_long
        self.left = 0
        self.full = False

    def failing_setup(self) -> int:
        return self.lib.failing_setup()

    def failing_arm(self, first, count) -> None:
        self.left, self.full = first.value, False
        sys.setprofile(self.look)

    def failing_disarm(self) -> int:
        sys.setprofile(None)
        self.lib.failing_disarm()
        return int(self.full)

    def look(self, frame, event, what) -> None:
        if event == "return" or (event == "c_call" and self.is_ours(what.__self__)):
            self.left -= 1
            if self.left == 0:
                sys.setprofile(None)
                self.fill()

    def is_ours(self, owner) -> bool:
        return owner is pynet._pynet or isinstance(owner, (pynet.EventEmitter, pynet.AbortController, pynet.Timeout))

    def fill(self) -> None:
        self.full = True
        self.lib.failing_arm_sized(ctypes.c_size_t(self.ENTRIES))
        try:
            for _ in range(1000):
                pynet.next_tick(len, ())
        except MemoryError:
            return
        raise AssertionError("the queue has grown")


MODES = {"descriptors": Descriptors, "collections": Collections, "ticks": Ticks}
MODE = sys.argv[1] if len(sys.argv) > 1 else ""
LIB = MODES[MODE]() if MODE in MODES else ctypes.CDLL(None)
if MODE not in MODES:
    LIB.failing_disarm.restype = ctypes.c_long


class Attempt:
    """Calls a function with one allocation failing, or several in a row."""

    def __init__(self, first: int, count: int):
        self.first, self.count = ctypes.c_long(first), ctypes.c_long(count)
        self.failed = 0

    def __call__(self, function, *args):
        """What it returned, and None; or None, and the MemoryError."""
        gc.collect()  # the free lists are empty
        LIB.failing_arm(self.first, self.count)
        try:
            value, error = function(*args), None
        except Exception as raised:
            value, error = None, raised
        finally:
            self.failed += LIB.failing_disarm()
        if error is not None and not out_of_memory(error):
            raise error
        return value, error


def shown(call):
    """What a call returns or raises, to compare."""
    try:
        return repr(call())
    except Exception as error:
        if out_of_memory(error):
            raise
        return f"{type(error).__name__} {getattr(error, 'code', None)} {error}".split("; did you mean")[0]


def call_again(attempt: Attempt, call) -> None:
    """A call without side effects: MemoryError, or what it gives else."""
    expected = shown(call)
    got, error = attempt(shown, call)
    # Without memory, a message may lack its hint.
    assert error is not None or expected.startswith(got), f"{got} instead of {expected}"
    assert shown(call) == expected, "it has changed something"


def change_again(attempt: Attempt, make, change, state) -> None:
    """A call that changes something: it does so, or raises MemoryError and has changed nothing."""
    thing = make()
    before = state(thing)
    _, error = attempt(change, thing)
    if error is not None:
        assert state(thing) == before, f"after a MemoryError {state(thing)} instead of {before}"
        change(thing)
    other = make()
    change(other)
    assert state(thing) == state(other), f"{state(thing)} instead of {state(other)}"


def sweep(run, count: int) -> int:
    """Runs with the first allocation failing, the second, and so on; how many runs there were."""
    for first in range(1, MOST, 1 if count <= 1 else 3):
        attempt = Attempt(first, count)
        faulthandler.dump_traceback_later(HANG, exit=True, file=STDERR)
        try:
            run(attempt)
        except BaseException as error:
            error.add_note(f"allocation {first}")
            raise
        finally:
            faulthandler.cancel_dump_traceback_later()
        if attempt.failed == 0:
            return first
    raise AssertionError("it never ends")


def perform(make, attempt: Attempt) -> None:
    """A scene: it must be played to its end, or a MemoryError must come out; nothing stays open."""
    os.ftruncate(2, 0)
    gc.collect()
    wrong, failed = run_one((), attempt.first.value, attempt.count.value, make, LIB)
    attempt.failed += failed
    assert not wrong, f"{wrong} {read_stderr()}"


def import_again(attempt: Attempt) -> None:
    """The module once more: an import that fails leaves nothing behind."""
    spec = importlib.util.spec_from_file_location("pynet._pynet", pynet._pynet.__file__)
    module = importlib.util.module_from_spec(spec)
    _, error = attempt(spec.loader.exec_module, module)
    if error is None:
        assert sorted(vars(module)) == sorted(vars(pynet._pynet))
        assert module.is_ip("::1") == 6
    else:
        module = weakref.ref(module)
        del error
        gc.collect()
        assert module() is None or attempt.count.value > 1  # more failures: atexit keeps the module


def make_loop(attempt: Attempt) -> None:
    """The first call that needs the loop makes it."""
    timer, error = attempt(pynet.set_timeout, print, 1e6)
    if error is None:
        timer.close()
    assert pynet._pynet._counts()["turns"] == 0 or error is None


def grow_queues(attempt: Attempt) -> None:
    """More of each than the queues have had room for. They keep the room: so this comes before other cases."""
    made: list = []

    def fill():
        made.extend(pynet.set_timeout(len, 1e6) for _ in range(18))
        made.extend(pynet.set_immediate(len, ()) for _ in range(66))
        for _ in range(34):
            pynet.next_tick(len, ())

    def main():
        attempt(fill)
        for one in made:
            (pynet.clear_immediate if isinstance(one, pynet.Immediate) else pynet.clear_timeout)(one)

    pynet.run(main)


def cases():
    yield "loop", make_loop
    if MODE == "ticks":
        yield from ((name, partial(perform, make)) for name, make in SCENES.items())
        return
    if MODE not in MODES:
        yield "queues", grow_queues
    if MODE == "descriptors":
        yield from ((name, partial(perform, SCENES[name])) for name in Descriptors.NAMES)
        return
    yield "import", import_again
    for name, make in SCENES.items():
        yield name, lambda attempt, make=make: perform(make, attempt)
    for name, call in CALLS.items():
        yield name, lambda attempt, call=call: call_again(attempt, call)
    for name, parts in CHANGES.items():
        yield name, lambda attempt, parts=parts: change_again(attempt, *parts)


def open_now() -> dict[str, int]:
    return {name: n for name, n in pynet._pynet._counts().items() if name in COUNTED}


def main(count: int, names: list[str]) -> None:
    faulthandler.enable(STDERR)
    assert LIB.failing_setup() >= 1, "pynet's code was not found"
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 2)
    gc.freeze()
    runs = 0
    before = open_now()
    for name, run in cases():
        if names and not any(part in name for part in names):
            continue
        began = time.monotonic()
        try:
            done = sweep(run, count)
        except Exception as error:
            notes = getattr(error, "__notes__", "")
            print(f"{name}: {error!r}"[:1000], notes, flush=True)
            del error
        else:
            runs += done
            if names:
                os.write(STDERR, f"{name}: {done} runs, {time.monotonic() - began:.2f} s\n".encode())
        gc.collect()
        faulthandler.dump_traceback_later(HANG, exit=True, file=STDERR)
        pynet.run()  # the ticks of what the calls have begun
        faulthandler.cancel_dump_traceback_later()
        if open_now() != before:
            print(f"{name}: left {open_now()}, before {before}")
            before = open_now()
    os.dup2(STDERR, 2)
    clean()
    print(f"runs: {runs}", file=sys.stderr)


if __name__ == "__main__":
    main(0 if MODE in MODES else int(MODE), sys.argv[2:])
