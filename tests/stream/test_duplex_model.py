"""Two connected sockets in random lives, and one socket that connects again and again, held against Node's rules; see
duplex.py, duplex_waits.py and reconnects.py for the models.

DUPLEX_EXAMPLES=1500 makes it a long run (`make fuzz`), and what fails is then made smaller."""

from __future__ import annotations

import contextlib
import functools
import os
import socket
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import pynet
from duplex import FORMS
from duplex_waits import WAITED, Raised, Readers, WaitingSide
from helpers import connected_pair, live_handles, on_loop, wait_until
from reconnects import EVENTS as PHASES
from reconnects import Reconnecting

EXAMPLES = int(os.environ.get("DUPLEX_EXAMPLES", "0"))
MARKS = [None, None, 0, 1, 16, 1000, 65536]
SIZES = [0, 1, 3, 10, 100, 1000, 4096, 65536, 70_000, 300_000]
CUTS = [0, 1, 2, 7, 100, 4096, 65536, 66_000, 200_000]
REST = None  # instead of a size: all that there is
sizes = st.sampled_from(SIZES)
forms = st.sampled_from(FORMS)


def action(name, *args):
    return st.tuples(st.just(name) if isinstance(name, str) else name, *args)


WRITING = st.one_of(
    action("write", sizes, forms, st.booleans()),
    action("write", sizes, forms, st.booleans()),
    action("writelines", st.lists(st.sampled_from(SIZES[:-1]), max_size=5)),
    action("cork"),
    action("uncork"),
)
LISTENING = st.one_of(
    action("pause"),
    action("resume"),
    action("data_on"),
    action("data_off"),
    action("readable_on", st.sampled_from(["all", "all", "one", 1, 7, "none"])),
    action("readable_off"),
    action("pipe", st.sampled_from([0, 1, 2, 3]), st.booleans()),
    action("unpipe", st.booleans()),
    action("sink_drain"),
)
READING = st.one_of(
    action("read", st.sampled_from([None, None, -1, 0, 1, 5, 100, 5000])),
    action("unshift", st.sampled_from([0, 1, 4, 100, 70_000])),
)
ENDING = st.one_of(
    action("end", st.none() | sizes, forms, st.booleans()),
    action("destroy", st.booleans()),
    action("end_destroy", st.none() | sizes, st.booleans()),
)
ASIDE = st.one_of(action("wait", st.sampled_from(WAITED)), action("encode"))
ACTIONS = st.one_of(WRITING, LISTENING, READING, ASIDE)
EVENTS = ["data", "data", "readable", "end", "prefinish", "finish", "drain", "close", "error", "answer", "resume"]
SCRIPTS = action(
    st.sampled_from(["script", "script", "raising"]),
    st.sampled_from(EVENTS),
    st.lists(ACTIONS | ENDING, min_size=1, max_size=3),
)
STEPS = st.lists(st.tuples(st.integers(0, 1), ACTIONS | SCRIPTS), min_size=2, max_size=8)
RAW = ("write", "writelines", "cork", "uncork", "end", "destroy", "wait")  # the model may follow these a moment later


CONNECTIONS = st.tuples(
    st.tuples(st.booleans(), st.booleans()),  # allow_half_open
    st.tuples(st.sampled_from(MARKS), st.sampled_from(MARKS)),
    st.booleans(),  # small buffers in the kernel
    st.booleans(),  # destroyed at the end, or ended
    st.integers(0, 15),  # steps before either is ended
    st.sampled_from([None, "utf8", "base64", "hex", "utf16le"]),  # set when the end is there already
)


def dead(life):
    return all(side.sock.destroyed for side in life.sides)


def old(life):
    return life.patience <= 0


