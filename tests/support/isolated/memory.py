"""What a run of pynet does when allocations fail: the children of one process, each with another allocation failing.

    python -m isolated.memory tcp|unix|listen|connects FOLDER FIRST STRIDE COUNT      (with failing_malloc.c preloaded)

Prints a line of JSON for each child that went wrong, and one with the totals.
"""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import gc
import json
import os
import signal
import socket
import sys
import tempfile
import traceback

import pynet

CHUNK = bytes(range(256)) * 256
CHUNKS = 8
HANG = 10  # seconds after which a child is killed
COUNTED = ("streams", "listeners", "requests", "sockets", "servers")
CONSEQUENCES = ("ECANCELED", "ECONNRESET", "EPIPE", "ECONNREFUSED", "ERR_SERVER_NOT_RUNNING", "ERR_STREAM_DESTROYED")
CONSEQUENCES += ("ERR_SOCKET_CLOSED_BEFORE_CONNECTION",)


def out_of_memory(error) -> bool:
    if isinstance(error, MemoryError) or getattr(error, "code", None) in ("ENOMEM", "EAI_MEMORY", "EMFILE"):
        return True
    if getattr(error, "errno", None) == errno.EMFILE:  # in a sweep over descriptors
        return True
    if (getattr(error, "syscall", None), getattr(error, "code", None)) == ("getaddrinfo", "EBUSY"):
        return True  # what libnss-mdns makes of it
    if any(kind.__name__ == "SSLError" for kind in type(error).__mro__):
        return True  # OpenSSL has many codes for it
    return any(map(out_of_memory, getattr(error, "errors", ())))  # of one of several addresses


