"""AbortController and AbortSignal: reasons, listeners, and when and where they are called."""

from __future__ import annotations

import re
import threading
import types
import weakref

import pytest

import pynet
from helpers import on_loop


@pytest.fixture
def log():
    return []


@pytest.fixture
def controller():
    return pynet.AbortController()


def flush():
    """Returns when the ticks that are queued now have run."""
    on_loop(lambda: None)


# --- the state ---


def test_signal_of_a_new_controller_is_not_aborted(controller):
    signal = controller.signal
    assert signal is controller.signal
    assert (signal.aborted, signal.reason, signal.onabort) == (False, None, None)
    assert signal.throw_if_aborted() is None
    assert repr(signal) == "<AbortSignal aborted=False>"
    assert repr(controller) == "<AbortController signal=<AbortSignal aborted=False>>"


def test_abort_without_a_reason_is_an_abort_error(controller):
    assert controller.abort() is None
    reason = controller.signal.reason
    assert type(reason) is pynet.AbortError
    assert (str(reason), reason.code, reason.reason) == ("This operation was aborted", "ABORT_ERR", None)
    assert controller.signal.aborted is True
    assert repr(controller.signal) == "<AbortSignal aborted=True>"


@pytest.mark.parametrize("reason", ["why", 0, False, (), object(), ValueError("v"), ValueError])
def test_any_object_may_be_the_reason(controller, reason):
    controller.abort(reason)
    assert controller.signal.reason is reason
    assert pynet.AbortSignal.abort(reason).reason is reason
    assert pynet.AbortSignal.abort(reason=reason).aborted is True


def test_second_abort_does_nothing(controller, log):
    controller.signal.add_event_listener("abort", log.append)
    controller.abort("first")
    controller.abort("second")
    assert controller.signal.reason == "first"
    assert len(log) == 1


def test_static_abort_has_no_reason_but_an_abort_error():
    signal = pynet.AbortSignal.abort()
    assert signal.aborted
    assert str(signal.reason) == "This operation was aborted"


def test_throw_if_aborted_raises_the_exception_itself(controller):
    error = KeyError("mine")
    controller.abort(error)
    with pytest.raises(KeyError) as caught:
        controller.signal.throw_if_aborted()
    assert caught.value is error


@pytest.mark.parametrize("reason", ["text", 5, ValueError])
def test_throw_if_aborted_wraps_what_cannot_be_raised(controller, reason):
    controller.abort(reason)
    with pytest.raises(pynet.AbortError, match="^The operation was aborted$") as caught:
        controller.signal.throw_if_aborted()
    assert caught.value.reason is reason
    assert caught.value.code == "ABORT_ERR"
    assert caught.value.__cause__ is None


def test_a_signal_cannot_be_constructed():
    with pytest.raises(TypeError, match="cannot be constructed") as caught:
        pynet.AbortSignal()
    assert caught.value.code == "ERR_ILLEGAL_CONSTRUCTOR"
    with pytest.raises(TypeError):
        object.__new__(pynet.AbortSignal)


@pytest.mark.parametrize("arguments", [((1,), {}), ((), {"signal": 1})])
def test_a_controller_takes_no_arguments(arguments):
    with pytest.raises(TypeError, match="takes no arguments"):
        pynet.AbortController(*arguments[0], **arguments[1])


def test_signal_and_state_are_read_only(controller):
    for target, name in ((controller, "signal"), (controller.signal, "aborted"), (controller.signal, "reason")):
        with pytest.raises(AttributeError):
            setattr(target, name, 1)


# --- listeners ---


def test_listener_gets_one_event(controller, log):
    signal = controller.signal
    signal.add_event_listener("abort", lambda *args: log.append((args, signal.aborted, signal.reason)))
    controller.abort("why")
    [((event,), aborted, reason)] = log
    assert isinstance(event, pynet.AbortEvent)
    assert (event.type, event.target) == ("abort", signal)
    assert (aborted, reason) == (True, "why")


def test_listeners_are_called_in_order_before_abort_returns(controller, log):
    for number in range(5):
        controller.signal.add_event_listener("abort", lambda _event, number=number: log.append(number))
    controller.abort()
    assert log == [0, 1, 2, 3, 4]


