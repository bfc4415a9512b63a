"""What test_duplex_model.py does beside events: waits, frames, finished(), listeners that raise, end() with destroy().

A WaitingSide is a Side that waits as well. Waits and frames take their part of the data, and the rest stays."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import functools
import threading

import pynet
from duplex import Call, Side
from helpers import on_loop

WAITED = ["close", "error", "end", "finish", "drain"]


class Raised(Exception):
    """What a listener raises."""


def decoded(raw: bytes, encoding: str) -> str:
    """The text of all the bytes, with what Node makes of a tail that is cut."""
    if encoding == "utf16le":
        return raw[: len(raw) // 2 * 2].decode("utf-16-le", "surrogatepass")
    return {
        "base64": lambda: base64.b64encode(raw).decode(),
        "hex": raw.hex,
        "utf8": lambda: raw.decode("utf-8", "replace"),
    }[encoding]()


class Finished:
    """The answer of finished(), and what had happened by then."""

    def __init__(self, side: WaitingSide, **options):
        self.side = side
        self.options = options
        self.answers = 0
        self.error: BaseException | None = None
        self.log: list[str] = []
        pynet.finished(side.sock, side.guarded(self.answer), **options)

    def answer(self, error):
        self.answers += 1
        self.error = error
        self.log = list(self.side.log)
        assert self.answers == 1, "a second answer of finished()"

    def check(self):
        """At the end of the connection."""
        side = self.side
        assert self.answers == 1, f"no answer of finished({self.options})"
        read = "end" in self.log or not self.options.get("readable", True)
        written = "finish" in self.log
        if self.error is None:
            assert read or "end" in side.log or side.peer.ended or side.peer.sock.destroyed
            assert written or side.sock.writable_ended, "finished(), but nothing has ended it"
        elif getattr(self.error, "code", None) == "ERR_STREAM_PREMATURE_CLOSE":
            assert not (read and written), "both halves were done"
            assert side.error is None, f"{side.error!r}, and finished() says premature close"
        else:
            assert self.error in (side.error, side.sock.errored), f"{self.error!r}: {side.error!r}"


class Readers:
    """Tasks of an asyncio loop in a thread of its own; each waits in a read_exactly() of the same socket."""

    def __init__(self, side: WaitingSide, sizes: list[int]):
        self.side = side
        self.sizes = sizes
        self.tasks: list[asyncio.Task] = []
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        side.readers = self
        self.run(self.begin())

    def meet_the_end(self) -> bool:
        """Whether one of them still waits when all that the peer has sent is taken: its read causes `end`."""
        left = len(self.side.peer.sent) - self.side.at
        for size in self.sizes:
            if size > left == 0:
                return True
            left -= size if size <= left else 0
        return False

    def run(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(10)

    async def begin(self):
        self.tasks = [asyncio.create_task(self.side.sock.read_exactly(size)) for size in self.sizes]
        await asyncio.sleep(0)

    async def give_up(self, complete):
        await asyncio.gather(*self.tasks[:complete])
        for task in self.tasks:
            task.cancel()
        return await asyncio.gather(*self.tasks, return_exceptions=True)

    def end(self, there: bytes | None, hasty: int):
        """Each has its part, in the order of the calls, as far as the data goes. The rest is cancelled, and the last
        `hasty` of those that have their part, or are about to get it."""
        complete = 0 if there is None else sum(sum(self.sizes[: i + 1]) <= len(there) for i in range(len(self.sizes)))
        outcomes = self.run(self.give_up(max(0, complete - hasty)))
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(10)
        self.loop.close()
        on_loop(self.look, outcomes)

    def look(self, outcomes):
        side = self.side
        side.readers = None
        for outcome, size in zip(outcomes, self.sizes, strict=True):
            if not isinstance(outcome, BaseException):
                assert len(outcome) == size
                side.took(outcome)
                if size:
                    side.note_read(side.sock.readable_length == 0)
            elif not isinstance(outcome, asyncio.CancelledError | EOFError):
                assert outcome in (side.error, side.sock.errored), repr(outcome)
        if any(isinstance(outcome, EOFError) and not outcome.partial for outcome in outcomes):
            side.note_read(False)


class WaitingSide(Side):
    """One end of the connection, with waits."""

    def __init__(self, sock: pynet.Socket, half_open: bool, failures: list):
        super().__init__(sock, half_open, failures)
        self.waits: list[tuple[str, pynet.Future]] = []
        self.finished = [Finished(self), Finished(self, readable=False)]
        self.raises: set[str] = set()
        self.raise_now = False
        self.raised = 0
        self.taking = 0  # of read() and unshift() under way: what a `data` listener raises there is theirs
        self.encoded = False
        self.clean_end = False  # end() and destroy() in one step, with nothing to be sent and nothing unread

    def notice_discards(self):
        if self.readers is None:
            super().notice_discards()

    # --- listeners that raise ---

    def guarded(self, function):
        guarded = super().guarded(function)

        def call(*args):
            result = guarded(*args)
            if self.raise_now:
                self.raise_now = False
                self.raised += 1
                raise Raised
            return result

        return call

    def run_script(self, event):
        super().run_script(event)
        if event in self.raises:
            self.raises.remove(event)
            # An exception ends the emission: a second consumer would not get the chunk. As in Node, a socket whose
            # `end` listener raises does not end itself.
            alone = len(self.consumers) == 1 and self.taking == 0
            self.raise_now = event != "end" and (event != "data" or alone)

    @contextlib.contextmanager
    def calling(self):
        self.taking += 1
        try:
            yield
        finally:
            self.taking -= 1

    def do_read(self, n):
        with self.calling():
            return super().do_read(n)

    def do_unshift(self, size):
        with self.calling():
            return super().do_unshift(size)

    def do_raising(self, event, actions):
        self.scripts[event] = actions
        self.raises.add(event)

    # --- waits ---

    def do_wait(self, event):
        self.waits.append((event, pynet.once(self.sock, event)))

    def check_waits(self):
        for event, future in self.waits:
            room = not self.ended and not self.sock.writable_need_drain
            if (room if event == "drain" else event in self.log) or "close" in self.log:
                assert future.done(), f"a wait for {event} goes on after {self.log}"
            if not future.done():
                continue
            error = future.exception(0)
            if error is None:
                there = event == "drain" or (event == "error" and future.result(0) is self.sock.errored)
                assert event in self.log or there, f"no {event}"
            elif getattr(error, "code", None) == "ERR_STREAM_PREMATURE_CLOSE":
                assert "close" in self.log
            else:
                assert error in (self.error, self.sock.errored), f"{error!r}: {self.error!r}"
        self.waits = [(event, future) for event, future in self.waits if not future.done()]

    def may_wait(self) -> bool:
        """Whether nothing else consumes."""
        return not (
            self.sock.destroyed or "end" in self.log or self.consumers or self.on_readable or self.flow.flowing is True
        )

    def available(self) -> bytes | None:
        """What the next reader gets; None when that is not sure: the peer may have lost it, or hold it back."""
        peer = self.peer.sock
        if peer.destroyed or (peer.writable_corked and peer.writable_length):
            return None
        return bytes(self.peer.sent[self.at :])

    def rest(self) -> int:
        """How many bytes the next reader may take, as far as that is sure."""
        return len(self.available() or b"")

    def took(self, chunk):
        """A wait or a frame took this."""
        raw = chunk.encode("latin-1") if isinstance(chunk, str) else chunk
        assert raw == self.peer.sent[self.at : self.at + len(raw)], "not what comes next"
        self.at += len(raw)

    def begin_waits(self, count):
        self.scripts.clear()
        self.raises.clear()
        self.flow.data_listener()
        return [pynet.once(self.sock, "data") for _ in range(count)]

    def end_waits(self, futures):
        """All of them got the same chunk, or none has one yet and they are cancelled."""
        done = [future.done() for future in futures]
        assert all(done) or not any(done), "one event, and not all waits have it"
        if all(done):
            errors = [future.exception(0) for future in futures]
            if errors[0] is None:
                chunks = [future.result(0) for future in futures]
                assert chunks[0], "an empty chunk"
                assert all(chunk is chunks[0] for chunk in chunks)
                self.took(chunks[0])
            else:
                assert "end" in self.log or self.sock.destroyed
        for future in futures:
            future.cancel()
        if not self.sock.destroyed and self.flow.flowing is True:
            self.flow.flowing = None

    def read_frame(self, wanted, cut):
        """read_exactly() or read_until(), which gives what is there or raises and takes nothing; whether it waited."""
        there, kept = self.available(), self.sock.readable_length
        if wanted == "exactly":
            size = cut
            complete = there is not None and size <= len(there)
            read = functools.partial(self.sock.read_exactly, size)
        else:
            sent = bytes(self.peer.sent)
            separator = sent[self.at + cut : self.at + cut + 3] or b"none"
            found = -1 if there is None else there.find(separator)
            complete = found >= 0
            size = found + len(separator)
            if self.encoded:
                separator = separator.decode("latin-1")
            read = functools.partial(self.sock.read_until, separator, max=1 << 20)
        try:
            chunk = read(timeout=5 if complete else 0)
        except (TimeoutError, pynet.NetError) as error:
            assert not complete, f"{error!r} instead of {size} of {len(there)} bytes"
            if isinstance(error, EOFError) and not error.partial:
                self.note_read(False)
        else:
            assert len(chunk) == size if complete else there is None
            self.took(chunk)
            if chunk:
                self.note_read(self.sock.readable_length == 0)
        return size > kept or not complete

    def after_frame(self, waited):
        """A frame that waits listens to `readable`: that ends what pause() did to the flow, as in Node."""
        if waited and self.flow.flowing is False and self.sock.readable_flowing is None:
            self.flow.flowing = None

    # --- encodings ---

    def check_chunk(self, start, chunk):
        if self.encoded:
            assert isinstance(chunk, str)
            chunk = chunk.encode("latin-1")
        super().check_chunk(start, chunk)

    def do_encode(self):
        """latin1: a character is a byte."""
        if not (self.told or self.held or self.untold or self.depth):
            self.encoded = True
            self.sock.set_encoding("latin1")

    def may_encode_late(self):
        """Whether all of the peer's data and its end are there, and nothing of it has been consumed lately."""
        sock = self.sock
        return (
            self.may_wait()
            and not self.encoded
            and self.peer.ended
            and pynet._private.at_end(sock)
            and sock.readable_length == len(self.peer.sent) - self.at > 0
        )

    def begin_encode_late(self, encoding):
        """set_encoding() when the end has come already; the texts that come of it."""
        texts: list[str] = []
        self.sock.set_encoding(encoding)
        self.sock.on("data", self.guarded(texts.append))
        self.sock.resume()
        return texts

    def end_encode_late(self, encoding, texts):
        rest = bytes(self.peer.sent[self.at :])
        assert "".join(texts) == decoded(rest, encoding), f"{encoding}: {len(rest)} bytes"
        self.at = len(self.peer.sent)

    # --- the end ---

    def do_end_destroy(self, size, with_error):
        sock = self.sock
        alive = not sock.destroyed and not self.ended and sock.errored is None
        idle = not self.outside and size is None and sock.writable_length == 0
        self.do_end(size, "bytes", True)
        self.do_destroy(with_error)
        self.clean_end = alive and idle and not self.resets and not with_error

    def check_still(self):
        super().check_still()
        self.check_waits()

    def check_closed(self):
        super().check_closed()
        for finished in self.finished:
            finished.check()
        if self.clean_end:
            error, log = self.finished[1].error, self.finished[1].log
            left = self.sock.writable_length
            assert error is None, f"nothing was left to be sent: {error!r} after {log}, {left} bytes"
        ends: list[Call] = [call for call in self.calls if call.what == "end"]
        if "finish" in self.log and self.log.index("finish") > self.log.index("close"):
            raise AssertionError(f"finish after close: {ends}")
