"""The emitter against a plain model of Node's documented rules, under random calls."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pynet import EventEmitter

NAMES = ["a", "b", "c"]
names = st.sampled_from(NAMES)


class Entry:
    def __init__(self, function, once):
        self.function = function
        self.once = once
        self.fired = False


class Model:
    """Node's rules: lists by name in a dict that keeps the order in which names came."""

    def __init__(self):
        self.lists: dict[str, list[Entry]] = {}

    def add(self, name, function, once=False, prepend=False):
        if "newListener" in self.lists:
            self.emit("newListener", name, function)
        entries = self.lists.setdefault(name, [])
        entries.insert(0 if prepend else len(entries), Entry(function, once))

    def remove_entry(self, name, entry):
        entries = self.lists.get(name, [])
        if entry not in entries:
            return
        entries.remove(entry)
        if not entries:
            del self.lists[name]
        self.emit("removeListener", name, entry.function)

    def off(self, name, function):
        for entry in reversed(self.lists.get(name, [])):
            if entry.function is function:
                self.remove_entry(name, entry)
                return

    def remove_like(self, name, gone):
        """Removes by the function: the listener may have been removed and added again meanwhile."""
        for entry in reversed(self.lists.get(name, [])):
            if entry is gone or (entry.function is gone.function and not entry.once and not gone.once):
                self.remove_entry(name, entry)
                return

    def remove_all(self, name=None):
        if name is not None:
            for entry in reversed(list(self.lists.get(name, []))):
                self.remove_like(name, entry)
        elif "removeListener" not in self.lists:
            self.lists.clear()
        else:
            for key in [key for key in self.lists if key != "removeListener"]:
                self.remove_all(key)
            self.remove_all("removeListener")
            self.lists.clear()  # what the listeners of removeListener have added

    def emit(self, name, *args):
        entries = list(self.lists.get(name, []))
        for entry in entries:
            if entry.once:
                if entry.fired:
                    continue
                entry.fired = True
                self.remove_entry(name, entry)
            entry.function(*args)
        return bool(entries)

    def listeners(self, name):
        return [entry.function for entry in self.lists.get(name, [])]

    def raw(self, name):
        return [entry.once for entry in self.lists.get(name, [])]


class Real:
    """The same calls on the real emitter."""

    def __init__(self):
        self.em = EventEmitter()
        self.em.set_max_listeners(0)
        self.emit = self.em.emit
        self.off = self.em.off
        self.remove_all = self.em.remove_all_listeners
        self.listeners = self.em.listeners

    def add(self, name, function, once=False, prepend=False):
        em = self.em
        methods = [em.on, em.once, em.prepend_listener, em.prepend_once_listener]
        methods[once + 2 * prepend](name, function)

    def raw(self, name):
        return [hasattr(wrapper, "listener") for wrapper in self.em.raw_listeners(name)]


class World:
    """An emitter of one kind with listeners that do scripted things to it; both worlds get the same scripts."""

    def __init__(self, target):
        self.target = target
        self.log = []
        self.depth = 0
        self.functions = [self.make(i) for i in range(8)]
        self.scripts: list[list[tuple]] = [[] for _ in self.functions]

    def make(self, number):
        def listener(*args):
            shown = tuple(self.functions.index(a) if a in self.functions else a for a in args)
            self.log.append((number, shown))
            if self.depth < 2 and len(self.log) < 40:
                self.depth += 1
                try:
                    for action, *rest in self.scripts[number]:
                        self.act(action, *rest)
                finally:
                    self.depth -= 1
            if number == 7:
                raise ValueError("listener 7 raises")

        return listener

    def act(self, action, name, number, once, prepend):
        target, function = self.target, self.functions[number]
        if action == "add":
            target.add(name, function, once, prepend)
        elif action == "off":
            target.off(name, function)
        elif action == "remove_all":
            target.remove_all(name)
        elif action == "clear":
            target.remove_all()
        else:
            self.log.append(("returned", target.emit(name, number)))

    def run(self, *action):
        try:
            self.act(*action)
        except ValueError as error:
            self.log.append(str(error))


ACTIONS = st.tuples(
    st.sampled_from(["add", "add", "add", "off", "remove_all", "clear", "emit", "emit"]),
    st.sampled_from([*NAMES, *NAMES, "newListener", "removeListener"]),
    st.integers(0, 7),
    st.booleans(),
    st.booleans(),
)


class EmitterMachine(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.model, self.real = World(Model()), World(Real())

    def both(self, *action):
        for world in (self.model, self.real):
            world.run(*action)

    @rule(action=ACTIONS)
    def anything(self, action):
        self.both(*action)

    @rule(name=names, number=st.integers(0, 6), once=st.booleans(), prepend=st.booleans())
    def add(self, name, number, once, prepend):
        self.both("add", name, number, once, prepend)

    @rule(name=names)
    def emit(self, name):
        self.both("emit", name, 0, False, False)

    @rule(number=st.integers(0, 7), script=st.lists(ACTIONS, max_size=3))
    def let_a_listener_act(self, number, script):
        self.model.scripts[number] = self.real.scripts[number] = script

    @rule(name=names, number=st.integers(0, 6), once=st.integers(0, 6))
    def nest(self, name, number, once):
        """A listener that emits its own event, and a once() listener behind it."""
        self.model.scripts[number] = self.real.scripts[number] = [("emit", name, 0, False, False)]
        self.both("add", name, number, False, False)
        self.both("add", name, once, True, False)
        self.both("emit", name, 0, False, False)

    @invariant()
    def the_same_was_called(self):
        assert self.real.log == self.model.log
        self.real.log.clear()
        self.model.log.clear()

    @invariant()
    def the_same_is_registered(self):
        model, real = self.model.target, self.real.target
        assert real.em.event_names() == list(model.lists)
        for name in model.lists:
            numbers = [self.model.functions.index(f) for f in model.listeners(name)]
            assert [self.real.functions.index(f) for f in real.listeners(name)] == numbers
            assert real.raw(name) == model.raw(name)
            assert real.em.listener_count(name) == len(numbers)


TestEmitterAgainstTheModel = EmitterMachine.TestCase
TestEmitterAgainstTheModel.settings = settings(
    max_examples=50,
    stateful_step_count=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes longer than the test may
    suppress_health_check=[HealthCheck.too_slow],
)