def test_listeners_are_called_where_abort_is_called(controller, log):
    controller.signal.add_event_listener("abort", lambda _event: log.append(threading.current_thread()))
    thread = threading.Thread(target=controller.abort)
    thread.start()
    thread.join()
    assert log == [thread]


class Counter:
    def __init__(self):
        self.calls = 0

    def method(self, _event):
        self.calls += 1


def test_same_function_is_added_once(controller):
    counter = Counter()
    for _ in range(3):
        controller.signal.add_event_listener("abort", counter.method)
    controller.abort()
    assert counter.calls == 1


def test_same_methods_of_equal_objects_are_two(controller):
    one, two = [], []
    assert one.append == one.append and one == two
    for listener in (one.append, two.append, one.append):
        controller.signal.add_event_listener("abort", listener)
    controller.abort()
    assert (len(one), len(two)) == (1, 1)


def test_removed_listener_is_not_called(controller):
    counter, other = Counter(), Counter()
    controller.signal.add_event_listener("abort", counter.method)
    controller.signal.add_event_listener("abort", other.method)
    assert controller.signal.remove_event_listener("abort", counter.method) is None
    controller.signal.remove_event_listener("abort", print)  # not there
    controller.abort()
    assert (counter.calls, other.calls) == (0, 1)


@pytest.mark.parametrize("how", ["keyword", "options", "node's way"])
def test_once_may_be_said(controller, log, how):
    add = controller.signal.add_event_listener

    def listener(_event):
        log.append("called")
        if len(log) == 1:
            add("abort", listener)  # gone from the list already, so it comes again, behind the last
            add("abort", lambda _event: log.append("after it"))

    if how == "keyword":
        add("abort", listener, once=True)
    else:
        add(
            "abort",
            listener,
            {"once": True, "passive": True} if how == "options" else types.MappingProxyType({"once": 1}),
        )
    add("abort", lambda _event: log.append("second"))
    controller.abort()
    assert log == ["called", "second", "called", "after it"]


def test_listener_that_stays_is_not_called_again_when_it_adds_itself(controller, log):
    def listener(_event):
        log.append(1)
        controller.signal.add_event_listener("abort", listener)

    controller.signal.add_event_listener("abort", listener)
    controller.signal.add_event_listener("abort", lambda _event: log.append(2))
    controller.abort()
    assert log == [1, 2]


def test_what_a_listener_adds_and_removes_counts_at_once(controller, log):
    signal = controller.signal

    def first(_event):
        log.append("first")
        signal.remove_event_listener("abort", second)
        signal.add_event_listener("abort", last)

    def second(_event):
        log.append("second")

    def third(_event):
        log.append("third")

    def last(_event):
        log.append("last")
        signal.add_event_listener("abort", lambda _event: log.append("nobody is left"))

    for listener in (first, second, third):
        signal.add_event_listener("abort", listener)
    controller.abort()
    assert log == ["first", "third", "last"]


def test_there_are_no_other_events(controller, log):
    signal = controller.signal
    signal.add_event_listener("abort", log.append)
    for name in ("aborted", "Abort", ""):
        signal.add_event_listener(name, lambda _event: log.append("never"))
        signal.remove_event_listener(name, log.append)
    controller.abort()
    assert [event.type for event in log] == ["abort"]


def test_nothing_is_added_to_an_aborted_signal(controller, log):
    controller.abort()
    controller.signal.add_event_listener("abort", log.append)
    controller.abort()
    assert log == []


def test_abort_in_a_listener_does_nothing(controller, log):
    controller.signal.add_event_listener("abort", lambda _event: controller.abort("again"))
    controller.signal.add_event_listener("abort", lambda event: log.append(event.target.reason))
    controller.abort("why")
    assert log == ["why"]


# --- onabort ---


def test_onabort_has_the_place_of_the_first_that_was_set(controller, log):
    signal = controller.signal

    def handler(event):
        log.append(("handler", event.type))

    signal.onabort = lambda _event: log.append("replaced")
    signal.add_event_listener("abort", lambda _event: log.append("listener"))
    signal.onabort = None
    signal.onabort = handler
    assert signal.onabort is handler
    controller.abort()
    assert log == [("handler", "abort"), "listener"]
    assert signal.onabort is handler


@pytest.mark.parametrize("how", ["None", "del"])
def test_onabort_may_be_taken_away(controller, log, how):
    controller.signal.onabort = log.append
    if how == "None":
        controller.signal.onabort = None
    else:
        del controller.signal.onabort
    assert controller.signal.onabort is None
    controller.abort()
    assert log == []


