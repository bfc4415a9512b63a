"""What may be a listener, and what listeners may do while they are called."""

from __future__ import annotations

import functools

import pytest

from helpers import shown
from pynet import EventEmitter, MaxListenersExceededWarning


@pytest.fixture
def em():
    return EventEmitter()


@pytest.fixture
def log():
    return []


# --- what may not be a listener ---

ADDING = ["on", "add_listener", "once", "prepend_listener", "prepend_once_listener"]


@pytest.mark.parametrize("method", [*ADDING, "off", "remove_listener"])
def test_not_callable(em, method):
    for value in (None, 5, "x", [], {}, object()):
        with pytest.raises(TypeError) as info:
            getattr(em, method)("x", value)
        assert info.value.code == "ERR_INVALID_ARG_TYPE"
        assert '"listener"' in str(info.value)
    assert em.event_names() == []


async def coroutine_function():
    pass


async def async_generator():
    yield


class Async:
    async def method(self):
        pass

    @classmethod
    async def class_method(cls):
        pass

    @staticmethod
    async def static_method():
        pass

    async def __call__(self):
        pass


class Partial(functools.partial):
    pass


COROUTINES = {
    "async def": coroutine_function,
    "async generator": async_generator,
    "method": Async().method,
    "class method": Async.class_method,
    "static method": Async.static_method,
    "callable object": Async(),
    "partial": functools.partial(coroutine_function),
    "partial of partial": functools.partial(functools.partial(coroutine_function)),
    "partial of method": functools.partial(Async().method),
    "partial of callable object": functools.partial(Async()),
    "subclass of partial": Partial(coroutine_function),
}


@pytest.mark.parametrize("name", COROUTINES)
def test_coroutine_functions_are_refused(em, name):
    calls = [lambda m=m: getattr(em, m)("x", COROUTINES[name]) for m in ADDING]
    calls += [lambda m=m: getattr(em, m)("x")(COROUTINES[name]) for m in ADDING]
    for call in calls:
        with pytest.raises(TypeError) as info:
            call()
        assert info.value.code == "ERR_INVALID_ARG_TYPE"
        assert "coroutine" in str(info.value)
        assert '"listener"' in str(info.value)
    assert em.event_names() == []


class Plain:
    def method(self, *args):
        return "plain"

    def __call__(self, *args):
        pass


@pytest.mark.parametrize(
    "listener",
    [print, len, Plain, Plain().method, Plain(), functools.partial(print), lambda *a: None, [].append, Plain.method],
    ids=shown,
)
def test_everything_else_that_can_be_called_may_listen(em, listener):
    em.on("x", listener)
    assert em.listeners("x") == [listener]


def test_classes_and_builtins_are_called(em):
    made = []

    class Made:
        def __init__(self, value):
            made.append(value)

    em.on("x", Made).on("x", made.append)
    em.emit("x", 1)
    assert made == [1, 1]


# --- changes during an emission ---


def test_what_is_added_during_an_emission_waits_for_the_next(em, log):
    def adder():
        log.append("adder")
        em.on("x", lambda: log.append("late"))
        em.prepend_listener("x", lambda: log.append("early"))

    em.once("x", adder)
    em.emit("x")
    assert log == ["adder"]
    em.emit("x")
    assert log == ["adder", "early", "late"]


@pytest.mark.parametrize("count", [2, 8, 9, 50])
def test_what_is_removed_during_an_emission_is_still_called(em, log, count):
    em.set_max_listeners(0)
    functions = [lambda i=i: log.append(i) for i in range(count)]

    def remover():
        for function in functions:
            em.off("x", function)

    em.on("x", remover)
    for function in functions:
        em.on("x", function)
    em.emit("x")
    assert log == list(range(count))
    em.emit("x")
    assert log == list(range(count))
    assert em.listeners("x") == [remover]


def test_remove_all_during_an_emission(em, log):
    em.on("x", lambda: (log.append(1), em.remove_all_listeners("x")))
    em.on("x", lambda: log.append(2))
    em.once("x", lambda: log.append(3))
    em.emit("x")
    em.emit("x")
    assert log == [1, 2, 3]


