"""Runs scenarios on pynet: python interpreter.py FILE FOLDER. interpreter.cjs does the same on real Node, step by step.

FILE has one scenario for each line, as JSON (generate.py says what is in it). They run one after the other; each has a
server of its own, and ends when all that it made is closed. For each, a line of JSON with its traces is printed.
"""

import json
import os
import sys
import traceback
import zlib
from functools import partial
from pathlib import Path

import pynet
from harness import masked, name, show
from reading import chars

TURNS = 12
SLOW_MS = 60
MOST_LINES = 400
SOCKET_EVENTS = [
    *("lookup", "connectionAttempt", "connectionAttemptFailed", "connect", "ready", "end", "prefinish", "finish"),
    *("drain", "timeout", "error", "close", "pause", "resume", "pipe", "unpipe"),
]
SERVER_EVENTS = ["listening", "connection", "drop", "error", "close"]
SOCKET_STATE = [
    *("readyState", "connecting", "pending", "destroyed", "closed", "errored", "readable", "readableEnded"),
    *("readableFlowing", "readableLength", "readableDidRead", "readableAborted", "readableEncoding", "writable"),
    *("writableEnded", "writableFinished", "writableCorked", "writableNeedDrain", "writableLength"),
    *("bytesRead", "bytesWritten", "timeout"),
]
SHOWS_STATE = {"state", "listening"}


def settle(f, turns=TURNS):
    pynet.set_immediate(lambda: f() if turns == 0 else settle(f, turns - 1))


def payload(data):
    """The bytes or the text that a step writes: {"s": text}, {"x": hex}, or {"n": how many} of a pattern."""
    if "s" in data:
        return data["s"]
    if "x" in data:
        return bytes.fromhex(data["x"])
    return bytes(97 + (i + (i >> 8)) % 26 for i in range(data["n"]))


def shown(value):
    if not isinstance(value, str):
        return show(value)
    return chars(value) if len(value) <= 60 else f"'{len(value)} characters, crc {zlib.crc32(value.encode()):x}'"


def _state(sock):
    state = " ".join(f"{key}={shown(getattr(sock, key))}" for key in SOCKET_STATE)
    return f"{state} isPaused={show(sock.is_paused())}"


def _raise(step):
    raise ScenarioError(f"raised in {step['id']}")


def _set_max_connections(server, count):
    server.max_connections = count


VERBS = {
    "connect": lambda sock, step, run: sock.connect(run.target(step["args"][0]), *run.callback(step)),
    "write": lambda sock, step, run: sock.write(payload(step["args"][0]), *step["args"][1:], *run.callback(step)),
    "end": lambda sock, step, run: sock.end(*map(payload, step["args"][:1]), *step["args"][1:], *run.callback(step)),
    "destroy": lambda sock, step, run: sock.destroy(*map(ScenarioError, step["args"])),
    "unshift": lambda sock, step, run: sock.unshift(payload(step["args"][0]), *step["args"][1:]),
    "setTimeout": lambda sock, step, run: sock.set_timeout(*step["args"], *run.callback(step)),
    "pipe": lambda sock, step, run: sock.pipe(run.objects.get(step["args"][0]), *step["args"][1:]),
    "unpipe": lambda sock, step, run: sock.unpipe(*map(run.objects.get, step["args"])),
    "on": lambda emitter, step, run: emitter.on(step["args"][0], run.added(step)),
    "once": lambda emitter, step, run: emitter.once(step["args"][0], run.added(step)),
    "prependListener": lambda emitter, step, run: emitter.prepend_listener(step["args"][0], run.added(step)),
    "off": lambda emitter, step, run: emitter.off(step["args"][0], run.added(run.step(step["args"][1]))),
    "finished": lambda sock, step, run: pynet.finished(sock, *step["args"], *run.callback(step)) and None,
    "pipeline": lambda sock, step, run: (
        pynet.pipeline(*map(run.objects.get, step["args"]), *run.callback(step)) and None
    ),
    "abort": lambda sock, step, run: run.controllers[step["on"]].abort(),
    "state": lambda sock, step, run: _state(sock),
    "raise": lambda sock, step, run: _raise(step),
    "getConnections": lambda server, step, run: server.get_connections(*run.callback(step)),
    "closeServer": lambda server, step, run: server.close(*run.callback(step)),
    "listen": lambda server, step, run: run.listen(*run.callback(step)),
    "maxConnections": lambda server, step, run: _set_max_connections(server, step["args"][0]),
    "listening": lambda server, step, run: f"{show(server.listening)} {show(server.address() is not None)}",
}


