"""Random connects: addresses that are good, refuse, never answer, are blocked or fail at once; and what listeners do
meanwhile. Whatever happens, the events come in the order of the state machine and each thing is answered once.

CONNECT_EXAMPLES=5000 makes more of them.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import sys
import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import pynet
from helpers import live_handles, on_loop, wait_until

EXAMPLES = int(os.environ.get("CONNECT_EXAMPLES", "0"))
PATIENCE = 60  # ms: then a life is ended that would go on

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="needs all of 127.0.0.0/8"),
    pytest.mark.timeout(0 if EXAMPLES else 60),
]

GOOD = ["127.0.0.1"]
REFUSE = ["127.0.1.1", "127.0.1.2", "::1"]
NEVER = ["127.0.2.1", "127.0.2.2"]
BLOCKED = ["127.0.4.1", "127.0.4.2"]
AT_ONCE = ["255.255.255.255"]  # connect(2) itself refuses it
EVENTS = "lookup connectionAttempt connectionAttemptFailed connectionAttemptTimeout connect ready error close".split()
ATTEMPT, FAILED, TIMEOUT = EVENTS[1:4]
ENDING = [
    "destroy",
    "destroy_error",
    "abort",
    "abort_own",
    "destroy_soon",
    "end",
    "reset",
    "connect",
    "live_again",
    "gc",
]
HARMLESS = "ref unref look options detach pipe write raise pause listen_once".split()


@dataclass(frozen=True)
class Step:
    event: str  # or "now", "timer"
    nth: int
    action: str
    thread: bool


@dataclass(frozen=True)
class Plan:
    addresses: list
    answer: str  # how the lookup answers; "direct": no lookup
    auto_select: bool
    mode: str
    limit: bool
    local: bool
    driver: str
    inside: bool
    steps: list = field(default_factory=list)

    def tried(self) -> list:
        """In the order in which they are tried."""
        found = list(dict.fromkeys(self.addresses))
        if self.answer == "direct" or not self.auto_select:
            return found[:1]
        six = [text for text in found if ":" in text]
        four = [text for text in found if ":" not in text]
        halves = [six, four] if found[0] in six else [four, six]
        order = []
        while any(halves):
            order += halves[0][:1] + halves[1][:1]
            halves = [half[1:] for half in halves]
        return order


STEP = st.builds(
    Step,
    st.sampled_from([*EVENTS, *EVENTS[1:4], "now", "timer"]),
    st.integers(1, 3),
    st.sampled_from(ENDING + HARMLESS),
    st.sampled_from([False, False, False, True]),
)
PLAN = st.builds(
    Plan,
    st.lists(st.sampled_from(GOOD + REFUSE + NEVER + BLOCKED + AT_ONCE), min_size=1, max_size=6),
    st.sampled_from(["now", "now", "tick", "timer", "thread", "twice", "error", "raise", "never", "direct"]),
    st.sampled_from([True, True, True, False]),
    st.sampled_from(["race", "serial"]),
    st.sampled_from([False, False, True]),
    st.sampled_from([False, False, False, True]),
    st.sampled_from(["background", "handler", "foreground"]),
    st.booleans(),
    st.lists(STEP, max_size=4),
)


class Boom(Exception):
    """What a listener raises."""


class Mine(Exception):
    """What a socket is destroyed with."""


class Garbage:
    """Garbage in a cycle: its collection destroys a socket."""

    def __init__(self, act):
        self.act, self.cycle = act, self

    def __del__(self):
        self.act()


class Places:
    """A server, and listeners on the same port that never answer."""

    def __enter__(self):
        self.stack = contextlib.ExitStack()
        self.server = pynet.create_server(self.on_connection).listen(0, "127.0.0.1").unref()
        self.stack.callback(self.server.shutdown, 0)
        self.port = self.server.address().port
        for address in NEVER:
            listener = self.stack.enter_context(socket.socket())
            listener.bind((address, self.port))
            listener.listen(0)
            for _ in range(3):
                client = self.stack.enter_context(socket.socket())
                client.setblocking(False)
                client.connect_ex((address, self.port))
        self.blocked = pynet.BlockList()
        for address in BLOCKED:
            self.blocked.add_address(address)
        return self

    def __exit__(self, *args):
        self.stack.close()

    @staticmethod
    def on_connection(sock):
        sock.on("error", lambda error: None)
        sock.unref().resume()


class Run:
    """One plan, from connect() until everything is over."""

    def __init__(self, places: Places, plan: Plan):
        self.places, self.plan = places, plan
        self.log: list[tuple] = []
        self.counts: dict[str, int] = {}
        self.lives, self.written, self.answered = 1, 0, 0
        self.acted: list[str] = []
        self.threads: list[threading.Thread] = []
        self.timers = []
        self.problems: list = []
        self.refused = False  # connect() itself has raised
        self.controllers = pynet.AbortController(), pynet.AbortController()
        self.sock = pynet.Socket(signal=self.controllers[0].signal, block_list=places.blocked)
        self.sink = pynet.Socket()

    # --- what is done ---

    def act(self, step: Step):
        self.acted.append(step.action)
        if step.thread:
            self.thread(self.do, step.action)
        else:
            self.do(step.action)

    def thread(self, call, *args):
        thread = threading.Thread(target=call, args=args, name="a step")
        thread.start()
        self.threads.append(thread)

    @staticmethod
    def on_a_thread():
        return threading.current_thread().name == "a step"

    def do(self, action: str):
        try:
            getattr(self, "do_" + action)()
        except pynet.NetError as error:  # of a socket that is dead, or its signal
            if error.code not in ("ENOTCONN", "ABORT_ERR", "ERR_SOCKET_UNSENT_DATA", "ERR_SOCKET_UNREAD_DATA"):
                self.problems.append(error)

    def do_destroy(self):
        self.sock.destroy()

    def do_destroy_error(self):
        self.sock.destroy(Mine())

    def do_abort(self):
        self.controllers[1].abort()

    def do_abort_own(self):
        self.controllers[0].abort()

    def do_destroy_soon(self):
        self.sock.destroy_soon()

    def do_end(self):
        self.sock.end()

    def do_reset(self):
        self.sock.reset_and_destroy()

    def do_connect(self):
        """Which is an error while it connects, and when it is connected."""
        if self.sock.connecting or not self.sock.pending:
            self.sock.connect(self.places.port, "127.0.0.1")

    def do_live_again(self):
        with pynet.turn() if self.on_a_thread() else contextlib.nullcontext():
            self.sock.destroy()
            if self.lives < 4 and not self.controllers[0].signal.aborted:
                self.lives += 1
                found = [("127.0.1.3", 4), ("127.0.0.1", 4)]
                answer = lambda name, options, callback: callback(None, found)  # noqa: E731
                self.sock.connect(port=self.places.port, host="again", lookup=answer)

    def do_gc(self):
        gc.set_threshold(1, 1000, 1000)
        garbage = Garbage(self.sock.destroy)
        del garbage

    def do_ref(self):
        self.sock.ref()

    def do_unref(self):
        self.sock.unref()

    def do_look(self):
        sock = self.sock
        repr(sock), sock.fileno(), sock.address(), sock.ready_state, sock.remote_address, sock.local_port
        assert sock.connecting <= sock.pending, "connecting but not pending"

    def do_options(self):
        self.sock.set_no_delay().set_keep_alive(True, 5000).set_type_of_service(8)

    def do_detach(self):
        self.sock.detach().close()
        self.acted.append("detached")

    def do_pipe(self):
        self.sock.pipe(self.sink)

    def do_write(self):
        self.written += 1
        self.sock.write(b"more", self.on_written)

    def do_raise(self):
        if not self.on_a_thread():
            raise Boom

    def do_pause(self):
        self.sock.pause()
        self.sock.resume()

    def do_listen_once(self):
        self.sock.once("connect", lambda: None)

    def on_written(self, error):
        self.answered += 1

    # --- how it runs ---

    def on(self, event):
        def noted(*args):
            self.log.append((event, args))
            nth = self.counts[event] = self.counts.get(event, 0) + 1
            if event == "close":
                pynet.set_immediate(self.closed)
            for step in self.plan.steps:
                if (step.event, step.nth) == (event, nth):
                    self.act(step)
            if event == "ready":
                pynet.set_timeout(self.finish, 5)

        return noted

    def lookup(self, hostname, options, callback):
        how = self.plan.answer
        answers = [(text, 6 if ":" in text else 4) for text in self.plan.addresses]
        answer = (None, answers) if options.get("all") else (None, *answers[0])
        if how == "raise":
            raise Boom
        if how == "tick":
            pynet.next_tick(callback, *answer)
        elif how == "timer":
            pynet.set_timeout(callback, 2, *answer)
        elif how == "thread":
            self.thread(callback, *answer)
        elif how == "error":
            callback(OSError("who?"))
        elif how != "never":
            callback(*answer)
            if how == "twice":
                callback(*answer)

    def start(self):
        plan, sock = self.plan, self.sock
        self.guard = pynet.set_timeout(self.finish, PATIENCE)
        for event in EVENTS:
            sock.on(event, self.on(event))
        options = {"port": self.places.port, "host": "some.name", "lookup": self.lookup}
        if plan.answer == "direct":
            options["host"] = plan.addresses[0]
        if plan.limit:
            options["connect_timeout"] = 0.03
        if plan.local:
            options["local_port"] = self.places.port  # the port is taken
        try:
            sock.connect(
                options,
                auto_select_family=plan.auto_select,
                auto_select_family_attempt_timeout=10,
                happy_eyeballs=plan.mode,
                signal=self.controllers[1].signal,
            )
        except (Boom, pynet.NetError):
            self.refused = True
            sock.destroy()
        for _ in range(2):
            self.do_write()
        for step in plan.steps:
            if step.event == "now":
                self.act(step)
            elif step.event == "timer":
                self.timers.append(pynet.set_timeout(self.act, step.nth * 4, step))

    def finish(self):
        self.acted.append("finish")
        self.sock.destroy()

    def closed(self):
        if self.names().count("close") >= self.lives:
            self.guard.close()

    def close_timers(self):
        for timer in self.timers:
            timer.close()

    def over(self):
        return self.sock.destroyed and self.names().count("close") >= self.lives and self.answered >= self.written

    def run(self):
        handles = live_handles()
        thresholds = gc.get_threshold()
        try:
            getattr(self, "run_" + self.plan.driver)()
            for thread in self.threads:
                thread.join(10)
            assert wait_until(lambda: on_loop(self.over), timeout=5), (self.log, self.answered, self.written)
            on_loop(lambda: None)
        finally:
            gc.set_threshold(*thresholds)
            self.sock.destroy()
            self.sink.destroy()
        if not wait_until(lambda: live_handles() == handles, timeout=0.1):
            gc.collect()
        assert wait_until(lambda: live_handles()["requests"] == 0 and live_handles()["streams"] <= handles["streams"])

    def run_foreground(self):
        main = self.start
        for _ in range(50):
            try:
                pynet.run(main)
                break
            except Boom:
                main = None
        else:
            raise AssertionError("run() raises for ever")

    def run_background(self):
        """What a listener raises destroys the socket."""
        hook, threading.excepthook = threading.excepthook, lambda args: None
        try:
            self.begin()
            assert wait_until(lambda: on_loop(self.over), timeout=5), (self.log, self.answered, self.written)
        finally:
            on_loop(self.close_timers)
            threading.excepthook = hook

    def run_handler(self):
        """What a listener raises is taken note of."""
        old = pynet.set_uncaught_handler(lambda error, emitter: None)
        try:
            self.begin()
            assert wait_until(lambda: on_loop(self.over), timeout=5), (self.log, self.answered, self.written)
        finally:
            on_loop(self.close_timers)
            pynet.set_uncaught_handler(old)

    def begin(self):
        if self.plan.inside:
            with contextlib.suppress(Boom):
                on_loop(self.start)
        else:
            with pynet.turn(), contextlib.suppress(Boom):
                self.start()

    # --- what must hold ---

    def names(self, *wanted):
        return [name for name, _ in self.log if not wanted or name in wanted]

    def check(self):
        assert self.problems == []
        assert self.answered == self.written
        assert len(self.names("close")) == self.lives
        if self.lives == 1:
            self.check_life()

    def check_life(self):
        assert self.names()[-1] == "close"
        assert all(self.names().count(name) <= 1 for name in ("connect", "ready", "error"))
        self.check_attempts()
        interfered = set(self.acted) & {*ENDING, "raise", "detached"}
        if "connect" not in self.names() and not interfered and not self.refused:
            assert self.names("error") or "finish" in self.acted
        if not interfered:
            assert not (self.names("error") and self.names("connect"))
            assert len(self.names("ready")) == len(self.names("connect"))
            self.check_outcome()

    def check_attempts(self):
        """Each has its event once, in order, and begins when the one before has failed or timed out."""
        order = self.plan.tried()
        began, failed, late = [], [], []
        for name, args in self.log:
            if name == "lookup":
                assert not began + failed
            elif name == ATTEMPT:
                before = began[-1:]
                assert not before or before[0] in failed + late, f"{args[0]} began too early"
                began.append(args[0])
            elif name == FAILED:
                assert args[0] not in failed
                assert args[0] in began or args[0] in BLOCKED
                assert not (self.plan.mode == "serial" and args[0] in late)
                failed.append(args[0])
            elif name == TIMEOUT:
                assert args[0] == began[-1] and args[0] not in failed + late and args[0] != order[-1]
                late.append(args[0])
            elif name == "connect":
                assert began and set(began) - set(failed)
        assert began == [text for text in order if text in began]

    def check_outcome(self):
        order, names = self.plan.tried(), self.names()
        late = [args[0] for name, args in self.log if name == TIMEOUT]
        answered = self.plan.answer not in ("error", "raise", "never")
        certain = answered and not self.plan.limit and all(text in NEVER for text in late)
        if not certain:
            return
        hopeless = self.plan.local or not set(order) & {*GOOD, *NEVER}
        if hopeless:
            error = next(args[0] for name, args in self.log if name == "error")
            assert isinstance(error, pynet.AggregateError) == (len(order) > 1)
            assert len(getattr(error, "errors", [])) == (len(order) if len(order) > 1 else 0)
        elif set(order) & set(GOOD) and "finish" not in self.acted:
            assert "connect" in names
        if "connect" in names and len(order) > 1:
            attempted = self.sock.auto_select_family_attempted_addresses
            assert attempted[-1] == f"127.0.0.1:{self.places.port}"
            assert len(attempted) == len(self.names(ATTEMPT))


@settings(
    max_examples=EXAMPLES or 30,
    deadline=None,
    phases=list(Phase) if EXAMPLES else [Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(plan=PLAN)
def test_random_connects(plan):
    with Places() as places:
        run = Run(places, plan)
        run.run()
        run.check()