def test_remove_all_events_during_an_emission_of_one_listener(em, log):
    em.on("x", lambda: (em.remove_all_listeners(), log.append(1)))
    em.emit("x")
    assert log == [1]
    assert em.event_names() == []


def test_a_listener_removes_itself(em, log):
    def listener():
        em.off("x", listener)
        log.append(1)

    em.on("x", listener).on("x", lambda: log.append(2))
    em.emit("x")
    em.emit("x")
    assert log == [1, 2, 2]


def test_nested_emissions(em, log):
    def nested(depth):
        log.append(depth)
        if depth < 5:
            em.emit("x", depth + 1)

    em.on("x", nested)
    em.emit("x", 0)
    assert log == [0, 1, 2, 3, 4, 5]


def test_once_fires_once_in_nested_emissions(em, log):
    def first():
        log.append("first")
        if len(log) < 3:
            em.emit("x")

    em.on("x", first).once("x", lambda: log.append("once"))
    em.emit("x")
    assert log == ["first", "first", "first", "once"]


def test_once_that_emits_its_own_event(em, log):
    em.once("x", lambda: (log.append(1), em.emit("x")))
    em.emit("x")
    assert log == [1]


def test_endless_recursion_is_a_recursion_error(em):
    em.on("x", lambda: em.emit("x"))
    with pytest.raises(RecursionError):
        em.emit("x")
    em.remove_all_listeners()


def test_the_emitter_may_go_during_its_emission(log):
    holder = [EventEmitter()]
    holder[0].on("x", holder.clear).on("x", lambda: log.append(1))
    holder[0].emit("x")
    assert log == [1]


def test_a_listener_dropped_during_its_own_call(em, log):
    class Listener:
        def __call__(self):
            em.remove_all_listeners()
            log.append("called")

        def __del__(self):
            log.append("gone")

    em.on("x", Listener())
    em.emit("x")
    assert log == ["called", "gone"]


def test_an_exception_survives_the_listeners_own_del(em):
    class Listener:
        def __call__(self):
            em.remove_all_listeners()
            raise ValueError("kept")

        def __del__(self):
            try:
                raise KeyError("swallowed")
            except KeyError:
                pass

    em.on("x", Listener()).on("x", lambda: None)
    with pytest.raises(ValueError, match="kept"):
        em.emit("x")


# --- newListener, removeListener ---


def test_new_listener_comes_before_the_listener_is_there(em, log):
    def listener():
        pass

    em.on("newListener", lambda name, fn: log.append((name, fn, em.listener_count(name))))
    em.on("x", listener)
    em.once("x", listener)
    assert log == [("x", listener, 0), ("x", listener, 1)]


def test_new_listener_is_told_of_itself_only_when_there_is_one(em, log):
    em.on("newListener", lambda name, fn: log.append(name))
    assert log == []
    em.on("newListener", print)
    em.off("newListener", print)
    em.on("removeListener", print)
    assert log == ["newListener", "removeListener"]


def test_a_listener_added_in_new_listener_comes_first(em, log):
    def on_new(name, fn):
        if name == "x":
            em.on("x", lambda: log.append("B"))

    em.once("newListener", on_new)
    em.on("x", lambda: log.append("A"))
    em.emit("x")
    assert log == ["B", "A"]


def test_new_listener_that_raises_keeps_the_listener_out(em):
    def refuse(name, fn):
        raise ValueError("no")

    em.on("newListener", refuse)
    with pytest.raises(ValueError):
        em.on("x", print)
    assert em.event_names() == ["newListener"]


def test_remove_listener_comes_after_the_listener_has_gone(em, log):
    def listener():
        log.append("called")

    em.on("removeListener", lambda name, fn: log.append((name, fn, em.listener_count(name))))
    em.on("x", listener).once("x", listener)
    em.emit("x")
    em.off("x", listener)
    em.off("x", listener)
    assert log == ["called", ("x", listener, 1), "called", ("x", listener, 0)]


def test_remove_all_tells_newest_first_and_itself_last(em, log):
    def one():
        pass

    def two():
        pass

    def told(name, fn):
        log.append((name, fn))

    em.on("removeListener", told).on("x", one).once("x", two).on("y", one)
    em.remove_all_listeners()
    assert log == [("x", two), ("x", one), ("y", one)]
    assert em.event_names() == []


