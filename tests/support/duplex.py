"""A socket beside a model of it, for test_duplex_model.py: what it may do is said by Node's rules, step by step.

A Side is one end of a connection. Whatever is done to the socket goes through Side.act(), which tells the model first;
whatever the socket does comes to a listener of the Side, which holds it against the model."""

from __future__ import annotations

import base64
import contextlib
import functools
import random
import struct
from collections import deque
from dataclasses import dataclass

import pynet

BLOCK = random.Random(5).randbytes(65521)  # a prime: a chunk that is lost or comes twice shows at once


class Boom(Exception):
    """What a socket is destroyed with."""


def content(form: str, offset: int, size: int):
    """What write() gets so that it writes in this form, and the bytes that it stands for."""
    start = offset % len(BLOCK)
    raw = (BLOCK * ((start + size) // len(BLOCK) + 1))[start : start + size]
    if form in ("bytes", "bytearray", "memoryview"):
        return {"bytes": bytes, "bytearray": bytearray, "memoryview": memoryview}[form](raw), raw
    if form == "hex":
        return raw.hex(), raw
    if form == "base64":
        return base64.b64encode(raw).decode(), raw
    text = raw.decode("latin-1")
    if form == "latin1":
        return text, raw
    text += "\N{GRINNING FACE}" * (size % 2)
    return text, text.encode("utf-16-le" if form == "utf16le" else "utf-8")


FORMS = ["bytes", "bytes", "bytearray", "memoryview", "utf8", "latin1", "utf16le", "hex", "base64"]


class Flow:
    """Node's readable_flowing: what each call and each tick does to it.

    A tick of the model is queued before the call that queues the socket's own, so that they run one after the other."""

    def __init__(self, side: Side):
        self.side = side
        self.flowing: bool | None = None
        self.paused = False
        self.readable_listening = False
        self.resume_scheduled = False
        self.pauses = self.resumes = 0

    def resume(self):
        if self.side.sock.destroyed:
            return
        self.paused = False
        if self.flowing is True:
            return
        self.flowing = not self.readable_listening
        if not self.resume_scheduled:
            self.resume_scheduled = True
            pynet.next_tick(self.side.guarded(self.side.after_telling), self.resume_tick)

    def resume_tick(self):
        self.resume_scheduled = False
        self.resumes += 1

    def pause(self):
        if self.side.sock.destroyed:
            return
        self.paused = True
        if self.flowing is not False:
            self.flowing = False
            self.pauses += 1

    def data_listener(self):
        if self.flowing is not False:
            self.resume()

    def readable_listener(self):
        if "end" not in self.side.log and not self.readable_listening:
            self.readable_listening = True
            self.flowing = False

    def readable_gone(self):
        if self.readable_listening:
            pynet.next_tick(self.side.guarded(self.side.after_telling), self.readable_gone_tick)

    def readable_gone_tick(self):
        self.readable_listening = self.side.on_readable is not None
        if self.resume_scheduled and not self.paused:
            self.flowing = True
        elif self.side.consumers:
            self.resume()
        elif not self.readable_listening:
            self.flowing = None


class Consumer:
    """A receiver of every chunk from now on: a `data` listener or a sink.

    What is unshifted comes a second time, also to a receiver that has not had it yet: a jump back, then."""

    def __init__(self, side: Side):
        self.side = side
        self.at = side.at
        self.jumps: deque[tuple[int, int]] = deque()

    def next(self):
        """Where the next chunk begins."""
        while self.jumps and self.jumps[0][0] == self.at:
            self.at = self.jumps.popleft()[1]
        return self.at

    def take(self, chunk):
        side = self.side
        start = self.next()
        side.check_chunk(start, chunk)
        assert "close" not in side.log
        assert "end" not in side.log
        self.at += len(chunk)
        if start == side.at and not self.jumps:
            side.at = self.at
            side.advances += 1


class DataListener(Consumer):
    def __init__(self, side: Side):
        super().__init__(side)
        self.listener = side.guarded(self.on_data)

    def on_data(self, chunk):
        with self.side.hearing(self):
            self.take(chunk)
            with self.side.dispatching():
                self.side.run_script("data")


class Sink(Consumer):
    """A destination of pipe() without events."""

    def __init__(self, side: Side):
        super().__init__(side)
        self.ends = 0
        self.awaiting = False
        self.write = side.guarded(self.on_write)
        self.end = side.guarded(self.on_end)

    def on_write(self, chunk):
        with self.side.hearing(self):
            self.take(chunk)

    def on_end(self):
        assert "end" in self.side.log
        self.ends += 1


class FullSink(pynet.EventEmitter, Sink):
    """One with events; each nth write() says that it is full."""

    def __init__(self, side: Side, nth: int):
        pynet.EventEmitter.__init__(self)
        Sink.__init__(self, side)
        self.nth = nth
        self.count = 0

    def on_write(self, chunk):
        with self.side.hearing(self):
            self.take(chunk)
            self.count += 1
            if self.count % self.nth or self.side.sink is not self:
                return True
            self.awaiting = True
            self.side.flow.pause()
            return False


@dataclass
class Call:
    """A write or end with a callback: what it must be answered with."""

    what: str
    end: int  # up to here the data that it wrote reaches
    fate: str  # "write": in order, None when it has left; "finish": None when it came; "refused": an error
    answers: int = 0
    error: object = None


class Side:
    """One end of the connection."""

    def __init__(self, sock: pynet.Socket, half_open: bool, failures: list):
        self.sock = sock
        self.half_open = half_open
        self.failures = failures
        self.peer: Side = None  # type: ignore[assignment]
        self.log: list[str] = []
        # Writing.
        self.sent = bytearray()
        self.calls: list[Call] = []
        self.unanswered: deque[Call] = deque()
        self.corked = 0
        self.ended = False
        self.falses = self.drains = 0
        self.need_drain = False
        # Reading: `at` is how far it has been consumed, of what the peer has sent.
        self.at = self.advances = 0
        self.flow = Flow(self)
        self.data: DataListener | None = None
        self.on_readable = None
        self.sink: Sink | None = None
        self.consumers: list[Consumer] = []
        self.discards = False  # it has flowed with no consumer
        self.depth = 0  # how many chunks are on their way to the consumers
        self.exact = False
        self.readers = None  # they take what comes: it is not discarded
        self.outside = False
        self.told = self.held = False  # from outside the loop, the events of read() and unshift() come later
        self.untold = 0  # so many chunks are still to come of it: before what the socket's next tick does
        self.after: list = []
        # The end.
        self.cause: object = None  # what destroyed it here: "destroy", an exception or a code
        self.resets = False  # it was destroyed before it had sent an end, with unread input: the peer gets a reset
        self.peer_had_ended = False  # by then
        self.scripts: dict[str, list] = {}
        self.close_args: tuple = ()
        self.error: BaseException | None = None
        for name in ("end", "prefinish", "finish", "drain", "error", "close", "pause", "resume"):
            sock.on(name, self.guarded(functools.partial(self.on_event, name)))

    def guarded(self, function):
        """A listener whose failed assertion is kept for the test."""

        def call(*args):
            try:
                return function(*args)
            except BaseException as error:
                self.failures.append(error)
                raise

        return call

    @contextlib.contextmanager
    def dispatching(self):
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def after_telling(self, tick):
        """A tick of the model, whose counterpart in the socket runs next; it emits deferred data first."""
        if self.untold:
            self.after.append(tick)
        else:
            tick()

    @contextlib.contextmanager
    def hearing(self, consumer):
        """While the consumer gets a chunk."""
        last_told = self.untold > 0 and consumer is self.consumers[-1]
        self.untold -= last_told
        yield
        if last_told and not self.untold:
            after, self.after = self.after, []
            for tick in after:
                tick()

    # --- what the socket does ---

    def on_event(self, name, *args):
        assert "close" not in self.log, f"{name} after close"
        if name not in ("pause", "resume", "drain"):
            assert name not in self.log, f"a second {name}"
        self.log.append(name)
        if name == "drain":
            self.drains += 1
        elif name == "error":
            self.error = args[0]
        elif name == "close":
            self.close_args = args
        self.run_script(name)
        if name == "end" and not self.half_open:
            pynet.next_tick(self.guarded(self.auto_end))

    def auto_end(self):
        if not self.sock.destroyed and not self.ended:  # what was corked after end() stays corked
            self.ended = True
            self.corked = 0

    def answer(self, call: Call, *args):
        call.answers += 1
        (call.error,) = args
        assert call.answers == 1, f"a second answer to {call}"
        if call.fate == "write":
            assert self.unanswered.popleft() is call, "callbacks out of order"
        elif call.fate == "refused":
            assert call.error is not None
        self.run_script("answer")

    def run_script(self, event):
        outside, self.outside = self.outside, False
        for action in self.scripts.pop(event, ()):
            self.act(*action)
        self.outside = outside

    def check_chunk(self, start, chunk):
        assert isinstance(chunk, bytes)
        assert chunk
        there = self.peer.sent[start : start + len(chunk)]
        if chunk != there:
            where = bytes(self.peer.sent).find(chunk)
            raise AssertionError(f"{len(chunk)} bytes from {start} of {len(self.peer.sent)} are those from {where}")

    # --- what is done to it ---

    def act(self, name, *args):
        self.notice_discards()
        getattr(self, "do_" + name)(*args)
        self.notice_discards()

    def notice_discards(self):
        if self.flow.flowing is True and not self.consumers:
            self.discards = True
        if self.held or self.sock.destroyed or self.consumers:
            return
        consumed = self.sock.bytes_read - self.sock.readable_length
        if consumed > self.at:
            assert self.discards, f"{consumed - self.at} bytes went to nobody"
            self.at = consumed

    def call(self, what, fate, wanted) -> dict:
        """The keyword for a callback, when one is wanted."""
        call = Call(what, len(self.sent), fate)
        if not wanted:
            return {}
        self.calls.append(call)
        if fate == "write":
            self.unanswered.append(call)
        return {"callback": self.guarded(functools.partial(self.answer, call))}

    def refuse(self, by_end):
        """A write that cannot be destroys the socket."""
        if not self.sock.destroyed:
            after_fin = "end" in self.log and not self.half_open and not by_end
            self.cause = "EPIPE" if after_fin else "ERR_STREAM_WRITE_AFTER_END"

    def begin_write(self, payload, by_end=False) -> bool:
        """Whether a write of this will be accepted."""
        accepted = not self.ended and not self.sock.destroyed
        if accepted:
            self.sent += payload
        else:
            self.refuse(by_end)
        return accepted

    def end_write(self, accepted, answer):
        assert type(answer) is bool
        assert accepted or not answer
        self.falses += accepted and not answer

    def do_write(self, size, form, with_callback):
        chunk, payload = content(form, len(self.sent), size)
        accepted = self.begin_write(payload)
        options = self.call("write", "write" if accepted else "refused", with_callback)
        if isinstance(chunk, str) and form != "utf8":
            options["encoding"] = form
        self.end_write(accepted, self.sock.write(chunk, **options))
        if form == "bytearray":
            chunk[:] = bytes(len(chunk))  # it was copied

    def do_writelines(self, sizes):
        offset, chunks, payloads = len(self.sent), [], []
        for size in sizes:
            chunk, payload = content(("bytes", "utf8", "memoryview")[size % 3], offset, size)
            offset += len(payload)
            chunks.append(chunk)
            payloads.append(payload)
        if chunks:
            accepted = self.begin_write(b"".join(payloads))
            self.end_write(accepted, self.sock.writelines(iter(chunks)))
        else:
            self.sock.writelines(chunks)

    def do_end(self, size, form, with_callback):
        args, accepted = [], True
        if size is not None:
            chunk, payload = content(form, len(self.sent), size)
            accepted = self.begin_write(payload, by_end=True)
            args = [chunk] if form in ("bytes", "utf8") or not isinstance(chunk, str) else [chunk, form]
        refused = not accepted or self.sock.destroyed or self.sock.writable_finished  # true in the callbacks of end()
        options = self.call("end", "refused" if refused else "finish", with_callback)
        ended = self.ended
        if not self.sock.destroyed and accepted:
            self.ended = True
            self.corked = 0
        self.sock.end(*args, **options)
        if self.sock.errored is not None and not self.sock.destroyed:
            self.ended = ended  # a write has failed: nothing ends any more

    def do_cork(self):
        self.corked += 1
        self.sock.cork()

    def do_uncork(self):
        self.corked = max(self.corked - 1, 0)
        self.sock.uncork()

    def do_destroy(self, with_error):
        error = Boom() if with_error else None
        if not self.sock.destroyed:
            self.cause = error or "destroy"
            self.resets = not self.outside and "prefinish" not in self.log and self.unread() > 0
            self.peer_had_ended = "end" in self.peer.log
        self.sock.destroy(error)

    def unread(self) -> int:
        """How many bytes the kernel holds for it."""
        import fcntl  # not on Windows
        import termios

        return struct.unpack("i", fcntl.ioctl(self.sock.fileno(), termios.FIONREAD, bytes(4)))[0]

    def do_pause(self):
        self.flow.pause()
        self.sock.pause()

    def do_resume(self):
        self.flow.resume()
        self.sock.resume()

    def do_data_on(self):
        if self.data is None and not self.told:
            self.data = DataListener(self)
            self.consumers.append(self.data)
            self.flow.data_listener()
            self.sock.on("data", self.data.listener)

    def do_data_off(self):
        if self.data is not None and not self.told:
            self.consumers.remove(self.data)
            self.sock.off("data", self.data.listener)
            self.data = None

    def do_readable_on(self, reads):
        if self.on_readable is None:
            self.on_readable = self.guarded(functools.partial(self.readable, reads))
            self.flow.readable_listener()
            self.sock.on("readable", self.on_readable)

    def do_readable_off(self):
        if self.on_readable is not None:
            listener, self.on_readable = self.on_readable, None
            self.flow.readable_gone()
            self.sock.off("readable", listener)

    def readable(self, reads):
        """A listener that takes everything, one chunk, so many bytes, or nothing."""
        assert "close" not in self.log
        assert not self.sock.destroyed
        self.notice_discards()
        outside, self.outside = self.outside, False
        if reads == "all":
            while self.do_read(None):
                pass
        elif reads != "none":
            self.do_read(None if reads == "one" else reads)
        self.outside = outside
        self.run_script("readable")

    def do_pipe(self, nth, end):
        if self.sink is None and not self.told:
            self.sink = FullSink(self, nth) if nth else Sink(self)
            self.consumers.append(self.sink)
            self.flow.data_listener()
            self.flow.resume()
            self.ends_sink = end
            assert self.sock.pipe(self.sink, end=end) is self.sink

    def do_unpipe(self, named):
        if self.sink is not None and not self.told:
            sink, self.sink = self.sink, None
            self.consumers.remove(sink)
            taken_out = "end" in self.log and not self.ends_sink
            if not taken_out:
                self.flow.pause()
                if sink.awaiting and self.consumers:
                    self.flow.resume()
            self.sock.unpipe(*[sink] * named)

    def do_sink_drain(self):
        if isinstance(self.sink, FullSink) and self.sink.awaiting:
            self.sink.awaiting = False
            self.flow.resume()
            self.sink.emit("drain")

    def do_read(self, n):
        """Gives what was read. With two consumers, not while one of them has a chunk and the other not yet."""
        if self.held or (self.depth and len(self.consumers) > 1):
            return None
        length, start, advances = self.sock.readable_length, self.at, self.advances
        chunk = self.sock.read(n)
        self.note_read(chunk is not None and len(chunk) == n == length)
        if chunk is None:
            assert length == 0 or n == 0 or (n or 0) > length
            return None
        self.check_chunk(start, chunk)
        assert len(chunk) <= length if n in (None, -1) else len(chunk) == min(n, length)
        if self.advances == advances:
            self.at += len(chunk)
        self.tell_later()
        return chunk

    def note_read(self, exactly: bool):
        """As Node: when a read takes exactly the last bytes, and the end is there already, `end` waits for the next."""
        self.exact = exactly and pynet._private.at_end(self.sock)

    def tell_later(self):
        """What was just read or put back is emitted in a tick, unless the call itself emits it."""
        if self.consumers and (self.outside or self.untold):
            self.told = True
            self.untold += 1

    def do_unshift(self, size):
        size = min(size, self.at)
        if self.held or self.sock.destroyed or "end" in self.log or (self.depth and len(self.consumers) > 1):
            return
        if self.flow.flowing is True and not self.consumers:
            return  # no listener would get it
        if self.sock.errored is not None:  # a write failed: its callback comes before the socket is destroyed
            assert self.sock.unshift(b"refused") is False
            return
        chunk = bytes(self.peer.sent[self.at - size : self.at])
        for consumer in self.consumers:
            if size:
                consumer.jumps.append((self.at, self.at - size))
        self.at -= size
        if self.outside and self.consumers:
            self.held = self.told = True
        if size and self.sock.readable_flowing is True and self.sock.readable_length == 0:
            self.tell_later()
        self.sock.unshift(chunk)

    def do_script(self, event, actions):
        self.scripts[event] = actions

    # --- what must be so ---

    def waits_for(self):
        """What must still happen before nothing moves any more; None when all is still."""
        sock, peer = self.sock, self.peer
        if sock.destroyed:
            return None if "close" in self.log else "close"
        if not sock.writable_corked and sock.writable_length == 0 and self.ended and "finish" not in self.log:
            return "finish"
        if "finish" in self.log and "end" in self.log:
            return "destroyed"
        flowing = sock.readable_flowing is True
        if flowing and sock.readable_length:
            return "the buffer to flow out"
        reads = flowing or sock.readable_length < sock.readable_high_water_mark
        if peer.sock.destroyed:
            seen = sock.readable_length > 0 or self.keeps_end() or "end" in self.log
            return "end or close" if reads and not seen else None
        missing = len(peer.sent) - sock.bytes_read
        corked = peer.sock.writable_length if peer.sock.writable_corked else 0  # cork() after end() keeps the end back
        missing -= corked
        if reads and missing > 0:
            return f"{missing} bytes"
        if self.keeps_end():
            return None
        if reads and peer.ended and missing == corked == 0 and sock.readable_length == 0 and "end" not in self.log:
            return "end"
        return None

    def keeps_end(self) -> bool:
        """Whether `end` waits for another read."""
        if self.readers is not None:
            return not self.readers.meet_the_end()
        return self.exact and self.sock.readable_flowing is not True

    def check_still(self):
        """Between steps, when nothing moves."""
        sock = self.sock
        self.notice_discards()
        self.told = self.held = False
        assert self.untold == 0 or sock.destroyed
        self.untold = 0
        self.after.clear()
        assert sock.readable_ended == ("end" in self.log)
        assert sock.writable_finished == ("finish" in self.log)
        over = "end" in self.log and "finish" in self.log
        assert sock.destroyed == sock.closed == (self.cause is not None or over or self.error is not None)
        if sock.destroyed:
            self.check_closed()
            return
        assert sock.errored is None
        assert sock.readable == ("end" not in self.log)
        assert sock.writable == (not self.ended)
        assert sock.writable_ended == self.ended
        assert sock.writable_corked == self.corked
        assert sock.bytes_written == len(self.sent)
        assert sock.bytes_read == self.at + sock.readable_length
        assert all(consumer.next() == self.at for consumer in self.consumers)
        self.check_writing()
        if "end" not in self.log:
            assert sock.readable_flowing is self.flow.flowing
            assert sock.is_paused() == (self.flow.paused or self.flow.flowing is False)
            assert self.log.count("pause") == self.flow.pauses
            assert self.log.count("resume") == self.flow.resumes
        else:
            self.check_end()
        if not (sock.readable_flowing is True and not self.consumers):
            self.discards = False

    def check_writing(self):
        sock = self.sock
        if self.unanswered and sock.writable_length == 0 and not self.corked:
            raise AssertionError(f"no answer to {self.unanswered[0]}")
        need, self.need_drain = self.need_drain, sock.writable_need_drain
        falses, self.falses = self.falses, 0
        drains, self.drains = self.drains, 0
        assert drains <= need + falses, "a drain without a False"
        if self.ended:
            assert not self.need_drain
            return
        if need or falses:
            assert self.need_drain or drains, "no drain after a False"
        else:
            assert not self.need_drain
        if sock.writable_length == 0:
            assert not self.need_drain, "nothing is queued, and no drain"

    def check_end(self):
        """The peer's end was seen: what the peer says has left has come. (A reset may look like an end over TCP.)"""
        unsure = self.peer.cause is not None and self.sock.remote_port is not None
        for call in self.peer.calls:
            if call.fate == "write" and call.answers and call.error is None and not unsure:
                assert call.end <= self.sock.bytes_read, f"{call} has not come"
        if self.sink is not None:
            assert self.sink.ends == self.ends_sink

    def check_closed(self):
        log = self.log
        if self.peer.resets and not self.peer.peer_had_ended:
            assert "end" not in log, "an end, where input of the peer was lost"
        assert log[-1] == "close"
        assert (self.error is not None) == ("error" in log)
        assert self.close_args == (self.error is not None,)
        assert self.sock.errored is not None or self.error is None
        if "error" in log:
            assert log[log.index("error") + 1 : -1] in ([], ["finish"]), "something between error and close"
        assert ("finish" in log) == ("prefinish" in log)
        if "finish" in log:
            assert "prefinish" in log[: log.index("finish")]
        if isinstance(self.cause, Boom):
            assert self.error is self.cause
        elif self.cause == "destroy":
            assert self.error is None
        elif self.cause is not None:
            assert self.error.code == self.cause
        elif self.error is not None:
            assert self.error.code in ("EPIPE", "ECONNRESET")
            assert self.peer.cause is not None
        for call in self.calls:
            assert call.answers == 1, f"no answer to {call}"
            if call.fate == "finish":  # destroy() in `prefinish`: the callback has an error, and `finish` still comes
                assert call.error is not None or "finish" in log
        failed = [call.error is not None for call in self.calls if call.fate == "write"]
        assert failed == sorted(failed)
        if "finish" in log:
            assert not any(failed)
        if "end" in log:
            self.check_end()