class Life(RuleBasedStateMachine):
    kind = "tcp"

    def __init__(self):
        super().__init__()
        self.failures: list[BaseException] = []
        self.closing = contextlib.ExitStack()
        self.sides: list[WaitingSide] = []
        self.broken = False
        self.turns = 0

    @initialize(how=CONNECTIONS)
    def connect(self, how):
        half_open, marks, tight, self.destroyed, self.patience, self.encoding = how
        self.sides = []
        self.raised = 0
        self.handles = live_handles()
        folder = self.closing.enter_context(tempfile.TemporaryDirectory())
        where = (0, "127.0.0.1") if self.kind == "tcp" else (str(Path(folder) / "s"),)
        options = [
            {"allow_half_open": half, **({} if mark is None else {"high_water_mark": mark})}
            for half, mark in zip(half_open, marks, strict=True)
        ]
        self.closing.callback(pynet.set_uncaught_handler, pynet.set_uncaught_handler(self.uncaught))
        pair = connected_pair(where, options[0], options[1])
        self.closing.callback(pair.close)
        for sock, half in zip((pair.client, pair.peer), half_open, strict=True):
            sock.remove_all_listeners()
            if tight:
                with socket.socket(fileno=socket.dup(sock.fileno())) as copy:
                    copy.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536 if self.kind == "tcp" else 8192)
            self.sides.append(WaitingSide(sock, half, self.failures))
        self.sides[0].peer, self.sides[1].peer = reversed(self.sides)
        self.settle()

    def uncaught(self, error, emitter):
        if isinstance(error, Raised):
            self.raised += 1
        else:
            self.failures.append(error)

    # --- steps ---

    def act(self, steps, outside):
        for number, (name, *args) in steps:
            side = self.sides[number]
            side.outside = outside
            try:
                side.act(name, *args)
            finally:
                side.outside = False

    @rule(steps=STEPS)
    def on_the_loop(self, steps):
        on_loop(self.act, steps, False)
        self.settle()

    @rule(steps=STEPS)
    def in_one_turn(self, steps):
        with pynet.turn():
            self.act(steps, True)
        self.settle()

    @rule(number=st.integers(0, 1), action=ACTIONS)
    def from_a_thread(self, number, action):
        with contextlib.nullcontext() if action[0] in RAW else pynet.turn():
            self.act([(number, action)], True)
        self.settle()

    @precondition(old)
    @rule(number=st.integers(0, 1), action=ENDING, outside=st.booleans(), before=STEPS, after=STEPS)
    def end_one(self, number, action, outside, before, after):
        steps = [*before[:3], (number, action), *after[:3]]
        if outside:
            with pynet.turn():
                self.act(steps, True)
        else:
            on_loop(self.act, steps, False)
        self.settle()

    @precondition(old)
    @rule(number=st.integers(0, 1), action=ENDING)
    def end_from_a_thread(self, number, action):
        self.act([(number, action)], True)
        self.settle()

    @rule(number=st.integers(0, 1), count=st.integers(1, 3), meanwhile=st.lists(WRITING, max_size=3))
    def wait_for_data(self, number, count, meanwhile):
        side = self.sides[number]
        if not side.may_wait() or side.flow.flowing is False:
            return
        with pynet.turn():  # no chunk comes between two of them
            futures = side.begin_waits(count)
        on_loop(self.act, [(1 - number, action) for action in meanwhile], False)
        self.settle(look=False)
        on_loop(side.end_waits, futures)
        self.settle()

    @rule(
        number=st.integers(0, 1),
        parts=st.lists(st.sampled_from([0, 1, 2, 100, 5000, 66_000, REST]), min_size=2, max_size=4),
        meanwhile=st.lists(WRITING, max_size=3),
        hasty=st.integers(0, 2),
    )
    def read_in_turns(self, number, parts, meanwhile, hasty):
        side = self.sides[number]
        if not side.may_wait() or side.flow.flowing is False:
            return
        side.scripts.clear()
        side.raises.clear()
        rest = on_loop(side.rest)
        readers = Readers(side, [rest if part is REST else part for part in parts])
        on_loop(self.act, [(1 - number, action) for action in meanwhile], False)
        self.settle(look=False)
        readers.end(on_loop(side.available), hasty)
        on_loop(side.after_frame, True)
        self.settle()

    @rule(
        number=st.integers(0, 1),
        wanted=st.sampled_from(["exactly", "until"]),
        cut=st.sampled_from([*CUTS, REST, REST, REST]),
    )
    def read_frame(self, number, wanted, cut):
        side = self.sides[number]
        if side.may_wait():
            side.scripts.clear()
            side.raises.clear()
            waited = side.read_frame(wanted, on_loop(side.rest) if cut is REST else cut)
            self.settle(look=False)
            on_loop(side.after_frame, waited)
            self.settle()

    @precondition(old)
    @rule(number=st.integers(0, 1), again=st.sampled_from(["exactly", "until", "turns", None]))
    def read_up(self, number, again):
        """Its peer ends; a frame takes exactly what is left, and then others find nothing."""
        side = self.sides[number]
        if not side.may_wait() or side.peer.sock.destroyed:
            return
        if not side.peer.ended:
            on_loop(self.act, [(1 - number, ("end", 10, "bytes", True))], False)
            self.settle()
        self.read_frame(number, "exactly", REST)
        if again == "turns":
            self.read_in_turns(number, [1, 2], [], 0)
        elif again:
            self.read_frame(number, again, 1)

    @precondition(dead)
    @rule(how=CONNECTIONS)
    def live_again(self, how):
        self.close()
        self.connect(how)

    # --- looking ---

    def still(self):
        """On the loop: whether all is as it will stay until the next step, for a few turns already."""
        self.fail()
        self.turns = self.turns + 1 if all(side.waits_for() is None for side in self.sides) else 0
        return self.turns > 3

    def settle(self, look=True):
        """Until nothing moves any more, and a few turns more."""
        self.patience -= 1
        self.broken = True
        self.turns = 0
        if not any(on_loop(self.still) for _ in range(30)) and not wait_until(lambda: on_loop(self.still), timeout=2):
            raise AssertionError(f"nothing comes of it: {on_loop(lambda: [side.waits_for() for side in self.sides])}")
        if look:
            on_loop(self.look)
        self.broken = False

    def look(self):
        self.fail()
        for side in self.sides:
            side.check_still()
        assert self.raised == sum(side.raised for side in self.sides)

    def fail(self):
        if self.failures:
            raise self.failures[0]

    # --- the end of a life ---

    def finish(self):
        """Both read everything and end."""
        for side in self.sides:
            side.scripts.clear()
            side.raises.clear()
            if side.sock.destroyed:
                continue
            for name in ("unpipe", "readable_off", "data_on", "resume"):
                side.act(name, *[True] * (name == "unpipe"))
            for _ in range(side.corked):  # also after end(): what was left keeps the end back
                side.act("uncork")
            if not side.ended:
                side.act("end", 5, "bytes", True)

    def encode_late(self, side):
        """Its peer ends while it reads nothing; then it gets an encoding."""
        if side.sock.destroyed or side.peer.sock.destroyed:
            return

        def end_peer():
            for one in self.sides:
                one.scripts.clear()
                one.raises.clear()
            for step in (("unpipe", True), ("readable_off",), ("data_off",), ("pause",)):
                side.act(*step)
            for _ in range(side.peer.corked):
                side.peer.act("uncork")
            if not side.peer.ended:
                side.peer.act("end", 5, "bytes", True)

        on_loop(end_peer)
        self.settle()
        if not side.may_encode_late():
            return
        texts = on_loop(side.begin_encode_late, self.encoding)
        assert wait_until(lambda: "end" in side.log), "no end"
        on_loop(side.end_encode_late, self.encoding, texts)

    def over(self):
        return all("close" in side.log for side in self.sides)

    def check_normal(self):
        for side in self.sides:
            names = [name for name in side.log if name in ("prefinish", "finish", "end", "error", "close")]
            assert sorted(names) == ["close", "end", "finish", "prefinish"]
            assert side.sock.bytes_read == len(side.peer.sent)
            assert side.at == len(side.peer.sent) or side.discards
            assert not any(call.error for call in side.calls if call.fate != "refused")

    def live_on(self):
        """To the end, by one of two ways."""
        self.settle()
        if not self.destroyed:
            if self.encoding:
                self.encode_late(self.sides[self.patience % 2])
            on_loop(self.finish)
            self.settle()
            on_loop(lambda: [side.act("resume") for side in self.sides])  # where a `readable` listener had paused it
        else:
            for side in self.sides:
                side.scripts.clear()
                side.raises.clear()
                self.act([(self.sides.index(side), ("destroy", False))], True)
        assert wait_until(lambda: on_loop(self.over)), [side.log for side in self.sides]
        self.settle()
        if not any(side.cause for side in self.sides):
            self.check_normal()

    def close(self):
        with self.closing:
            if len(self.sides) == 2 and not self.broken:
                self.live_on()
        if self.sides:
            assert wait_until(lambda: live_handles() == self.handles), live_handles()

    teardown = close