class Scenario:
    """Servers, clients, a pipe, queued writes, timers; whatever goes wrong is noted."""

    STEPS = "listening connect end close finish timeout immediate tick interval doomed"
    SOCKETS = 2
    STALL = 100  # milliseconds for what still happens after a failure was reported
    PATIENCE = 3000  # milliseconds for a scenario that knows of none

    def __init__(self, where: tuple):
        self.where = where
        self.errors: list[BaseException] = []
        self.made: list = []
        self.got = bytearray()
        self.steps: set[str] = set()
        self.written = self.closed = 0
        self.finished = False
        self.printed = ""  # on stderr: Python's last resort, when there is no memory for sys.unraisablehook()

    def note(self, error) -> None:
        self.errors.append(error)

    def keep(self, emitter):
        self.made.append(emitter)
        emitter.on("error", self.note)
        return emitter

    # --- the run ---

    def start(self) -> None:
        server = self.keep(pynet.create_server({"keep_alive": True}))
        server.on("connection", self.on_connection)
        server.listen(*self.where, lambda: self.steps.add("listening"))
        address = server.address()
        if address is None:
            return  # its "error" follows
        if isinstance(address, str):
            target = {"path": address}
        else:
            target = {"port": address.port, "host": "localhost", "family": 4}
        client = self.keep(pynet.connect(target))
        client.set_timeout(60_000, self.note)
        client.once("connect", lambda: self.steps.add("connect"))
        client.on("data", self.on_data)
        client.on("end", lambda: self.steps.add("end"))
        client.on("drain", lambda: self.steps.add("drain"))
        client.on("close", lambda had_error: (self.steps.add("close"), self.on_close(server)))
        for _ in range(CHUNKS):
            client.write(CHUNK, self.on_written)
        client.write("text", "utf8")
        client.write(bytearray(b"bytes"), self.on_written)
        client.end("!", self.on_finish)
        self.doomed = self.keep(pynet.Socket())
        self.doomed.connect(target, self.on_doomed)
        self.doomed.on("close", lambda had_error: self.on_close(server))
        self.doomed.write(CHUNK * CHUNKS, lambda err: self.steps.add("doomed write"))
        pynet.set_timeout(lambda: self.steps.add("timeout"), 5)
        pynet.set_immediate(lambda: self.steps.add("immediate"))
        pynet.next_tick(lambda: self.steps.add("tick"))
        interval = pynet.set_interval(lambda: (self.steps.add("interval"), pynet.clear_interval(interval)), 1)

    def on_close(self, server) -> None:
        self.closed += 1
        if self.closed == self.SOCKETS:
            server.close()

    def on_connection(self, sock) -> None:
        self.keep(sock)
        sock.pipe(sock)

    def on_data(self, chunk) -> None:
        self.got += chunk

    def on_written(self, err) -> None:
        self.written += 1
        if err is not None:
            self.note(err)

    def on_finish(self, err) -> None:
        self.steps.add("finish")

    def on_doomed(self) -> None:
        self.doomed.write(CHUNK * CHUNKS)
        self.doomed.pause()
        self.doomed.destroy()
        self.steps.add("doomed")

    # --- the end ---

    def look(self, waited: int) -> None:
        """Ends the run when nothing more is to be expected of it."""
        self.guard = None
        if self.finished:  # the background driver may call this between two runs
            return
        if any(map(out_of_memory, self.errors)) or waited >= self.PATIENCE:
            self.steps.add("stalled")
            pynet.stop()
        else:
            self.watch(waited)

    def watch(self, waited: int = 0) -> None:
        try:
            self.guard = pynet.set_timeout(self.look, self.STALL, waited + self.STALL).unref()
        except MemoryError as error:
            self.note(error)
            self.steps.add("stalled")
            pynet.stop()

    def attempt(self, main) -> None:
        try:
            pynet.run(main)
        except Exception as error:
            self.note(error)

    def clean_up(self) -> None:
        for emitter in self.made:
            (emitter.close if isinstance(emitter, pynet.Server) else emitter.destroy)()

    def wrong(self) -> list[str]:
        """What must not be, when all is closed."""
        found = [f"{error!r}" for error in self.errors if not self.harmless(error)]
        if not self.expected().startswith(bytes(self.got)):
            found.append("other data came back")
        missing = [step for step in self.STEPS.split() if step not in self.steps]
        complete = not missing and len(self.got) == len(self.expected()) and self.written == self.writes()
        if not complete and not any(map(out_of_memory, self.errors)) and "MemoryError" not in self.printed:
            found.append(f"lost without a word: {missing} {len(self.got)} bytes, {self.written} written")
        left = {name: n for name, n in pynet._pynet._counts().items() if name in COUNTED and n}
        return found + ([f"left: {left}"] if left else [])

    def expected(self) -> bytes:
        return CHUNK * CHUNKS + b"textbytes!"

    def writes(self) -> int:
        return CHUNKS + 1

    def harmless(self, error) -> bool:
        """Lack of memory, or what follows from it and from the sockets that die on purpose."""
        return out_of_memory(error) or getattr(error, "code", None) in CONSEQUENCES


