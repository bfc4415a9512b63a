"""EventEmitter: each method on its own, as Node's events.EventEmitter has it."""

from __future__ import annotations

import pytest

import pynet
from pynet import EventEmitter


def nothing(*args):
    pass


def other(*args):
    pass


@pytest.fixture
def em():
    return EventEmitter()


@pytest.fixture
def log():
    return []


# --- on and emit ---


@pytest.mark.parametrize("method", ["on", "add_listener", "once", "prepend_listener", "prepend_once_listener"])
def test_adding_returns_the_emitter_and_emit_passes_the_arguments(em, log, method):
    assert getattr(em, method)("x", lambda *args: log.append(args)) is em
    assert em.emit("x", 1, "two", None) is True
    assert log == [(1, "two", None)]


@pytest.mark.parametrize("method", ["off", "remove_listener"])
def test_removing_returns_the_emitter(em, method):
    em.on("x", nothing)
    assert getattr(em, method)("x", nothing) is em
    assert em.emit("x") is False


def test_chaining(em, log):
    em.on("x", lambda: log.append(1)).once("x", lambda: log.append(2)).set_max_listeners(5).off("x", nothing).emit("x")
    assert log == [1, 2]


def test_emit_tells_whether_anybody_listened(em):
    assert em.emit("x") is False
    em.once("x", nothing)
    assert em.emit("x") is True
    assert em.emit("x") is False


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 40, 1000])
def test_emit_with_any_number_of_arguments(em, log, count):
    em.on("x", lambda *args: log.append(args))
    em.on("x", lambda *args: log.append(args))
    em.emit("x", *range(count))
    assert log == [tuple(range(count))] * 2


def test_emit_passes_the_objects_themselves(em, log):
    value = object()
    em.on("x", log.append)
    em.emit("x", value)
    assert log[0] is value


def test_no_emitter_is_put_in_front_of_the_arguments(em, log):
    em.on("x", lambda *args: log.append(len(args)))
    em.emit("x")
    assert log == [0]


def test_emit_without_a_name(em):
    with pytest.raises(TypeError, match="event_name"):
        em.emit()


def test_emit_takes_no_keywords(em):
    with pytest.raises(TypeError):
        em.emit("x", a=1)


def test_the_same_function_may_be_added_several_times(em, log):
    def listener():
        log.append(1)

    em.on("x", listener).on("x", listener)
    em.emit("x")
    em.off("x", listener)
    em.emit("x")
    assert log == [1, 1, 1]


def test_what_a_listener_returns_is_ignored(em):
    em.on("x", lambda: "value")
    assert em.emit("x") is True


def test_events_do_not_mix(em, log):
    em.on("a", lambda: log.append("a"))
    em.on("b", lambda: log.append("b"))
    em.emit("b")
    assert log == ["b"]


# --- order ---


def test_listeners_are_called_in_order_and_prepended_ones_first(em, log):
    em.set_max_listeners(0)
    for i in range(12):
        em.on("x", lambda i=i: log.append(i))
    em.prepend_listener("x", lambda: log.append("p"))
    em.prepend_once_listener("x", lambda: log.append("po"))
    em.emit("x")
    em.emit("x")
    assert log == ["po", "p", *range(12), "p", *range(12)]


def test_event_names_in_the_order_of_their_first_listener(em):
    for name in "abc":
        em.on(name, nothing)
    em.off("a", nothing).on("a", nothing).prepend_listener("d", nothing)
    assert em.event_names() == ["b", "c", "a", "d"]


def test_event_names_keep_their_place_while_one_listener_is_left(em):
    em.on("a", nothing).on("b", nothing).on("a", other)
    em.off("a", nothing)
    assert em.event_names() == ["a", "b"]
    em.off("a", other)
    assert em.event_names() == ["b"]
    em.off("b", nothing)
    assert em.event_names() == []


def test_event_names_is_a_new_list_each_time(em):
    em.on("a", nothing)
    em.event_names().clear()
    assert em.event_names() == ["a"]


# --- once ---


def test_once_is_removed_before_its_call(em, log):
    em.once("x", lambda: log.append(em.listener_count("x")))
    em.emit("x")
    assert log == [0]


def test_once_that_raises_is_gone(em):
    def fail():
        raise ValueError("x")

    em.once("x", fail)
    with pytest.raises(ValueError):
        em.emit("x")
    assert em.emit("x") is False