def test_onabort_and_a_listener_may_be_the_same_function(controller, log):
    controller.signal.onabort = log.append
    controller.signal.add_event_listener("abort", log.append)
    controller.signal.remove_event_listener("abort", log.append)
    controller.abort()
    assert len(log) == 1


# --- what listeners raise ---


def test_exception_is_reported_and_the_others_are_called(controller, log, uncaught):
    first, second = ValueError("first"), KeyError("second")

    def fail(error):
        def listener(_event):
            log.append(error)
            raise error

        return listener

    def main():
        for listener in (fail(first), log.append, fail(second), log.append):
            controller.signal.add_event_listener("abort", listener)
        controller.signal.add_event_listener("abort", lambda _event: log.append("last"))
        controller.abort()
        assert uncaught == []  # on the next tick, as in Node
        log.append("abort() has returned")

    on_loop(main)
    flush()
    assert [entry for entry in log if not isinstance(entry, tuple)] == [first, second, "last", "abort() has returned"]
    assert uncaught == [(first, controller.signal), (second, controller.signal)]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_what_ends_the_program_is_raised_by_abort_when_all_have_been_called(controller, log, uncaught, kind):
    def leave(_event):
        raise kind("now")

    controller.signal.add_event_listener("abort", leave)
    controller.signal.add_event_listener("abort", log.append)
    with pytest.raises(kind, match="now"):
        controller.abort()
    assert len(log) == 1
    flush()
    assert uncaught == []


def test_exception_goes_to_the_handler_when_nothing_drives_the_loop(script):
    result = script("""
        import pynet

        def fail(_event):
            raise ValueError("mine")

        pynet.set_uncaught_handler(lambda exc, emitter: print("handler", exc, emitter))
        controller = pynet.AbortController()
        controller.signal.onabort = fail
        controller.signal.add_event_listener("abort", lambda _event: print("second"))
        controller.abort()
        print("after")
    """)
    assert result.stdout.split("\n")[:-1] == ["handler mine <AbortSignal aborted=True>", "second", "after"]


def test_run_raises_what_a_listener_raised(script):
    result = script("""
        import pynet

        def fail(_event):
            raise ValueError("mine")

        def main():
            controller = pynet.AbortController()
            controller.signal.add_event_listener("abort", fail)
            controller.signal.add_event_listener("abort", lambda _event: print("second"))
            controller.abort()
            print("after")

        try:
            pynet.run(main)
        except ValueError as error:
            print("run", error)
    """)
    assert result.stdout.split("\n")[:-1] == ["second", "after", "run mine"]


# --- arguments ---


async def coroutine(_event):
    pass