def test_remove_all_of_one_event_tells(em, log):
    em.on("removeListener", lambda name, fn: log.append(name)).on("x", print).on("x", len).on("y", len)
    em.remove_all_listeners("x")
    assert log == ["x", "x"]
    assert em.event_names() == ["removeListener", "y"]


def test_remove_all_also_takes_what_remove_listener_has_added(em, log):
    """As in Node: it ends with an empty emitter, and emits nothing for these."""

    def add_another(name, fn):
        log.append(name)
        em.on("x", print)

    em.on("x", len).on("removeListener", add_another)
    em.remove_all_listeners()
    assert (log, em.event_names()) == (["x"], [])


def test_remove_all_goes_by_the_function(em, log):
    """A listener that was removed and added again meanwhile is removed, as in Node."""

    def again(name, fn):
        log.append(fn)
        if fn is len:
            em.off("x", print).on("x", print)

    em.on("x", print).on("x", len).on("removeListener", again)
    em.remove_all_listeners("x")
    assert (log, em.event_names()) == ([len, print, print], ["removeListener"])


def test_remove_listener_that_raises(em):
    def fail(name, fn):
        raise ValueError("told")

    em.on("removeListener", fail).on("x", print)
    with pytest.raises(ValueError, match="told"):
        em.off("x", print)
    assert em.listener_count("x") == 0


def test_remove_listener_that_adds_it_again(em, log):
    def again(name, fn):
        log.append(name)
        em.on(name, fn)

    em.once("removeListener", again)
    em.on("x", print)
    em.off("x", print)
    assert em.listeners("x") == [print]
    em.on("removeListener", lambda name, fn: em.on(name, fn) if len(log) < 3 and not log.append(name) else None)
    em.remove_all_listeners("x")
    assert em.listener_count("x") == 1


# --- == that misbehaves ---


class Nasty:
    """Calls `action` when it is compared."""

    def __init__(self, action):
        self.action = action

    def __eq__(self, value):
        return self.action()

    __hash__ = None

    def __call__(self):
        pass


def test_an_eq_that_raises_leaves_off(em):
    def fail():
        raise ValueError("eq")

    em.on("x", Nasty(fail))
    with pytest.raises(ValueError, match="eq"):
        em.off("x", print)
    assert em.listener_count("x") == 1
    em.off("x", em.listeners("x")[0])  # the same object: not compared
    assert em.listener_count("x") == 0


@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("once", [True, False])
def test_an_eq_that_empties_the_emitter(em, answer, once):
    em.set_max_listeners(0)

    def empty():
        em.remove_all_listeners()
        return answer

    for _ in range(20):
        (em.once if once else em.on)("x", Nasty(empty))
    em.off("x", print)
    assert em.event_names() == []


@pytest.mark.parametrize("answer", [True, False])
def test_an_eq_that_adds_listeners(em, answer):
    em.set_max_listeners(0)

    def grow():
        for _ in range(50):
            em.prepend_listener("x", len)
        return answer

    em.on("x", Nasty(grow))
    em.off("x", print)
    assert em.listener_count("x") == (50 if answer else 51)


def test_an_eq_that_frees_the_emitter():
    holder = [EventEmitter()]

    def free():
        holder.clear()
        return True

    holder[0].on("x", Nasty(free))
    holder[0].off("x", print)
    assert holder == []


def test_an_eq_without_a_truth_value(em):
    class NoTruth:
        def __bool__(self):
            raise ValueError("truth")

    em.on("x", Nasty(NoTruth))
    with pytest.raises(ValueError, match="truth"):
        em.off("x", print)
    with pytest.raises(ValueError, match="truth"):
        em.listener_count("x", print)


# --- many ---


def test_thousands_of_listeners(em, log):
    em.set_max_listeners(0)
    functions = [lambda i=i: log.append(i) for i in range(5000)]
    for function in functions:
        em.on("x", function)
    em.emit("x")
    assert log == list(range(5000))
    assert em.listener_count("x") == 5000
    for function in functions[::2]:
        em.off("x", function)
    log.clear()
    em.emit("x")
    assert log == list(range(1, 5000, 2))
    em.remove_all_listeners("x")
    assert em.event_names() == []


