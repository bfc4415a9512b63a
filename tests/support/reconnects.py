"""One Socket that connects again and again beside a model of it, for test_duplex_model.py.

A step is done on the loop or inside turn(). The model says of each connection what may reach the peer, which callbacks
are still to be called, and which events must not come: nothing of an earlier connection shows in the next one."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

import pynet
from helpers import target

EVENTS = ["connect", "ready", "data", "end", "prefinish", "finish", "timeout", "error", "close", "answer"]
GREETING = 3000  # bytes of the server's number of a connection: over two chunks with a mark of 1


class Mine(Exception):
    """What a socket is destroyed with."""


class Raised(Exception):
    """What a listener raises."""


@dataclass
class Written:
    """A write or an end with a callback."""

    raw: bytes
    connection: int
    accepted: bool
    held: bool  # by cork()
    answers: int = 0
    error: BaseException | None = None


@dataclass
class Connection:
    """What is known of one connection: from connect(), or before the first one, to destroy()."""

    number: int
    written: list[Written] = field(default_factory=list)
    ends: list[Written] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    peers: set[int] = field(default_factory=set)
    destroyed: bool = False
    connecting: bool = False
    refused: bool = False
    timer: bool = False
    unsure: bool = False  # it was destroyed without an error when a write had failed
    error: BaseException | None = None


class Accepted:
    """The server's end of one connection: it greets with its number, reads everything and answers the end."""

    def __init__(self, number, sock):
        self.number, self.sock = number, sock
        self.got = bytearray()
        self.ended = False
        sock.on("error", lambda error: None)
        sock.on("data", self.got.extend)
        sock.on("end", self.on_end)
        sock.write(bytes([number]) * GREETING)

    def on_end(self):
        self.ended = True
        self.sock.end()


