"""active() against run(): it is empty exactly when run() returns, in states that random steps reach."""

from __future__ import annotations

import contextlib
import socket
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pynet
from helpers import target
from pipe_names import raw_socket

NEVER = 1_000_000
BIG = bytes(3_000_000)


class Raised(Exception):
    pass


class World:
    """Servers, sockets and timers, and the steps that change them. Each step is called inside run(), which it stops:
    between two of them no thread drives the loop, and nothing changes."""

    def __init__(self, where) -> None:
        self.where = where
        self.servers: list[pynet.Server] = []
        self.sockets: list[pynet.Socket] = []
        self.raw: list[socket.socket] = []
        self.timers: list = []
        self.leave = threading.Event()
        self.threads: list[threading.Thread] = []
        self.raises = False
        for left, _ in pynet.active():  # a timer of another test
            left.unref()
        pynet.run(self.arm)
        assert pynet.active() == []

    # --- running ---

    def arm(self) -> None:
        """Stops a run() in its first turn. Not referenced: it does not count."""
        self.stopper = pynet.set_immediate(self.stop).unref()

    def stop(self) -> None:
        pynet.stop()
        self.arm()

    def run(self, main=None) -> bool:
        """Whether there was a turn: there is one exactly when something was left."""
        before = pynet._pynet._counts()["turns"]
        with contextlib.suppress(Raised):
            pynet.run(main)
        return pynet._pynet._counts()["turns"] > before

    def call(self, step, *args) -> None:
        def main():
            pynet.stop()
            step(*args)

        self.run(main)

    def look(self, times: int) -> None:
        for _ in range(times):
            listed = pynet.active()
            assert self.run() == bool(listed), listed

    def take(self, step, index: int, alone: bool) -> None:
        """`alone`: only what cannot be unreferenced counts after the step."""

        def both():
            getattr(self, step)(index)
            if alone:
                self.unref_all()

        self.call(both)
        self.look(5)

    def everything(self) -> list:
        return self.servers + self.sockets + self.timers

    def unref_all(self) -> None:
        for one in self.everything():
            one.unref()

    def one_by_one(self) -> None:
        """Each object alone keeps run() going, or does not."""
        self.call(self.unref_all)
        self.look(5)
        for one in self.everything():
            self.call(one.ref)
            self.look(2)
            self.call(one.unref)
            self.look(1)

    def finish(self) -> None:
        self.run(self.destroy_all)
        self.leave.set()
        for thread in self.threads:
            thread.join()
        pynet.clear_immediate(self.stopper)
        self.raises = False
        while pynet.active():
            self.run()

    def destroy_all(self) -> None:
        for server in self.servers:
            server.close()
        for sock in self.sockets:
            sock.destroy()
        for raw in self.raw:
            raw.close()
        for timer in self.timers:
            timer.close()

    # --- steps ---

    def pick(self, what: list, index: int):
        return what[index % len(what)] if what else None

    def listen(self, index: int) -> None:
        server = pynet.create_server(pause_on_connect=bool(index % 2), allow_half_open=bool(index % 3))
        server.on("connection", self.follow)
        place = self.where if len(self.where) > 1 else (f"{self.where[0]}{len(self.servers)}",)
        self.servers.append(server.listen(*place))

    def follow(self, sock: pynet.Socket) -> None:
        sock.on("error", lambda err: None)
        self.sockets.append(sock)
        if self.raises:
            raise Raised

    def listening(self) -> list:
        return [server for server in self.servers if server.listening]

    def connect(self, index: int) -> None:
        if server := self.pick(self.listening(), index):
            self.follow(pynet.connect(target(server), connect_timeout=(None, 100)[index % 2]))

    def connect_raw(self, index: int) -> None:
        if server := self.pick(self.listening(), index):
            address = server.address()
            raw = raw_socket(address)
            raw.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                raw.connect(address if isinstance(address, str) else address[:2])
            self.raw.append(raw)

    def raw_send(self, index: int) -> None:
        if raw := self.pick(self.raw, index):
            with contextlib.suppress(OSError):
                raw.send(BIG)

    def raw_read(self, index: int) -> None:
        if raw := self.pick(self.raw, index):
            with contextlib.suppress(OSError):
                raw.recv(len(BIG))

    def raw_close(self, index: int) -> None:
        if raw := self.pick(self.raw, index):
            raw.close()

    def connect_refused(self, index: int) -> None:
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
            self.follow(pynet.connect(bound.getsockname()[1], "127.0.0.1"))

    def connect_by_name(self, index: int) -> None:
        self.follow(pynet.connect(9, "localhost"))

    def connect_by_lookup(self, index: int) -> None:
        self.follow(
            pynet.connect(
                9, "nowhere.invalid", lookup=lambda host, options, callback: self.timers.append(Call(callback))
            )
        )

    def listen_by_name(self, index: int) -> None:
        server = pynet.create_server(self.follow)
        server.on("error", lambda err: None)
        self.servers.append(server.listen(0, "localhost"))

    def server_close(self, index: int) -> None:
        if server := self.pick(self.servers, index):
            server.close()

    def server_unref(self, index: int) -> None:
        if server := self.pick(self.servers, index):
            server.unref()

    def server_ref(self, index: int) -> None:
        if server := self.pick(self.servers, index):
            server.ref()

    def unref(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.unref()

    def ref(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.ref()

    def write(self, index: int) -> None:
        if (sock := self.pick(self.sockets, index)) and sock.writable:
            sock.write(b"few bytes")

    def write_much(self, index: int) -> None:
        if (sock := self.pick(self.sockets, index)) and sock.writable:
            sock.write(BIG)

    def on_data(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.on("data", lambda chunk: None)

    def on_data_pause(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.once("data", lambda chunk: sock.pause())

    def on_readable(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.on("readable", lambda: None)

    def off_data(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.remove_all_listeners("data")

    def read(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.read()

    def pause(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.pause()

    def stall(self, index: int) -> None:
        """Pauses a socket, with or without a listener, and sends more than it reads then."""
        if index % 2:
            self.on_data(index)
        self.pause(index)
        for i in range(len(self.raw)):
            self.raw_send(i)

    def resume(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.resume()

    def cork(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.cork()

    def pipe(self, index: int) -> None:
        if len(self.sockets) > 1:
            self.pick(self.sockets, index).pipe(self.pick(self.sockets, index + 1))

    def end(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.end()

    def close(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.close()

    def destroy(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            sock.destroy()

    def reset(self, index: int) -> None:
        if sock := self.pick(self.sockets, index):
            with contextlib.suppress(TypeError):  # a unix socket
                sock.reset_and_destroy()

    def set_timeout(self, index: int) -> None:
        self.timers.append(pynet.set_timeout(lambda: None, (0, 5, NEVER)[index % 3]))

    def set_interval(self, index: int) -> None:
        self.timers.append(pynet.set_interval(lambda: None, (0, NEVER)[index % 2]))

    def set_immediate(self, index: int) -> None:
        immediate = pynet.set_immediate(lambda: None)
        if index % 2:
            immediate.unref()

    def timer_unref(self, index: int) -> None:
        if timer := self.pick(self.timers, index):
            timer.unref()

    def timer_close(self, index: int) -> None:
        if timer := self.pick(self.timers, index):
            timer.close()

    def next_tick(self, index: int) -> None:
        pynet.next_tick(lambda: None)

    def raise_in_listeners(self, index: int) -> None:
        self.raises = bool(index % 2)

    def raise_in_a_tick(self, index: int) -> None:
        def fail():
            raise Raised

        pynet.next_tick(fail)
        pynet.next_tick(lambda: None)

    def thread(self, index: int) -> None:
        """Starts a thread, or ends the one that is there."""
        if self.threads:
            self.leave.set()
            self.threads.pop().join()
            self.leave.clear()
        else:
            self.threads.append(threading.Thread(target=self.leave.wait))
            self.threads[0].start()


class Call:
    """A lookup that has not answered, as a timer has not fired."""

    def __init__(self, callback) -> None:
        self.close = lambda: callback(OSError("no such host"))
        self.ref = self.unref = lambda: None


STEPS = [name for name in vars(World) if not name.startswith("_")]
STEPS = STEPS[STEPS.index("pick") + 1 :]
STEPS.remove("follow")
STEPS.remove("listening")
LIKELY = ["thread", "stall"] * 4


@pytest.fixture
def new_world(tmp_path, kind):
    numbers = iter(range(NEVER))
    worlds = []

    def make():
        world = World((0, "127.0.0.1") if kind == "tcp" else (str(tmp_path / f"{next(numbers)}.sock"),))
        worlds.append(world)
        return world

    return make


FIRST = [("listen", 0), ("connect_raw", 0), ("connect", 0)]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from([*STEPS, *LIKELY]), st.integers(0, 5)), max_size=25), alone=st.booleans()
)
def test_run_returns_exactly_when_active_is_empty(new_world, steps, alone):
    world = new_world()
    try:
        for step, index in FIRST + steps:
            world.take(step, index, alone)
        world.one_by_one()
    finally:
        world.finish()
