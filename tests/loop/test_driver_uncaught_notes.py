"""The note of an uncaught exception: which listener or callback raised, or that an `error` had no listener."""

from __future__ import annotations

import functools
import logging
import threading
import traceback

import pytest

import pynet
from helpers import on_loop, wait_until

FILE = "test_driver_uncaught_notes.py"


class Boom(Exception):
    pass


def fails(*args):
    raise Boom


class Object:
    def fails(self, *args):
        raise Boom


def line(function) -> str:
    return f"({FILE}:{function.__code__.co_firstlineno})"


def notes_of(error) -> list[str]:
    return getattr(error, "__notes__", [])


@pytest.fixture
def reported(monkeypatch):
    """What reached threading.excepthook, as its arguments."""
    seen = []
    monkeypatch.setattr(threading, "excepthook", seen.append)
    return seen


def one_report(reported):
    assert wait_until(lambda: reported)
    return reported[0].exc_value


def raised_by_run(main):
    with pytest.raises(Boom) as caught:
        pynet.run(main)
    return caught.value


def test_a_listener_in_the_background(reported):
    sock = pynet.Socket()
    sock.on("close", fails)
    shown = on_loop(lambda: (sock.destroy(), repr(sock))[1])
    assert notes_of(one_report(reported)) == [
        f"in the 'close' listener fails {line(fails)} of {shown}: close gets (had_error)"
    ]


def test_a_listener_with_another_argument_count(reported):
    def on_close():
        pass

    sock = pynet.Socket()
    sock.on("close", on_close).destroy()
    error = one_report(reported)
    assert isinstance(error, TypeError) and error.__traceback__ is None
    assert f"listener on_close {line(on_close)} of <pynet.Socket closed" in notes_of(error)[0]
    assert notes_of(error)[0].endswith(": close gets (had_error)")


def test_the_report_shows_it(reported):
    pynet.Socket().on("close", fails).destroy()
    error = one_report(reported)
    assert notes_of(error)[0] in "".join(traceback.format_exception(error))


def test_a_listener_in_run():
    error = raised_by_run(lambda: pynet.Socket().on("close", fails).destroy() and None)
    assert f"listener fails {line(fails)}" in notes_of(error)[0]


def test_a_listener_whose_exception_is_logged(caplog):
    with caplog.at_level(logging.ERROR, logger="pynet"):
        pynet.run(lambda: pynet.Socket().on("close", fails).destroy() and None, on_uncaught="log")
    assert f"in the 'close' listener fails {line(fails)} of <pynet.Socket" in caplog.text


def test_the_handler_gets_it():
    seen = []
    old = pynet.set_uncaught_handler(lambda exc, emitter: seen.append(exc))
    try:
        pynet.run(lambda: pynet.Socket().on("close", fails).destroy() and None)
    finally:
        pynet.set_uncaught_handler(old)
    assert f"listener fails {line(fails)}" in notes_of(seen[0])[0]


def test_of_several_listeners_the_one_that_raised():
    def good(*args):
        pass

    def main():
        pynet.Socket().on("close", good).on("close", fails).on("close", good).destroy()

    assert f"listener fails {line(fails)}" in notes_of(raised_by_run(main))[0]


@pytest.mark.parametrize("before", [0, 20])
def test_a_once_listener(before):
    def main():
        sock = pynet.Socket().set_max_listeners(0)
        for _ in range(before):
            sock.once("close", lambda had_error: None)
        sock.once("close", fails).destroy()

    assert f"listener fails {line(fails)}" in notes_of(raised_by_run(main))[0]


@pytest.mark.parametrize(
    ("listener", "name"),
    [(Object().fails, "Object.fails"), (functools.partial(fails, 1), "fails"), (lambda *args: fails(), "<lambda>")],
)
def test_the_names_of_functions(listener, name):
    error = raised_by_run(lambda: pynet.Socket().on("close", listener).destroy() and None)
    assert notes_of(error)[0].startswith(f"in the 'close' listener {name} ({FILE}:")


def test_an_object_that_is_called():
    class Called:
        def __call__(self, *args):
            raise Boom

        def __repr__(self):
            return "<Called>"

    error = raised_by_run(lambda: pynet.Socket().on("close", Called()).destroy() and None)
    assert notes_of(error)[0].startswith("in the 'close' listener <Called> of <pynet.Socket")


