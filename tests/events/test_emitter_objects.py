"""An EventEmitter as a Python object: subclasses, attributes, weak references, garbage, threads."""

from __future__ import annotations

import gc
import sys
import threading
import weakref

import pytest

import pynet
from helpers import on_loop
from pynet import EventEmitter
from reentrancy import ends_well


class WithInit(EventEmitter):
    def __init__(self, name):
        super().__init__()
        self.name = name


class WithoutSuper(EventEmitter):
    def __init__(self, name, *, more=None):
        self.name = name
        self.on("x", self.listener)
        self.heard = []

    def listener(self, value):
        self.heard.append(value)


class WithSlots(EventEmitter):
    __slots__ = ("value",)


@pytest.mark.parametrize("kind", [WithInit, WithoutSuper])
def test_subclasses_with_and_without_super(kind):
    em = kind("name")
    heard = []
    em.on("y", heard.append)
    em.emit("y", 1)
    assert heard == [1] and em.name == "name"


def test_a_listener_that_is_a_method_of_the_subclass():
    em = WithoutSuper("n", more=1)
    em.emit("x", 5)
    em.off("x", em.listener)
    em.emit("x", 6)
    assert em.heard == [5]


def test_slots_and_multiple_inheritance():
    em = WithSlots()
    em.value = 1
    assert em.emit("x") is False

    class Mixin:
        def mixed(self):
            return self.emit("x", 1)

    class Both(Mixin, EventEmitter):
        pass

    both = Both()
    heard = []
    both.on("x", heard.append)
    assert both.mixed() and heard == [1]


def test_usable_before_init():
    em = EventEmitter.__new__(EventEmitter)
    heard = []
    em.once("x", heard.append)
    em.emit("x", 1)
    assert heard == [1] and em.event_names() == []
    em.__init__()
    em.__init__()


def test_init_again_keeps_the_listeners():
    em = EventEmitter()
    em.on("x", print)
    em.__init__()
    assert em.listeners("x") == [print]


def test_an_overridden_emit_or_on_is_python_s_own_business():
    class Loud(EventEmitter):
        def emit(self, name, *args):
            return super().emit(name, *(arg.upper() for arg in args))

    em = Loud()
    heard = []
    em.on("x", heard.append)
    em.emit("x", "a")
    assert heard == ["A"]


def test_attributes_and_dict():
    em = EventEmitter()
    em.anything = 5
    assert em.__dict__ == {"anything": 5} and vars(em)["anything"] == 5
    em.__dict__ = {"other": 1}
    assert em.other == 1 and not hasattr(em, "anything")
    with pytest.raises(AttributeError):
        EventEmitter().missing  # noqa: B018


def test_the_repr_and_hash_are_those_of_an_object():
    em = EventEmitter()
    assert "EventEmitter" in repr(em)
    assert hash(em) == hash(em) and em != EventEmitter()


# --- garbage ---


@pytest.mark.parametrize("kind", [EventEmitter, pynet.Socket, pynet.Server, WithSlots])
def test_a_weak_reference_dies_with_its_object(kind):
    em = kind()
    died = []
    ref = weakref.ref(em, died.append)
    assert ref() is em
    del em
    assert ref() is None and died == [ref]


@pytest.mark.parametrize("kind", [EventEmitter, pynet.Socket, pynet.Server, WithSlots])
@pytest.mark.parametrize("method", ["on", "once"])
def test_a_cycle_through_a_listener_is_collected(kind, method):
    em = kind()
    getattr(em, method)("x", lambda held=em: held)
    ref = weakref.ref(em)
    del em
    gc.collect()
    assert ref() is None


def make_cycles():
    em = EventEmitter()
    em.me = em
    yield em
    em = EventEmitter()
    em.on("x", em.emit)
    yield em
    em = EventEmitter()
    em.listen = em.on("x")  # the decorator holds the emitter
    yield em
    em = EventEmitter()
    em.once("x", em.emit)
    em.wrapper = em.raw_listeners("x")[0]
    yield em
    em, other = EventEmitter(), EventEmitter()
    em.on("x", other.emit)
    other.on("x", em.emit)
    yield em
    em = EventEmitter()
    name = type("Name", (), {})()
    name.em = em
    em.on(name, print)  # through the event's name
    yield em


def test_other_cycles_are_collected():
    refs = [weakref.ref(em) for em in make_cycles()]
    gc.collect()
    assert [ref() for ref in refs] == [None] * 6


def test_references_come_out_even():
    def listener(*args):
        pass

    name, value = "a name of its own", object()
    before = [sys.getrefcount(o) for o in (listener, value)]
    for _ in range(100):
        em = EventEmitter()
        em.on(name, listener).once(name, listener).prepend_listener(name, listener)
        em.emit(name, value)
        em.emit(name, value, value)
        em.off(name, listener)
        em.on("y", listener).remove_all_listeners("y")
        em.listeners(name), em.raw_listeners(name), em.event_names()
        with pytest.raises(TypeError):
            em.on(name, None)
    del em
    gc.collect()
    assert [sys.getrefcount(o) for o in (listener, value)] == before


def test_a_collection_during_everything():
    """Whatever allocates may collect, and the garbage may use the emitter."""
    em = EventEmitter()
    em.set_max_listeners(0)

    class Garbage:
        def __init__(self):
            self.me = self

        def __del__(self):
            em.remove_all_listeners("x")
            em.on("x", print)

    threshold = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(200):
            Garbage()
            em.once("x", len)
            em.prepend_once_listener("x", len)
            em.listeners("x")
            em.off("x", len)
    finally:
        gc.set_threshold(*threshold)
    gc.collect()
    em.remove_all_listeners()


def test_once_wrapper_called_by_the_finalizer_of_another_listener():
    """Once, the call revived the emitter that was being freed, which was then freed twice."""
    ends_well("""
        class Listener:
            def __call__(self):
                pass
            def __del__(self):
                for wrapper in wrappers:
                    wrapper()

        called = []
        for make in (pynet.EventEmitter, pynet.Socket, pynet.create_server):
            emitter = make()
            emitter.on("a", Listener())
            emitter.once("b", lambda: called.append(1))
            wrappers = emitter.raw_listeners("b")
            del emitter
            gc.collect()
        assert called == [1, 1, 1], called
        print("well")
    """)


# --- threads ---


def test_emit_runs_where_it_is_called():
    em = EventEmitter()
    where = []
    em.on("x", lambda: where.append(threading.get_ident()))
    em.emit("x")
    on_loop(em.emit, "x")
    assert where[0] == threading.get_ident() != where[1]


def test_many_threads_emit_add_and_remove():
    em = EventEmitter()
    em.set_max_listeners(0)
    counted = [0] * 6
    switch = sys.getswitchinterval()
    start = threading.Barrier(6)
    failures = []

    def work(number):
        def mine(who):
            counted[who] += 1 if who == number else 0

        try:
            start.wait(5)
            for _ in range(300):
                em.on("x", mine)
                em.once("x", mine)
                em.emit("x", number)
                em.off("x", mine)
                em.off("x", mine)
                em.event_names()
                em.listener_count("x", mine)
        except Exception as error:
            failures.append(error)

    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    finally:
        sys.setswitchinterval(switch)
    assert failures == []
    # `on` is heard each time; a once() may be used up by the emit of another thread.
    assert all(300 <= count <= 600 for count in counted)
    assert em.event_names() == []
