"""More verbs, for scenarios about the writing half of a socket and about pipes; writing.cjs has the same for Node."""

import pynet
from harness import name, pair, show, trace


def queue(sock):
    """Where the writing half stands: what is queued, how often it is corked, whether a drain is due."""
    need_drain = show(sock.writable_need_drain)
    return f"length={sock.writable_length} corked={sock.writable_corked} drain={need_drain}"


def waits(sock):
    """The same without the number: of a write under way, how much is left is the kernel's affair."""
    waiting, need_drain = show(sock.writable_length > 0), show(sock.writable_need_drain)
    return f"waits={waiting} corked={sock.writable_corked} drain={need_drain}"


def ends(sock):
    """What became of the writing half: the flags that are up, by Node's names."""
    names = ("writable", "writableEnded", "writableFinished", "destroyed")
    return " ".join(flag for flag in names if getattr(sock, flag)) or "-"


def tick(who, label):
    """Traces a line in a tick, so that it has a certain place between the callbacks."""
    pynet.next_tick(trace, who, f"tick {label}")


def between(server_options, client_options, callback):
    """Two connections with this process in the middle: C - S and D - T. What C sends, a proxy passes from S to D."""

    def first(c, s, server):
        def second(d, t, server):
            name(d, "D")
            name(t, "T")
            callback(c, s, d, t)

        pair(server_options, client_options, second)

    pair(server_options, client_options, first)


class Sink(pynet.EventEmitter):
    """A destination that is not a stream: it traces the chunks that it gets; `full` makes write() return False."""

    def __init__(self, who):
        super().__init__()
        self.who = who
        self.full = False
        name(self, who)

    def write(self, chunk):
        trace(self.who, "data", chunk)
        return not self.full

    def end(self):
        trace(self.who, "end()")

    def drain(self):
        self.full = False
        self.emit("drain")
