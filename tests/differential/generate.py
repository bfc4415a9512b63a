"""Random scenarios, as data: scenario(seed, index) is always the same.

A scenario is a dict that is written as one line of JSON:

    kind     "tcp" or "unix"
    server   options of createServer()
    C, D     options of the client's Socket; D, a second client, is not always there
    reads    for C, D and the accepted sockets (S): "data", "readable" or "none", the listener that reads
    deaf     no listener of `error`
    slow     it has times in it: before each phase everything rests a while
    phases   how often everything that is under way may settle, and the next phase begins
    steps    what is done when

A step is {"id", "at", "nth", "via", "on", "do", "args", "cb"}: at the nth time that `at` happens, `do` is called on the
object `on`, by the way of a tick, an immediate or a timer, or at once. `at` is "start", "settled.N", an event such as
"S1.data", or "cb.ID", the callback or the listener of another step. A step whose object is not there does nothing.
"""

import random

TEXTS = ["", "a", "hello", "0123456789", "two\nlines\n"]
SIZES = [1, 5, 16, 17, 100, 4000, 20_000, 70_000]
HALVES = ["e282", "ac", "61e2", "82ac", "ff", "f09f", "9880"]
ENCODINGS = ["utf8", "hex", "base64", "latin1", "ascii", "utf16le", "base64url"]
VIAS = [None] * 60 + ["tick"] * 22 + ["immediate"] * 14
LISTENED = ["data", "readable", "end", "close", "drain", "finish", "error", "resume", "pause"]

# How often each call is chosen, by theme.
COMMON = {"write": 10, "end": 7, "destroy": 4, "state": 8, "pause": 3, "resume": 4, "read": 3, "cork": 1, "uncork": 1}
THEMES = {
    "mixed": {"setEncoding": 2, "unshift": 2, "on": 2, "once": 1, "off": 1, "destroySoon": 1, "resetAndDestroy": 1},
    "reading": {"pause": 8, "resume": 8, "read": 10, "unshift": 6, "setEncoding": 4, "on": 5, "once": 2, "off": 3,
                "prependListener": 2, "removeAllListeners": 3, "isPaused": 2, "listenerCount": 1},
    "writing": {"write": 20, "cork": 6, "uncork": 7, "end": 6, "setDefaultEncoding": 2, "destroySoon": 2},
    "ending": {"end": 12, "destroy": 10, "destroySoon": 5, "resetAndDestroy": 4, "finished": 4, "on": 2, "connect": 1},
    "pipes": {"pipe": 12, "pipeline": 3, "unpipe": 7, "pause": 4, "resume": 5, "unshift": 2, "on": 2},
    "again": {"connect": 12, "destroy": 8, "end": 8, "resetAndDestroy": 2, "write": 12, "cork": 2},
    "raising": {"raise": 6, "on": 2, "destroy": 3, "end": 4},
    "times": {"setTimeout": 10, "write": 5},
    "aborting": {"abort": 12, "destroy": 2, "end": 4, "resetAndDestroy": 1, "connect": 1},
    "server": {"connect": 2, "end": 4, "destroy": 4},
}  # fmt: skip
SERVER_CALLS = ["closeServer", "getConnections", "listening", "maxConnections", "listen"]