def test_raw_listeners_show_the_wrapper(em, log):
    def listener(value):
        log.append(value)
        return "returned"

    em.once("x", listener)
    (wrapper,) = em.raw_listeners("x")
    assert wrapper is not listener
    assert wrapper.listener is listener
    assert em.listeners("x") == [listener]
    assert wrapper(3) == "returned"
    assert wrapper(4) is None, "it is used up"
    assert log == [3]
    assert em.listener_count("x") == 0


def test_raw_listeners_show_plain_ones_as_they_are(em):
    em.on("x", nothing)
    assert em.raw_listeners("x")[0] is nothing


def test_a_wrapper_outlives_its_emitter(log):
    em = EventEmitter()
    em.once("x", log.append)
    (wrapper,) = em.raw_listeners("x")
    del em
    wrapper(1)
    wrapper(2)
    assert log == [1]


def test_a_wrapper_that_was_removed_can_still_be_called_once(em, log):
    em.once("x", log.append)
    (wrapper,) = em.raw_listeners("x")
    em.off("x", log.append)
    em.once("x", log.append)
    wrapper(1)
    assert log == [1]
    assert em.listener_count("x") == 1, "the other one stays"


# --- counting ---


def test_listener_count(em):
    em.on("x", nothing).once("x", nothing).on("x", other)
    assert em.listener_count("x") == 3
    assert em.listener_count("x", nothing) == 2
    assert em.listener_count("x", other) == 1
    assert em.listener_count("x", print) == 0
    assert em.listener_count("x", None) == 3
    assert em.listener_count("y") == 0


def test_listeners_is_a_copy(em):
    em.on("x", nothing)
    em.listeners("x").clear()
    em.raw_listeners("x").clear()
    assert em.listener_count("x") == 1


def test_no_listeners(em):
    assert em.listeners("x") == []
    assert em.raw_listeners("x") == []
    assert em.remove_all_listeners() is em
    assert em.remove_all_listeners("x") is em


# --- off ---


def test_off_takes_the_newest_match_one_at_a_time(em, log):
    def listener():
        log.append("l")

    em.on("x", listener).on("x", lambda: log.append("between")).on("x", listener)
    em.off("x", listener)
    em.emit("x")
    assert log == ["l", "between"]


def test_off_matches_what_once_wrapped(em):
    em.once("x", nothing)
    em.off("x", nothing)
    assert em.listener_count("x") == 0


def test_off_takes_the_newest_of_plain_and_once(em):
    em.on("x", nothing).once("x", nothing)
    em.off("x", nothing)
    assert em.raw_listeners("x") == [nothing]


def test_off_takes_a_wrapper_of_raw_listeners(em):
    em.once("x", nothing).once("x", other)
    em.off("x", em.raw_listeners("x")[0])
    assert em.listeners("x") == [other]


def test_off_of_one_that_is_not_there(em):
    em.on("x", nothing)
    assert em.off("x", other) is em
    assert em.off("y", nothing) is em
    assert em.listener_count("x") == 1


class Receiver:
    def __init__(self):
        self.calls = 0

    def method(self):
        self.calls += 1


def test_off_knows_bound_methods(em):
    one, two = Receiver(), Receiver()
    em.on("x", one.method).on("x", two.method)
    em.off("x", one.method)
    em.emit("x")
    assert (one.calls, two.calls) == (0, 1)
    em.once("x", one.method)
    em.off("x", one.method)
    assert em.listener_count("x") == 1


class Equal:
    """Equal to every other one."""

    def __eq__(self, value):
        return isinstance(value, Equal)

    __hash__ = None

    def __call__(self):
        pass


def test_off_prefers_identity_to_equality(em):
    first, second, third = Equal(), Equal(), Equal()
    em.on("x", first).on("x", second)
    em.off("x", first)
    assert [id(f) for f in em.listeners("x")] == [id(second)]
    em.off("x", third)
    assert em.listeners("x") == []


# --- remove_all_listeners ---


def test_remove_all_of_one_event(em):
    em.on("a", nothing).once("a", other).on("b", nothing)
    assert em.remove_all_listeners("a") is em
    assert em.event_names() == ["b"]


@pytest.mark.parametrize("args", [(), (None,)])
def test_remove_all_of_all_events(em, args):
    em.on("a", nothing).on("b", nothing)
    em.remove_all_listeners(*args)
    assert em.event_names() == []