def call(target, step, run):
    """A verb that has no function in VERBS is a method of that name."""
    if step["do"] in VERBS:
        return VERBS[step["do"]](target, step, run)
    return getattr(target, step["do"])(*step["args"])


class ScenarioError(Exception):
    pass


class Chunks:
    """Chunks of `data` that follow one another are one: where the kernel cuts them is not a matter of behaviour."""

    def __init__(self, chunk):
        self.all = chunk

    def takes(self, chunk):
        return type(self.all) is type(chunk)

    def add(self, chunk):
        self.all += chunk

    def __str__(self):
        return f"data {shown(self.all)}"


class Run:
    def __init__(self, scenario, done):
        self.scenario = scenario
        self.done = done
        self.objects = {}
        self.traces = {}
        self.counts = {}
        self.listeners = {}
        self.controllers = {}
        self.closed = set()  # the sockets that emitted `close` since their last connect()
        self.port = None
        self.accepted = 0
        self.over = False

    def trace(self, who, event, *details):
        if self.over:
            return
        lines = self.traces.setdefault(who, [])
        chunk = details[0] if event == "data" and len(details) == 1 else None
        if len(lines) > MOST_LINES:
            return
        if not isinstance(chunk, (bytes, str)):
            lines.append(" ".join([event, *map(shown, details)]))
        elif lines and isinstance(lines[-1], Chunks) and lines[-1].takes(chunk):
            lines[-1].add(chunk)
        else:
            lines.append(Chunks(chunk))

    def step(self, number):
        found = [step for step in self.scenario["steps"] if step["id"] == number]
        return found[0] if found else {"id": number, "at": "", "on": "", "do": "", "args": []}

    def known(self, who):
        """Whether an argument of pipe() is there: an object, or options."""
        return not isinstance(who, str) or who in self.objects

    def target(self, where):
        if self.scenario["kind"] == "unix":
            return {"path": "nobody.sock" if where == "nowhere" else self.path()}
        port = 1 if where == "nowhere" or self.port is None else self.port
        if not isinstance(where, list):
            return {"host": "127.0.0.1", "port": port}
        return {"host": "a.name", "port": port, "lookup": partial(self.lookup, *where)}

    def lookup(self, when, *rest):
        """`when` is when the answer comes; then the addresses, and what a lookup function gets."""
        *addresses, _host, options, callback = rest
        answers = [{"address": address, "family": 4} for address in addresses]
        answer = partial(callback, None, *([answers] if options.get("all") else [addresses[0], 4]))
        if when == "now":
            answer()
        elif when == "tick":
            pynet.next_tick(answer)
        else:
            pynet.set_immediate(answer)

    def path(self):
        return f"{self.scenario['index']}.sock"

    def listen(self, *callback):
        server = self.objects["srv"]
        if self.scenario["kind"] == "unix":
            return server.listen(self.path(), *callback)
        return server.listen(0, "127.0.0.1", *callback)

    def callback(self, step):
        """The callback of a step that has one, as a list: to be spread into arguments."""
        if not step.get("cb"):
            return []

        def called(*args):
            self.trace(step["on"], f"#{step['id']} callback", *args)
            self.trigger(f"cb.{step['id']}")

        return [called]

    def added(self, step):
        number = step["id"]
        if number not in self.listeners:

            def heard(*args):
                self.trace(step["on"], f"{step['args'][0]} of #{number}", *masked(step["args"][0], args))
                self.trigger(f"cb.{number}")

            self.listeners[number] = heard
        return self.listeners[number]

    def label(self, step, target):
        early = step["do"] == "connect" and target.destroyed and step["on"] not in self.closed
        if step["do"] == "connect":
            self.closed.discard(step["on"])
        return f"#{step['id']} {step['do']}{' before close' if early else ''}"

    def perform(self, step):
        target = self.objects.get(step["on"])
        if self.over or target is None or ("pipe" in step["do"] and not all(map(self.known, step["args"]))):
            return
        label = self.label(step, target)
        try:
            result = call(target, step, self)
        except Exception as err:
            if step["do"] == "raise":
                raise
            self.trace(step["on"], label, "raised", err)
        else:
            if result is target:
                self.trace(step["on"], f"{label} itself")
            elif step["do"] in SHOWS_STATE:
                self.trace(step["on"], f"{label} {result}")
            else:
                self.trace(step["on"], label, result)

    def trigger(self, at):
        if self.over:
            return
        count = self.counts[at] = self.counts.get(at, 0) + 1
        for step in self.scenario["steps"]:
            if step["at"] != at or step.get("nth", 1) != count:
                continue
            via = step.get("via")
            if via == "tick":
                pynet.next_tick(self.perform, step)
            elif via == "immediate":
                pynet.set_immediate(self.perform, step)
            elif via == "timer":
                pynet.set_timeout(self.perform, 1, step)
            else:
                self.perform(step)

    def watch(self, who, emitter, events):
        name(emitter, who)
        self.objects[who] = emitter
        for event in events:

            def heard(*args, event=event):
                if event == "close":
                    self.closed.add(who)
                self.trace(who, event, *masked(event, args))
                self.trigger(f"{who}.{event}")

            emitter.on(event, heard)

    def heard(self, who):
        reads = self.scenario["reads"][who[0]]
        events = [*SOCKET_EVENTS, reads] if reads in ("data", "readable") else SOCKET_EVENTS
        return [event for event in events if event != "error"] if self.scenario.get("deaf") else events

    def client(self, who):
        options = dict(self.scenario[who])
        if "onread" in options:
            stops = options["onread"]["stops"]
            calls = 0

            def received(count, buffer):
                nonlocal calls
                self.trace(who, "data", bytes(buffer[:count]))
                self.trigger(f"{who}.data")
                calls += 1
                return calls not in stops

            options["onread"] = {"buffer": bytearray(options["onread"]["size"]), "callback": received}
        if "signal" in options:
            self.controllers[who] = pynet.AbortController()
            options["signal"] = self.controllers[who].signal
        self.watch(who, pynet.Socket(options), self.heard(who))

    def start(self):
        server = pynet.create_server(self.scenario["server"])

        def connected(sock):
            self.accepted += 1
            who = f"S{self.accepted}"
            self.watch(who, sock, self.heard(who))
            self.trigger(f"{who}.connection")

        def listening():
            at = server.address()
            if at is not None and not isinstance(at, str):
                self.port = at.port

        def began():
            self.client("C")
            if "D" in self.scenario:
                self.client("D")
            self.rest(lambda: self.phase(1))
            self.trigger("start")

        server.on("connection", connected)
        self.watch("srv", server, SERVER_EVENTS)
        server.on("listening", listening)
        self.listen(lambda: settle(began, 2))

    def rest(self, f):
        if self.scenario.get("slow"):
            pynet.set_timeout(settle, SLOW_MS, f)
        else:
            settle(f)

    def phase(self, number):
        if number > self.scenario["phases"]:
            return self.finish()
        self.rest(lambda: self.phase(number + 1))  # first: a step may raise
        return self.trigger(f"settled.{number}")

    def finish(self):
        for who, emitter in self.objects.items():
            shows = VERBS["listening" if who == "srv" else "state"]
            self.trace(who, f"last {shows(emitter, None, self)}")
        self.over = True
        server = self.objects["srv"]
        server.on("error", lambda err: None)
        for emitter in self.objects.values():
            if emitter is not server:
                emitter.on("error", lambda err: None)
                emitter.destroy()
        if server.listening:
            server.close()
        settle(lambda: self.done(self.result()), 6)

    def result(self):
        return {who: list(map(str, self.traces[who])) for who in sorted(self.traces)}


def main():
    file, folder = sys.argv[1:]
    scenarios = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
    current = None

    def done(traces):
        print(json.dumps(traces), flush=True)
        pynet.set_immediate(following)

    def following():
        nonlocal current
        if not scenarios:
            os._exit(0)
        current = Run(scenarios.pop(0), done)
        current.start()

    def uncaught(exc, emitter):
        if not isinstance(exc, ScenarioError) and not hasattr(exc, "code"):
            traceback.print_exception(exc)
            os._exit(2)  # a mistake of this file
        current.trace("main", "uncaught", exc)

    pynet.set_uncaught_handler(uncaught)
    os.chdir(folder)
    pynet.run(following)


if __name__ == "__main__":
    main()