class _Generator:
    def __init__(self, seed, index):
        self.rng = random.Random(f"{seed}/{index}")
        self.index = index
        self.steps = []
        self.slow = False
        self.kind = self.rng.choice(["tcp", "unix"])
        self.phases = self.rng.randint(2, 4)
        self.theme = self.rng.choice([*THEMES, "mixed", "reading", "writing", "ending", "pipes", "again"])

    def maybe(self, chance):
        return self.rng.random() < chance

    def half(self):
        """Options of a socket, or of the sockets of a server."""
        options = {}
        if self.maybe(0.35):
            options["allowHalfOpen"] = True
        if self.maybe(0.2):
            options["highWaterMark"] = self.rng.choice([0, 1, 5, 16, 16, 1000, 100_000])
        if self.maybe(0.05):
            options["noDelay"] = True
        if self.maybe(0.05):
            options["keepAlive"] = True
        return options

    def client(self):
        options = self.half()
        if self.theme == "aborting":
            options["signal"] = True
        if self.theme in ("reading", "mixed") and self.maybe(0.12):
            stops = self.rng.choice([[], [1], [2], [1, 2], [1, 3]])
            options["onread"] = {"size": self.rng.choice([1, 8, 64, 70_000]), "stops": stops}
        return options

    def scenario(self):
        server = self.half()
        if self.maybe(0.12):
            server["pauseOnConnect"] = True
        made = {"index": self.index, "kind": self.kind, "server": server, "C": self.client()}
        second = self.theme in ("server", "pipes") and self.maybe(0.6)
        if second:
            made["D"] = self.client()
        modes = ["data"] * 5 + ["readable", "none", "none"]
        made["reads"] = {who: self.rng.choice(modes) for who in "CDS"}
        if self.maybe(0.04):
            made["deaf"] = True
        self.fill(second)
        self.alone()
        if self.slow:
            made["slow"] = True
        made["phases"] = self.phases
        made["steps"] = self.steps
        return made

    def fill(self, second):
        for _ in range(self.rng.choice([0, 0, 0, 1, 2])):
            self.add("C", at="start")
        self.step("start", "C", "connect", [self.target()], cb=self.maybe(0.6))
        if second:
            self.step("start", "D", "connect", ["srv"], cb=False)
        for _ in range(self.rng.choice([0, 0, 1])):
            self.add("C", at="start")
        objects = ["C", "C", "S1", "S1"] + (["D", "S2"] if second else []) + (["S2"] if self.theme == "again" else [])
        if self.theme == "server":
            objects += ["srv", "srv", "srv"]
        elif self.maybe(0.15):
            objects += ["srv"]
        for _ in range(self.rng.randint(3, 12)):
            self.add(self.rng.choice(objects))

    def target(self):
        """Where to connect to: the server, an address without one, or a name (when its lookup answers, and what)."""
        if self.maybe(0.08):
            return "nowhere"
        if self.kind == "unix" or self.maybe(0.8):
            return "srv"
        addresses = self.rng.choice([["127.0.0.1"], ["127.0.0.2", "127.0.0.1"], ["127.0.0.2", "127.0.0.3"]])
        return [self.rng.choice(["now", "tick", "immediate"]), *addresses]

    def alone(self):
        """A timer of 1 ms is certain only where nothing else is under way: else the step comes at once."""
        for step in self.steps:
            if step.get("via") == "timer" and sum(other["at"] == step["at"] for other in self.steps) > 1:
                del step["via"]

    def add(self, who, at=None):
        do = self.call(who)
        args, cb = self.arguments(who, do)
        if args is None:
            return
        via = self.rng.choice(VIAS)
        if "pipe" in do and [other for other in args if isinstance(other, str) and other != who]:
            at, nth, via = f"settled.{self.rng.randint(1, self.phases)}", 1, None  # it acts on two objects
        elif at is None:
            at, nth = self.moment(who, do)
        else:
            nth = 1
        if self.theme == "times" and at.startswith("settled") and self.maybe(0.2):
            via, self.slow = "timer", True  # only where nothing else is under way
        self.step(at, who, do, args, cb, via, nth)

    def step(self, at, who, do, args, cb=False, via=None, nth=1):
        made = {"id": len(self.steps) + 1, "at": at, "on": who, "do": do, "args": args}
        if nth > 1:
            made["nth"] = nth
        if via:
            made["via"] = via
        if cb:
            made["cb"] = True
        self.steps.append(made)

    def moment(self, who, do):
        """(at, nth): when something is done to `who`. Only what is certain: an event of its own, or a phase."""
        if do == "connect" and self.maybe(0.8):
            return self.rng.choice([f"{who}.close", f"{who}.close", f"{who}.error", f"{who}.end"]), 1
        callbacks = [
            f"cb.{s['id']}" for s in self.steps if s["on"] == who and (s.get("cb") or s["do"] in ("on", "once"))
        ]
        if callbacks and self.maybe(0.2):
            return self.rng.choice(callbacks), 1
        if self.maybe(0.4):
            return f"settled.{self.rng.randint(1, self.phases)}", 1
        if who == "srv":
            return self.rng.choice(["srv.connection", "srv.connection", "srv.close", "srv.drop", "start"]), 1
        events = ["data", "data", "data", "end", "end", "finish", "close", "close", "error", "resume", "prefinish"]
        events += ["readable", "drain", "pause", "timeout"]
        events += ["connection"] * 6 if who[0] == "S" else ["connect"] * 5 + ["ready", "connectionAttempt"]
        event = self.rng.choice(events)
        nth = 2 if event in ("data", "readable", "connect", "close") and self.maybe(0.15) else 1
        return f"{who}.{event}", nth

    def call(self, who):
        if who == "srv":
            return self.rng.choice(SERVER_CALLS)
        weights = {**COMMON, **THEMES[self.theme]}
        if who[0] == "S":
            weights = {name: weight for name, weight in weights.items() if name not in ("connect", "abort")}
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def data(self):
        """(payload, encoding or nothing)"""
        chosen = self.rng.random()
        if chosen < 0.45:
            return [{"s": self.rng.choice(TEXTS)}]
        if chosen < 0.85:
            return [{"n": self.rng.choice(SIZES)}]
        if chosen < 0.93:
            return [{"x": self.rng.choice(HALVES)}]
        return [{"s": self.rng.choice(["6869", "61626364"])}, self.rng.choice(ENCODINGS)]  # right in each of them

    def arguments(self, who, do):
        """(args, whether there is a callback); args None: no such call here."""
        rng = self.rng
        if do == "write":
            return self.data(), self.maybe(0.5)
        if do == "end":
            return (self.data() if self.maybe(0.5) else []), self.maybe(0.5)
        if do == "destroy":
            return (["boo"] if self.maybe(0.4) else []), False
        if do == "setTimeout":
            self.slow = True
            return [rng.choice([20, 20, 0])], self.maybe(0.4)
        if do in ("setEncoding", "setDefaultEncoding"):
            return [rng.choice(ENCODINGS[:6])], False
        if do == "unshift":
            return self.data(), False
        if do == "read":
            return rng.choice([[], [], [1], [2], [5], [100], [0]]), False
        if do == "pipe":
            others = [x for x in ("C", "S1", "D", "S2") if x[0] == who[0]] if self.maybe(0.6) else [who]
            return [rng.choice(others), *([{"end": False}] if self.maybe(0.25) else [])], False
        if do == "pipeline":
            return [who, self.rng.choice([who, "S1" if who[0] == "S" else "C", "S2" if who[0] == "S" else "D"])], True
        if do == "unpipe":
            return rng.choice([[], [who], ["C" if who == "D" else who]]), False
        if do in ("on", "once", "prependListener"):
            return [rng.choice(LISTENED)], False
        if do == "off":
            added = [s for s in self.steps if s["on"] == who and s["do"] in ("on", "once", "prependListener")]
            chosen = rng.choice(added) if added else None
            return ([chosen["args"][0], chosen["id"]] if chosen else None), False
        if do in ("removeAllListeners", "listenerCount"):
            return [rng.choice(["data", "readable", "timeout"])], False
        if do == "finished":
            return rng.choice([[], [], [{"readable": False}], [{"writable": False}]]), True
        if do == "connect":
            return ["nowhere" if self.maybe(0.2) else self.target()], self.maybe(0.5)
        if do == "maxConnections":
            return [rng.choice([0, 1, 1, 2])], False
        return [], do in ("getConnections",) or (do in ("closeServer", "listen") and self.maybe(0.6))


def scenario(seed, index):
    return _Generator(seed, index).scenario()


def readable(made):
    """A scenario as text, to be read by people: one line for the options, one for each step."""
    options = " ".join(f"{key}={made[key]}" for key in made if key not in ("index", "steps"))
    lines = [options]
    for step in made["steps"]:
        nth = f" (time {step['nth']})" if "nth" in step else ""
        via = f", by {step['via']}" if "via" in step else ""
        cb = ", with a callback" if "cb" in step else ""
        args = ", ".join(map(str, step["args"]))
        lines.append(f"  #{step['id']} at {step['at']}{nth}{via}: {step['on']}.{step['do']}({args}){cb}")
    return "\n".join(lines)