# --- decorators ---


@pytest.mark.parametrize("method", ["on", "add_listener", "once", "prepend_listener", "prepend_once_listener"])
def test_as_a_decorator_it_returns_the_function(em, log, method):
    def function(*args):
        log.append(args)

    assert getattr(em, method)("x")(function) is function
    em.emit("x", 1)
    em.emit("x", 2)
    assert log == ([(1,)] if "once" in method else [(1,), (2,)])


def test_decorators_stack_and_prepend(em, log):
    @em.on("b")
    @em.on("a")
    def both():
        log.append("both")

    @em.prepend_listener("a")
    def first():
        log.append("first")

    em.emit("a")
    em.emit("b")
    assert log == ["first", "both", "both"]


def test_a_decorator_may_be_used_again(em):
    listen = em.on("x")
    listen(nothing)
    listen(other)
    assert em.listeners("x") == [nothing, other]


@pytest.mark.parametrize("args", [(), (nothing, nothing), (None,), (5,)])
def test_a_decorator_takes_one_function(em, args):
    with pytest.raises(TypeError):
        em.on("x")(*args)
    assert em.event_names() == []


def test_an_explicit_none_is_no_decorator_argument(em):
    """on("x", None) is on("x"), None being Node's undefined, or an error; never a listener."""
    with pytest.raises(TypeError):
        em.on("x", None)
    assert em.event_names() == []


# --- keywords ---


def test_arguments_by_keyword(em):
    em.on(event_name="x", listener=nothing)
    em.once("x", listener=other)
    assert em.listener_count(event_name="x", listener=other) == 1
    em.off("x", listener=nothing)
    em.off(event_name="x", listener=other)
    assert em.event_names() == []
    em.on("x", nothing)
    em.remove_all_listeners(event_name="x")
    assert em.event_names() == []


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [
        ((), {}),
        (("x", nothing, 3), {}),
        (("x", nothing), {"listener": nothing}),
        (("x",), {"callback": nothing}),
        ((), {"listener": nothing}),
    ],
)
def test_wrong_arguments_of_on(em, args, kwargs):
    with pytest.raises(TypeError):
        em.on(*args, **kwargs)
    assert em.event_names() == []


# --- errors ---


@pytest.mark.parametrize("error", [ValueError("mine"), KeyError("k"), pynet.NetError(5, "five")])
def test_an_unheard_error_is_raised_itself(em, error):
    with pytest.raises(type(error)) as info:
        em.emit("error", error)
    assert info.value is error


@pytest.mark.parametrize("value", ["text", 5, None, ValueError])
def test_an_unheard_error_that_is_no_exception(em, value):
    with pytest.raises(pynet.NetError) as info:
        em.emit("error", value)
    assert info.value.code == "ERR_UNHANDLED_ERROR"
    assert info.value.context is value
    assert str(info.value) == f"Unhandled error. ({value!r})"


def test_an_unheard_error_without_a_value(em):
    with pytest.raises(pynet.NetError) as info:
        em.emit("error")
    assert info.value.code == "ERR_UNHANDLED_ERROR"
    assert info.value.context is None


def test_a_heard_error(em, log):
    error = ValueError("x")
    em.on("error", log.append)
    assert em.emit("error", error) is True
    assert log == [error]


def test_the_error_monitor_comes_first_and_handles_nothing(em, log):
    error = ValueError("x")
    em.on("error", lambda err: log.append(("error", err)))
    em.on(pynet.error_monitor, lambda err: log.append(("monitor", err)))
    em.emit("error", error)
    assert log == [("monitor", error), ("error", error)]
    em.remove_all_listeners("error")
    with pytest.raises(ValueError):
        em.emit("error", error)
    assert log[2:] == [("monitor", error)]
    assert pynet.errorMonitor is pynet.error_monitor


def test_an_exception_leaves_emit_and_stops_it(em, log):
    def fail():
        log.append("fail")
        raise ValueError("from the listener")

    em.on("x", lambda: log.append(1)).on("x", fail).on("x", lambda: log.append(2))
    with pytest.raises(ValueError, match="from the listener"):
        em.emit("x")
    assert log == [1, "fail"]
    em.off("x", fail)
    em.emit("x")
    assert log == [1, "fail", 1, 2]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_base_exceptions_leave_emit(em, kind):
    def fail():
        raise kind

    em.on("x", fail)
    with pytest.raises(kind):
        em.emit("x")