class Reconnecting:
    """The socket, its server, and what has happened to both."""

    def __init__(self, where: tuple, options: dict):
        self.failures: list[BaseException] = []
        self.accepted: list[Accepted] = []
        self.server = pynet.create_server({"allow_half_open": True}, self.on_connection).listen(*where)
        self.sock = pynet.Socket(options)
        self.connections = [Connection(0)]
        self.closing: list[Connection] = []  # destroyed, and their `close` has not come
        self.ready_due: Connection | None = None
        self.serial = 0
        self.waits: list[tuple[Connection, str, pynet.Future]] = []
        self.raises: set[str] = set()
        self.raised = self.reported = 0
        self.scripts: dict[str, list] = {}
        for name in EVENTS[:-1]:
            self.sock.on(name, self.guarded(functools.partial(self.on_event, name)))

    @property
    def now(self) -> Connection:
        return self.connections[-1]

    def on_connection(self, sock):
        self.accepted.append(Accepted(len(self.accepted), sock))

    # --- what the socket does ---

    def guarded(self, function):
        def call(*args):
            try:
                return function(*args)
            except Raised:
                self.raised += 1
                raise
            except BaseException as error:
                self.failures.append(error)
                raise

        return call

    def uncaught(self, error, emitter):
        if isinstance(error, Raised):
            self.reported += 1
        else:
            self.failures.append(error)

    def on_event(self, name, *args):
        self.notice()
        if name in ("error", "close"):
            self.on_over(name, *args)
        else:
            self.on_life(name, *args)
        for action in self.scripts.pop(name, ()):
            self.act(*action)
        if name in self.raises:
            self.raises.remove(name)
            raise Raised

    def on_life(self, name, *args):
        now = self.now
        if name == "ready" and self.ready_due is not None:  # it follows `connect`, whatever its listeners have done
            now, self.ready_due = self.ready_due, None
            now.events.append(name)
            return
        finishing = name in ("prefinish", "finish")  # they come after destroy() where they were due
        reading = name in ("data", "end") and "close" not in now.events  # so does what flows out already
        assert finishing or reading or not now.destroyed, f"{name} of a connection that was destroyed"
        if name == "data":
            assert now.connecting and "connect" in now.events, "data before the connection"
            assert "end" not in now.events
            now.peers.update(args[0])
        elif name == "timeout":
            assert now.timer, "a timeout of an earlier connection"
        elif name == "connect":
            assert now.connecting
            self.ready_due = now
        if name not in ("data", "timeout") and not finishing:  # end() before connect() has a `finish` of its own
            assert name not in now.events, f"a second {name}"
        now.events.append(name)

    def on_over(self, name, *args):
        """`error` or `close` of a connection whose `close` is due. libuv closes several handles last to first."""
        if name == "error":
            due = [one for one in self.closing if one.error is args[0] and "error" not in one.events]
        else:
            due = [one for one in self.closing if one.unsure or args == (one.error is not None,)]
            due.sort(key=lambda one: 0 if "error" in one.events else 1 if one.unsure else 2)
        assert due, f"{name}{args} of no connection"
        due[0].events.append(name)
        if name == "close":
            self.closing.remove(due[0])

    def answer(self, written, error):
        written.answers += 1
        written.error = error
        assert written.answers == 1, "a second answer"
        if written.accepted and error is None and written.raw:
            before = [w for w in self.connections[written.connection].written if w.accepted and w.answers == 0]
            assert not before or self.serial_of(before[0]) > self.serial_of(written), "callbacks out of order"
        for action in self.scripts.pop("answer", ()):
            self.act(*action)

    @staticmethod
    def serial_of(written):
        return int.from_bytes(written.raw[:4], "big")

    # --- what is done to it ---

    def notice(self):
        """It may have destroyed itself."""
        if self.sock.destroyed:
            self.destroyed(self.sock.errored)

    def act(self, name, *args):
        self.notice()
        getattr(self, "do_" + name)(*args)

    def destroyed(self, error):
        now = self.now
        if not now.destroyed:
            now.destroyed = True
            now.error = error
            now.unsure = error is None and self.sock.errored is not None
            self.closing.append(now)

    def payload(self, size):
        """A message: its number and its length, so that what reaches a peer can be read."""
        self.serial += 1
        return self.serial.to_bytes(4, "big") + size.to_bytes(4, "big") + bytes(size)

    def do_connect(self):
        now = self.now
        if now.connecting and not now.destroyed:
            return
        if now.destroyed:
            self.connections.append(Connection(now.number + 1))
            now = self.now
        now.connecting = True
        self.sock.connect(target(self.server))

    def do_write(self, size):
        raw, now = self.payload(size), self.now
        written = Written(raw, now.number, self.takes(), self.sock.writable_corked > 0)
        now.written.append(written)
        self.sock.write(raw, callback=self.guarded(functools.partial(self.answer, written)))
        self.note_refusal()

    def do_end(self, size):
        now = self.now
        raw = b"" if size is None else self.payload(size)
        written = Written(raw, now.number, self.takes(), self.sock.writable_corked > 0)
        (now.ends if size is None else now.written).append(written)
        self.sock.end(*[raw] * (size is not None), callback=self.guarded(functools.partial(self.answer, written)))
        self.note_refusal()

    def takes(self):
        """Whether what is written now belongs to the connection for sure."""
        return self.now.connecting and self.sock.writable and not self.sock.destroyed

    def note_refusal(self):
        if self.sock.errored is not None and not self.sock.destroyed:
            self.now.refused = True

    def do_cork(self):
        self.sock.cork()

    def do_uncork(self):
        self.sock.uncork()

    def do_destroy(self, with_error):
        error = Mine() if with_error else None
        if not self.sock.destroyed:
            self.destroyed(error)
        self.sock.destroy(error)

    def do_end_destroy(self):
        self.do_end(None)
        self.do_destroy(False)

    def do_again(self):
        """destroy() and connect() in one step."""
        self.do_destroy(False)
        self.do_connect()

    def do_timer(self, ms):
        if not self.sock.destroyed:
            self.now.timer = True
            self.sock.set_timeout(ms)

    def do_wait(self, event):
        self.waits.append((self.now, event, pynet.once(self.sock, event)))

    def do_pause(self):
        self.sock.pause()

    def do_resume(self):
        self.sock.resume()

    def do_script(self, event, actions, raises):
        self.scripts[event] = actions
        if raises and event != "answer":
            self.raises.add(event)

    def close(self):
        self.server.close()
        for accepted in self.accepted:
            accepted.sock.destroy()

    # --- what must be so ---

    def still(self):
        """Whether nothing more comes of what was done."""
        if self.failures:
            raise self.failures[0]
        self.notice()
        return not self.pending()

    def pending(self):
        sock, now = self.sock, self.now
        if self.closing:
            return f"{len(self.closing)} close"
        if sock.destroyed != now.destroyed:
            return "destroyed"
        if now.refused and not now.destroyed:
            return "the error of a refused write"
        if now.connecting and not now.destroyed:
            if sock.connecting or "connect" not in now.events:
                return "connect"
            if not sock.writable_corked and sock.writable_length:
                return "writes"
            if any(written.accepted and not written.held and not written.answers for written in now.written):
                return "what was written before cork()"
            if not self.left(now) <= {serial for accepted in self.accepted for serial in self.received(accepted)}:
                return "the peer's data"
        if any(written.answers == 0 for one in self.connections[:-1] for written in [*one.written, *one.ends]):
            return "callbacks"
        if now.destroyed and any(written.answers == 0 for written in [*now.written, *now.ends]):
            return "the last callbacks"
        if self.raised != self.reported:
            return "uncaught exceptions"
        return None

    def check(self):
        """When nothing moves."""
        for one in self.connections:
            assert len(one.peers) <= 1, f"data of the connections {one.peers} in one"
            if one.destroyed:
                assert one.events[-1] == "close" or one.events[-1] == "finish" and "close" in one.events, one.events
        seen = [number for one in self.connections for number in one.peers]
        assert seen == sorted(set(seen)), f"data of one connection in several: {seen}"
        for accepted in self.accepted:
            self.check_received(accepted)
        self.check_waits()

    def left(self, one):
        """The messages that have left, as the callbacks say."""
        return {self.serial_of(w) for w in one.written if w.raw and w.accepted and w.answers and w.error is None}

    @staticmethod
    def received(accepted):
        """The numbers of the messages that have come, the last one perhaps in part."""
        got, at, serials = bytes(accepted.got), 0, []
        while at + 8 <= len(got):
            serials.append(int.from_bytes(got[at : at + 4], "big"))
            at += 8 + int.from_bytes(got[at + 4 : at + 8], "big")
        return serials

    def check_received(self, accepted):
        """Messages of one connection, in their order, without a gap."""
        serials = self.received(accepted)
        assert serials == sorted(set(serials)), f"messages twice or out of order: {serials}"
        of = {self.serial_of(w): (one, w) for one in self.connections for w in one.written if w.raw}
        assert set(serials) <= set(of), f"{serials}: not what was written"
        writers = {of[serial][0].number for serial in serials}
        assert len(writers) <= 1, f"one peer has messages of the connections {writers}"
        for number in writers:
            certain = [self.serial_of(w) for w in self.connections[number].written if w.accepted]
            gap = set(certain) - set(serials)
            assert not gap or min(gap) > serials[-1], f"{gap} are missing in {serials}"

    def check_waits(self):
        rest = []
        for one, event, future in self.waits:
            if self.now.destroyed:  # else it goes on in the next connection
                assert future.done(), f"a wait for {event} goes on after {one.events}"
            if not future.done():
                rest.append((one, event, future))
        self.waits = rest