class Listening(Scenario):
    """Servers on descriptors, bound sockets and paths; loops over them, and their shutdown."""

    def __init__(self, where: tuple):
        super().__init__(where)
        self.held: list = []
        self.loops: list = []
        self.begun = self.over = 0

    def forms(self):
        path = self.where[0]
        yield "number", lambda: {"fd": self.bound().detach()}
        yield "object", lambda: {"handle": self.bound()}
        yield "bound", lambda: {"handle": self.hold(pynet.BoundSocket(host="127.0.0.1"))}
        yield "bound path", lambda: {"handle": self.hold(pynet.BoundSocket(path=f"{path}.b"))}
        yield "path", lambda: {"path": path, "readable_all": True, "writable_all": True, "unlink_stale": True}

    def hold(self, thing):
        self.held.append(thing)
        return thing

    def bound(self) -> socket.socket:
        sock = self.hold(socket.socket())
        sock.bind(("127.0.0.1", 0))
        return sock

    def start(self) -> None:
        for name, options in self.forms():
            self.begun += 1
            server = self.keep(pynet.create_server())
            server.on("close", lambda name=name: self.steps.add(name))
            self.loops.append(aiter(server))
            server.listen(options())
            address = server.address()
            if address is None:
                continue  # its "error" follows
            target = {"path": address} if isinstance(address, str) else {"port": address.port, "host": "127.0.0.1"}
            client = self.keep(pynet.connect(target))
            client.on("close", lambda had_error, server=server: self.on_end(server))
            client.resume().end("x")
            server.on("connection", lambda sock, loop=self.loops[-1]: pynet.next_tick(self.take, loop))

    def take(self, loop) -> None:
        sock = loop._attempt()
        if sock is not None:
            self.keep(sock).resume().end("y")

    def on_end(self, server) -> None:
        self.closed += 1
        server.shutdown(0.01).add_done_callback(self.on_shutdown)

    def on_shutdown(self, future) -> None:
        self.over += 1
        if self.over == self.begun:
            self.close_loops()

    def close_loops(self) -> None:
        while self.loops:
            self.loops.pop().close()

    def clean_up(self) -> None:
        self.close_loops()
        for server in self.made:
            if isinstance(server, pynet.Server):
                server.shutdown(0)
        super().clean_up()
        for thing in self.held:
            thing.__exit__(None, None, None)
        self.held.clear()

    def wrong(self) -> list[str]:
        found = [f"{error!r}" for error in self.errors if not self.harmless(error)]
        complete = self.closed == self.over == len(self.steps) == self.begun == 5
        if not complete and not any(map(out_of_memory, self.errors)) and "MemoryError" not in self.printed:
            found.append(f"lost without a word: {self.steps} {self.closed} {self.over}")
        left = {name: n for name, n in pynet._pynet._counts().items() if name in COUNTED and n}
        return found + ([f"left: {left}"] if left else [])


class Connects(Scenario):
    """Clients that try several addresses, with lookups of their own, a block list, signals and limits."""

    STEPS = "listening won lost aborted unbound failed attempt lookup connection"
    SOCKETS = 4
    CODES = (*CONSEQUENCES, "ABORT_ERR", "EADDRINUSE", "ERR_IP_BLOCKED")

    def start(self) -> None:
        self.doomed = None
        server = self.keep(pynet.create_server(lambda sock: (self.steps.add("connection"), self.keep(sock).resume())))
        server.listen(*self.where, lambda: self.steps.add("listening"))
        address = server.address()
        if address is None:
            return
        blocked = pynet.BlockList()
        blocked.add_address("127.0.0.4")
        here, controllers = {"port": address.port, "host": "name"}, [pynet.AbortController() for _ in range(2)]
        options = {"block_list": blocked, "signal": controllers[0].signal, "connect_timeout": 60, "no_delay": True}
        self.connect(server, "won", {**here, **options}, "127.0.0.2", "127.0.0.4", "127.0.0.1", "::1")
        self.connect(server, "lost", {**here, "happy_eyeballs": "serial"}, "127.0.0.2", "::1", "127.0.0.3", later=True)
        aborted = {**here, "signal": controllers[1].signal}
        doomed = self.connect(server, "aborted", aborted, "127.0.0.2", "127.0.0.3", later=True)
        doomed.once("connectionAttemptFailed", lambda *args: controllers[1].abort())
        self.connect(server, "unbound", {**here, "local_port": address.port}, "127.0.0.1", "127.0.0.2")

    def connect(self, server, step, options, *addresses, later=False):
        def lookup(hostname, asked, callback):
            answer = (None, [(address, 6 if ":" in address else 4) for address in addresses])
            pynet.set_timeout(callback, 1, *answer) if later else callback(*answer)

        sock = self.keep(pynet.Socket())
        sock.on("lookup", lambda *args: self.steps.add("lookup"))
        sock.on("connectionAttempt", lambda *args: self.steps.add("attempt"))
        sock.on("connectionAttemptFailed", lambda *args: self.steps.add("failed"))
        sock.on("error", lambda error: step != "won" and self.steps.add(step))
        sock.on("ready", lambda: self.steps.add(step))
        sock.on("close", lambda had_error: self.on_close(server))
        sock.connect({**options, "lookup": lookup})
        sock.write("early", self.on_early)
        sock.end()
        return sock

    def on_early(self, err) -> None:
        self.written += 1
        if err is not None:
            self.note(err)

    def expected(self) -> bytes:
        return b""

    def writes(self) -> int:
        return self.SOCKETS

    def harmless(self, error) -> bool:
        return out_of_memory(error) or getattr(error, "code", None) in self.CODES