@pytest.mark.parametrize(
    ("call", "kind", "code", "text"),
    [
        (
            lambda s: s.add_event_listener(5, print),
            TypeError,
            "ERR_INVALID_ARG_TYPE",
            '"type" argument must be a str',
        ),
        (lambda s: s.add_event_listener("abort", 5), TypeError, "ERR_INVALID_ARG_TYPE", '"listener" argument must be'),
        (lambda s: s.add_event_listener("abort", None), TypeError, "ERR_INVALID_ARG_TYPE", '"listener" argument must'),
        (lambda s: s.add_event_listener("abort", coroutine), TypeError, "ERR_INVALID_ARG_TYPE", "coroutine function"),
        (lambda s: s.add_event_listener("abort", print, True), TypeError, "ERR_INVALID_ARG_TYPE", '"options" argument'),
        (lambda s: s.add_event_listener("abort"), TypeError, None, "missing required argument 'listener'"),
        (lambda s: s.add_event_listener("abort", print, one=1), TypeError, None, "'once'"),
        (
            lambda s: s.remove_event_listener(5, print),
            TypeError,
            "ERR_INVALID_ARG_TYPE",
            '"type" argument must be a str',
        ),
        (lambda s: s.remove_event_listener("abort", 5), TypeError, "ERR_INVALID_ARG_TYPE", '"listener" argument'),
        (
            lambda s: setattr(s, "onabort", 5),
            TypeError,
            "ERR_INVALID_ARG_TYPE",
            '"onabort" argument must be a callable',
        ),
        (lambda s: setattr(s, "onabort", coroutine), TypeError, "ERR_INVALID_ARG_TYPE", "coroutine function"),
        (lambda s: s.any(None), TypeError, "ERR_INVALID_ARG_TYPE", '"signals" argument must be an iterable'),
        (lambda s: s.any(5), TypeError, "ERR_INVALID_ARG_TYPE", '"signals" argument must be an iterable'),
        (lambda s: s.any([s, "x"]), TypeError, "ERR_INVALID_ARG_TYPE", r'"signals\[1\]" argument must be an instance'),
        (lambda s: s.timeout(None), TypeError, "ERR_INVALID_ARG_TYPE", '"ms" argument must be an int or float'),
        (lambda s: s.timeout("5"), TypeError, "ERR_INVALID_ARG_TYPE", '"ms" argument must be an int or float'),
        (lambda s: s.timeout(True), TypeError, "ERR_INVALID_ARG_TYPE", '"ms" argument must be an int or float'),
        (lambda s: s.timeout(-1), ValueError, "ERR_OUT_OF_RANGE", ">= 0 && <= 4294967295. Received -1"),
        (lambda s: s.timeout(2**32), ValueError, "ERR_OUT_OF_RANGE", ">= 0 && <= 4294967295"),
        (lambda s: s.timeout(10**400), ValueError, "ERR_OUT_OF_RANGE", '"ms" is out of range'),
        (lambda s: s.timeout(1.5), ValueError, "ERR_OUT_OF_RANGE", "must be an integer. Received 1.5"),
        (lambda s: s.timeout(float("nan")), ValueError, "ERR_OUT_OF_RANGE", "must be an integer"),
        (lambda s: s.timeout(float("inf")), ValueError, "ERR_OUT_OF_RANGE", "must be an integer"),
    ],
)
def test_wrong_arguments(controller, call, kind, code, text):
    signal = controller.signal
    with pytest.raises(kind, match=text) as caught:
        call(signal)
    assert getattr(caught.value, "code", None) == code
    assert not signal.aborted and signal.onabort is None


def test_nodes_spelling():
    for name, alias in (
        ("add_event_listener", "addEventListener"),
        ("remove_event_listener", "removeEventListener"),
        ("throw_if_aborted", "throwIfAborted"),
    ):
        assert vars(pynet.AbortSignal)[name] is vars(pynet.AbortSignal)[alias]


def test_docstrings_say_what_they_are_like_in_node():
    for kind in (pynet.AbortController, pynet.AbortSignal):
        for name, value in vars(kind).items():
            if not name.startswith("_") and callable(getattr(kind, name)):
                assert re.search(r"Node: ", value.__doc__), name


# --- many listeners ---


class Methods:
    """Bound methods are made anew with each access."""

    def __init__(self, log, n):
        self.log, self.n = log, n

    def heard(self, event):
        self.log.append(self.n)


def test_of_many_listeners_each_is_added_once_and_found_again(controller, log):
    """From 16 on they are found by a table: functions, bound methods and methods of built-in types."""
    signal = controller.signal
    functions = [lambda event, n=n: log.append(n) for n in range(50)]
    methods = [Methods(log, 100 + n) for n in range(50)]
    lists = [[] for _ in range(50)]
    for _ in range(2):
        for function, method, plain in zip(functions, methods, lists, strict=True):
            for listener in (function, method.heard, plain.append, print):
                signal.add_event_listener("abort", listener)
    for function, method, plain in tuple(zip(functions, methods, lists, strict=True))[::2]:
        for listener in (function, method.heard, plain.append, len):
            signal.remove_event_listener("abort", listener)
    signal.remove_event_listener("abort", print)
    signal.onabort = lambda event: log.append("handler")
    controller.abort()
    flush()
    left = range(1, 50, 2)
    assert log == [n for pair in left for n in (pair, 100 + pair)] + ["handler"]
    assert [len(plain) for plain in lists] == [n % 2 for n in range(50)]


def test_many_listeners_that_are_removed_are_freed(controller):
    refs = []
    for _ in range(2):
        made = [Methods([], n) for n in range(40)]
        refs = [weakref.ref(one) for one in made]
        for one in made:
            controller.signal.add_event_listener("abort", one.heard)
        for one in made:
            controller.signal.remove_event_listener("abort", one.heard)
        del made, one
        assert [ref() for ref in refs] == [None] * 40