@pytest.mark.parametrize("start", [pynet.next_tick, pynet.set_immediate, lambda f: pynet.set_timeout(f, 1)])
def test_a_callback_without_an_object(start):
    assert notes_of(raised_by_run(lambda: start(fails) and None)) == [f"in the callback fails {line(fails)}"]


def test_the_callback_of_a_write(pair):
    p = pair()
    error = raised_by_run(lambda: p.client.write("x", fails) and None)
    assert notes_of(error)[0].startswith(f"in the callback fails {line(fails)} of <pynet.Socket")


def test_an_abort_listener():
    def main():
        controller = pynet.AbortController()
        controller.signal.add_event_listener("abort", fails)
        controller.abort()

    assert notes_of(raised_by_run(main))[0].startswith(f"in the 'abort' listener fails {line(fails)} of <AbortSignal")


def test_an_error_of_a_socket_without_a_listener(reported):
    sock = on_loop(lambda: pynet.Socket().destroy(Boom()))
    assert notes_of(one_report(reported)) == [f"no 'error' listener on {sock!r}; add sock.on(\"error\", ...)"]


def test_an_error_of_a_server_without_a_listener(reported, tmp_path):
    on_loop(lambda: pynet.Server().listen(tmp_path / "missing" / "s.sock"))
    assert notes_of(one_report(reported))[0].startswith("no 'error' listener on <pynet.Server not listening")
    assert notes_of(one_report(reported))[0].endswith('; add server.on("error", ...)')


def test_an_error_that_no_listener_has_heard_in_time(reported):
    sock = pynet.Socket().destroy(Boom())
    assert notes_of(one_report(reported)) == [f"no 'error' listener on {sock!r}; add sock.on(\"error\", ...)"]


def test_an_exception_that_is_raised_again_has_each_note_once():
    boom = Boom()

    def raises():
        raise boom

    for _ in range(3):
        raised_by_run(lambda: pynet.next_tick(raises))
    assert notes_of(boom) == [f"in the callback raises {line(raises)}"]


def test_an_exception_that_emit_raises_has_none():
    emitter = pynet.EventEmitter().on("x", fails)
    with pytest.raises(Boom) as caught:
        emitter.emit("x")
    assert notes_of(caught.value) == []


def test_emit_keeps_no_listener_that_raised():
    import weakref

    def listener():
        raise Boom

    gone = weakref.ref(listener)
    emitter = pynet.EventEmitter().on("x", listener)
    with pytest.raises(Boom):
        emitter.emit("x")
    del listener, emitter
    assert gone() is None


@pytest.mark.parametrize("leaving", [KeyboardInterrupt, SystemExit])
def test_what_leaves_the_program_has_none(leaving):
    def leaves():
        raise leaving

    with pytest.raises(leaving) as caught:
        pynet.run(lambda: pynet.next_tick(leaves))
    assert notes_of(caught.value) == []


def test_an_emitter_whose_repr_raises():
    class Mine(pynet.Socket):
        def __repr__(self):
            raise ZeroDivisionError

    error = raised_by_run(lambda: Mine().on("close", fails).destroy() and None)
    assert "Mine object at" in notes_of(error)[0]


def test_an_emit_in_a_callback_is_that_callback():
    class Mine(pynet.EventEmitter):
        pass

    def main():
        mine = Mine().on("close", fails)
        pynet.next_tick(mine.emit, "close")

    # emit() raises in the tick: what failed there is emit() itself.
    assert notes_of(raised_by_run(main))[0].startswith("in the callback Mine.emit")


def test_every_event_of_the_docs_says_what_it_gets():
    import re

    from paths import ROOT
    from pynet._messages import _EVENT_ARGUMENTS

    text = (ROOT / "docs" / "events.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| `\((.*?)\)` \|", text, re.MULTILINE)
    documented = {}
    for name, arguments in rows:
        documented.setdefault(name, tuple(filter(None, arguments.split(", "))))  # of `close` the socket's
    del documented["newListener"], documented["removeListener"]
    assert documented == _EVENT_ARGUMENTS