def test_a_listener_called_with_the_wrong_count_raises(em):
    em.on("x", lambda: None)
    with pytest.raises(TypeError):
        em.emit("x", 1)


# --- limits ---


def test_the_default_limit(em):
    assert em.get_max_listeners() == 10
    for _ in range(10):
        em.on("x", nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning) as caught:
        em.on("x", nothing)
    warning = caught[0].message
    assert (warning.emitter, warning.type, warning.count) == (em, "x", 11)
    assert "11 x listeners" in str(warning)
    assert "set_max_listeners" in str(warning)
    em.on("x", nothing)  # once for each event: a second warning would be an error here
    with pytest.warns(pynet.MaxListenersExceededWarning) as caught:
        for _ in range(12):
            em.once("y", nothing)
    assert [w.message.type for w in caught] == ["y"]


class Unprintable(pynet.EventEmitter):
    def __repr__(self):
        raise self.error

    __str__ = __repr__
    error = ZeroDivisionError


def test_the_warning_of_an_emitter_whose_repr_raises():
    emitter, event = Unprintable(), Unprintable()
    emitter.set_max_listeners(1).on(event, nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning) as caught:
        emitter.on(event, nothing)
    assert "2 <Unprintable object> listeners added to <Unprintable object>" in str(caught[0].message)
    assert caught[0].message.emitter is emitter
    assert caught[0].message.type is event


def test_the_warning_keeps_a_keyboard_interrupt_in_the_repr():
    emitter = Unprintable()
    emitter.error = KeyboardInterrupt
    emitter.set_max_listeners(1).on("x", nothing)
    with pytest.raises(KeyboardInterrupt):
        emitter.on("x", nothing)


def test_the_warning_points_at_the_caller(em):
    em.set_max_listeners(1).on("x", nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning) as caught:
        em.on("x", nothing)
    assert caught[0].filename == __file__


def test_the_warning_comes_once_also_with_prepended_ones(em):
    em.set_max_listeners(1).on("x", nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning):
        em.prepend_listener("x", nothing)
    em.prepend_listener("x", nothing)
    em.off("x", nothing)
    em.on("x", nothing)


def test_the_warning_comes_again_after_all_have_gone(em):
    em.set_max_listeners(1).on("x", nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning):
        em.on("x", nothing)
    em.remove_all_listeners("x")
    em.on("x", nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning):
        em.on("x", nothing)


def test_a_warning_that_is_an_error_leaves_the_listener_added(em):
    em.set_max_listeners(1).on("x", nothing)
    with pytest.raises(pynet.MaxListenersExceededWarning):
        em.on("x", other)
    assert em.listeners("x") == [nothing, other]


@pytest.mark.parametrize("limit", [0, float("inf"), 1e300, 0.0])
def test_no_limit(em, limit):
    assert em.set_max_listeners(limit) is em
    for _ in range(50):
        em.on("x", nothing)
    assert em.get_max_listeners() == 0


def test_another_limit(em):
    em.set_max_listeners(2)
    assert em.get_max_listeners() == 2
    em.on("x", nothing).on("x", nothing)
    with pytest.warns(pynet.MaxListenersExceededWarning):
        em.on("x", nothing)


@pytest.mark.parametrize(
    ("limit", "kind", "code"),
    [
        (-1, ValueError, "ERR_OUT_OF_RANGE"),
        (-0.5, ValueError, "ERR_OUT_OF_RANGE"),
        (float("nan"), ValueError, "ERR_OUT_OF_RANGE"),
        (float("-inf"), ValueError, "ERR_OUT_OF_RANGE"),
        ("5", TypeError, "ERR_INVALID_ARG_TYPE"),
        (None, TypeError, "ERR_INVALID_ARG_TYPE"),
        (True, TypeError, "ERR_INVALID_ARG_TYPE"),
        ([], TypeError, "ERR_INVALID_ARG_TYPE"),
    ],
)
def test_wrong_limits(em, limit, kind, code):
    with pytest.raises(kind) as info:
        em.set_max_listeners(limit)
    assert info.value.code == code
    assert "set_max_listeners" in str(info.value)
    assert em.get_max_listeners() == 10