def test_hundreds_of_events(em, log):
    for i in range(500):
        em.on(f"event {i}", log.append)
    for i in reversed(range(500)):
        assert em.emit(f"event {i}", i)
    assert log == list(reversed(range(500)))
    assert em.event_names() == [f"event {i}" for i in range(500)]


# --- few once() listeners, and many ---


@pytest.fixture(params=[3, 40])
def many(request):
    """An emitter, and the numbers of its once() listeners of `a`; each is called as seen.append(number)."""
    e = EventEmitter().set_max_listeners(0)
    seen = []
    wrapped = [functools.partial(lambda number, *args: seen.append(number), number) for number in range(request.param)]
    for f in wrapped:
        e.once("a", f)
    return e, seen, wrapped


def test_each_once_listener_is_gone_when_it_is_called(many):
    e, seen, wrapped = many
    e.remove_all_listeners("a")
    counts = []
    for _ in wrapped:
        e.once("a", lambda: counts.append((e.listener_count("a"), len(e.raw_listeners("a")), e.event_names())))
    e.emit("a")
    last = len(wrapped) - 1
    assert counts == [(n, n, ["a"] if n else []) for n in range(last, -1, -1)]
    assert e.event_names() == []


def test_once_listeners_between_others(many):
    e, seen, wrapped = many
    e.on("a", lambda: seen.append("on")).prepend_listener("a", lambda: seen.append("first")).once("b", print)
    e.emit("a")
    e.emit("a")
    assert seen == ["first", *range(len(wrapped)), "on", "first", "on"]
    assert (e.listener_count("a"), e.listener_count("b")) == (2, 1)


def test_once_listeners_and_an_emission_in_the_first_of_them(many):
    e, seen, wrapped = many
    e.prepend_once_listener("a", lambda: e.emit("a"))
    e.emit("a")
    assert seen == [*range(len(wrapped))], "each is called once"
    assert e.event_names() == []


def test_once_listeners_that_add_and_remove_others(many):
    e, seen, wrapped = many

    def change():
        e.off("a", wrapped[-1])
        e.once("a", seen.append)
        e.on("a", print)

    e.prepend_once_listener("a", change)
    e.emit("a")
    assert seen == [*range(len(wrapped))], "what has begun is not affected"
    assert len(e.listeners("a")) == 2


def test_all_are_removed_by_the_first_once_listener(many):
    e, seen, wrapped = many
    e.prepend_once_listener("a", e.remove_all_listeners)
    e.emit("a")
    assert seen == [*range(len(wrapped))]
    assert e.event_names() == []


def test_a_once_listener_that_raises_leaves_those_after_it(many):
    e, seen, wrapped = many
    e.prepend_once_listener("a", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        e.emit("a")
    assert (seen, e.listener_count("a")) == ([], len(wrapped))
    e.emit("a")
    assert seen == [*range(len(wrapped))]


def test_remove_listener_comes_for_each_once_listener(many):
    e, seen, wrapped = many
    gone = []
    e.on("removeListener", lambda name, f: gone.append((name, f, e.listener_count("a"))))
    e.emit("a")
    assert gone == [("a", f, len(wrapped) - 1 - i) for i, f in enumerate(wrapped)]


def test_remove_all_listeners_leaves_the_other_events(many):
    e, seen, wrapped = many
    for f in wrapped:
        e.on("b", f)
    e.remove_all_listeners("a")
    assert (e.event_names(), e.listeners("b")) == (["b"], wrapped)
    e.emit("b")
    assert seen == [*range(len(wrapped))]


def test_what_is_added_while_all_are_released_stays():
    class Adds:
        def __init__(self, e):
            self.e = e

        def __call__(self):
            pass

        def __del__(self):
            self.e.on("late", print)

    e = EventEmitter().set_max_listeners(0)
    for _ in range(20):
        e.on("a", Adds(e))
    e.remove_all_listeners()
    assert e.event_names() == ["late"] and e.listener_count("late") == 20


def test_the_leak_is_warned_of_once_for_each_event():
    e = EventEmitter()
    with pytest.warns(MaxListenersExceededWarning) as caught:
        for _ in range(40):
            e.on("a", print).once("b", print)
    assert len(caught) == 2