class UnixLife(Life):
    kind = "unix"


# --- one socket, connected again and again ---

PHASE_STEPS = st.one_of(
    action("connect"),
    action("connect"),
    action("again"),
    action("write", st.sampled_from([0, 10, 10, 3000, 70_000, 1_000_000])),
    action("write", st.sampled_from([0, 10, 10, 3000, 70_000, 1_000_000])),
    action("end", st.sampled_from([None, None, 10, 70_000])),
    action("cork"),
    action("uncork"),
    action("destroy", st.booleans()),
    action("end_destroy"),
    action("timer", st.sampled_from([1, 1, 3])),
    action("wait", st.sampled_from([*WAITED, "data", "connect"])),
    action("pause"),
    action("resume"),
)
PHASE_SCRIPTS = action(
    "script",
    st.sampled_from(PHASES),
    st.lists(PHASE_STEPS, max_size=3),
    st.sampled_from([False, False, True]),
)


class Again(RuleBasedStateMachine):
    kind = "tcp"

    def __init__(self):
        super().__init__()
        self.closing = contextlib.ExitStack()
        self.one: Reconnecting | None = None
        self.broken = False

    @initialize(half_open=st.booleans(), mark=st.sampled_from(MARKS))
    def make(self, half_open, mark):
        self.handles = live_handles()
        folder = self.closing.enter_context(tempfile.TemporaryDirectory())
        where = (0, "127.0.0.1") if self.kind == "tcp" else (str(Path(folder) / "s"),)
        options = {"allow_half_open": half_open, **({} if mark is None else {"high_water_mark": mark})}
        self.one = Reconnecting(where, options)
        self.closing.callback(pynet.set_uncaught_handler, pynet.set_uncaught_handler(self.one.uncaught))

    def act(self, steps):
        for step in steps:
            self.one.act(*step)

    @rule(steps=st.lists(PHASE_STEPS | PHASE_SCRIPTS, min_size=1, max_size=8), outside=st.booleans())
    def go_on(self, steps, outside):
        if outside:
            with pynet.turn():
                self.act(steps)
        else:
            on_loop(self.act, steps)
        self.settle()

    def settle(self):
        self.broken = True
        for look in (self.one.still, self.one.still, self.look):
            assert wait_until(functools.partial(on_loop, look)), f"nothing comes of it: {on_loop(self.one.pending)}"
        self.broken = False

    def look(self):
        """In one step: a timer may fire, and its script may destroy the socket, before the next one."""
        still = self.one.still()
        if still:
            self.one.check()
        return still

    def teardown(self):
        with self.closing:
            if self.one is None:
                return
            self.one.scripts.clear()
            self.one.raises.clear()
            if self.broken:
                on_loop(self.one.sock.destroy)
            else:
                on_loop(self.one.act, "destroy", False)
                self.settle()
            on_loop(self.one.close)
        assert wait_until(lambda: live_handles() == self.handles), live_handles()


class UnixAgain(Again):
    kind = "unix"


PROFILE = settings(
    max_examples=EXAMPLES or 20,
    stateful_step_count=20,
    deadline=None,
    phases=list(Phase) if EXAMPLES else [Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes too long
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)
TestTcp = Life.TestCase
TestUnix = UnixLife.TestCase
TestTcpAgain = Again.TestCase
TestUnixAgain = UnixAgain.TestCase
TestTcp.settings = TestUnix.settings = TestTcpAgain.settings = TestUnixAgain.settings = PROFILE