SCENARIOS = {"listen": Listening, "connects": Connects}


def run_one(where: tuple, first: int, count: int, make=Scenario, lib=None) -> tuple[list[str], int]:
    """The scenario with some allocations failing; what is wrong after it, and how many failed."""
    lib = lib or ctypes.CDLL(None)
    scenario = make(where)
    sys.unraisablehook = lambda args: scenario.note(args.exc_value or MemoryError())
    scenario.watch()

    def main():
        lib.failing_arm(ctypes.c_long(first), ctypes.c_long(count))
        scenario.start()

    def go_on():
        if "stalled" in scenario.steps:  # between two runs, on the background driver
            pynet.stop()

    scenario.attempt(main)
    while scenario.errors and "stalled" not in scenario.steps and len(scenario.errors) < 100:
        known = len(scenario.errors)  # run() raises what is uncaught: the rest goes on
        scenario.attempt(go_on)
        if len(scenario.errors) == known:
            break
    failed = lib.failing_disarm()
    scenario.finished = True
    if (guard := scenario.guard) is not None:
        guard.close()
    scenario.attempt(scenario.clean_up)
    scenario.attempt(None)
    scenario.made.clear()
    scenario.doomed = None
    for error in scenario.errors:
        traceback.clear_frames(error.__traceback__)
        error.__traceback__ = None
    scenario.guard = None
    gc.collect()
    scenario.printed = read_stderr()
    return scenario.wrong(), failed


def read_stderr() -> str:
    sys.stderr.flush()
    return os.pread(2, 100_000, 0).decode(errors="replace")


def child(kind: str, folder: str, first: int, count: int, report: int) -> None:
    """Ends the process as a script ends."""
    where = (f"{folder}/{first}.sock",) if kind in ("unix", "listen") else (0, "127.0.0.1")
    signal.alarm(HANG)
    wrong, failed = run_one(where, first, count, SCENARIOS.get(kind, Scenario))
    os.write(report, json.dumps({"failed": failed, "wrong": wrong}).encode())


def sweep(kind: str, folder: str, first: int, stride: int, count: int) -> None:
    runs = bad = 0
    while True:
        receive, report = os.pipe()
        errors = tempfile.TemporaryFile(dir=folder)
        pid = os.fork()
        if pid == 0:
            os.dup2(errors.fileno(), 2)
            child(kind, folder, first, count, report)
            return
        os.close(report)
        with open(receive, "rb") as pipe:
            text = pipe.read()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        told = json.loads(text) if text else {"failed": 1, "wrong": ["no report"]}
        runs += 1
        printed = os.pread(errors.fileno(), 2000, 0).decode(errors="replace")
        errors.close()
        if status != 0 or told["wrong"]:
            bad += 1
            print(json.dumps({"n": first, "status": status, "wrong": told["wrong"], "stderr": printed}), flush=True)
        if told["failed"] == 0:
            break
        first += stride
    print(json.dumps({"runs": runs, "bad": bad, "last": first}), flush=True)


if __name__ == "__main__":
    faulthandler.enable()
    assert ctypes.CDLL(None).failing_setup() >= 1, "pynet's code was not found"
    sweep(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))
