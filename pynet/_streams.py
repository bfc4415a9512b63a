"""finished() and pipeline(): how a stream ends, and several of them joined; in Python, over the public API.

A stream here is a Socket, or a user object with the same events (on() and off(), and pipe() or write()). A flag that
such an object lacks counts as "not yet", so that its events decide.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar, overload

from pynet import _private
from pynet._pynet import AbortError, AbortEvent, AbortSignal, NetError, Socket, next_tick, turn
from pynet._support import PREMATURE_CLOSE, coded, premature_close, within_the_loop

__all__ = ["finished", "pipeline"]

_Callback: TypeAlias = Callable[[NetError | None], object]


class _Emitter(Protocol):
    def on(self, event_name: Any, listener: Any, /) -> Any: ...
    def off(self, event_name: Any, listener: Any, /) -> Any: ...


class _Source(_Emitter, Protocol):
    def pipe(self, destination: Any, *, end: bool = True) -> Any: ...


class _Readable(Protocol):
    def read(self, size: int, /) -> Any: ...


class _Destination(Protocol):
    def write(self, data: bytes, /) -> object: ...


class _OwnMiddle(_Source, _Destination, Protocol): ...


_Middle: TypeAlias = Socket | _OwnMiddle
_D = TypeVar("_D", bound=_Destination)


# --- arguments ---


def _has(stream: object, *methods: str) -> bool:
    return all(callable(getattr(stream, name, None)) for name in methods)


def _has_events(stream: object) -> bool:
    return isinstance(stream, Socket) or _has(stream, "on", "off")


def _is(stream: object, flag: str) -> bool:
    """Whether a flag is True; a method of that name, as files have, does not count as a flag."""
    return getattr(stream, flag, None) is True


def _follow(signal: AbortSignal, listener: Callable[[AbortEvent], None], late: Callable[[], None]) -> None:
    """Adds a listener to a signal; if it is aborted already, the next tick calls `late` instead."""
    signal.add_event_listener("abort", listener)
    if signal.aborted:
        next_tick(late)


# --- finished ---


def _all_written(stream: object) -> bool:
    """Whether a stream that was destroyed before "finish" had ended, with nothing left to write."""
    return _is(stream, "writable_ended") and getattr(stream, "writable_length", None) == 0


def _ignore(_err: object) -> None:
    """An "error" listener for a stream that is over."""


def _all_read(stream: object) -> bool:
    """Whether a stream that was destroyed before "end" had met the end, with nothing left to read."""
    return isinstance(stream, Socket) and _private.all_read(stream)


def _listen_surely(stream: Any, event: str, listener: Callable[..., object]) -> Callable[[], object]:
    """Calls a listener, which has been added already, also when another one before it raises: then once more in each
    emission. Returns what ends that. A user object emits as it likes."""
    if not isinstance(stream, Socket):
        return lambda: None
    again = functools.partial(listener)  # an object of its own: off() must not find it
    _private.listen(stream, event, again)
    return functools.partial(_private.unlisten, stream, event, again)


class _Watch:
    """The listeners that call back, once, when the halves of a stream that were asked for have ended."""

    __slots__ = ("callback", "forget", "read", "reading", "signal", "stream", "writing", "written")

    def __init__(self, stream: Any, callback: _Callback, *, reading: bool, writing: bool) -> None:
        self.stream = stream
        self.callback: _Callback | None = callback
        self.reading = reading
        self.writing = writing
        self.read = _is(stream, "readable_ended") or _all_read(stream)
        self.written = _is(stream, "writable_finished")
        self.signal: AbortSignal | None = None
        self.forget: Callable[[], None] | None = None

    def start(self, error: bool) -> Callable[[], None]:
        """Adds the listeners; returns a function that removes them and drops the callback."""
        stream = self.stream
        closed = _is(stream, "closed")
        over = (self.written and not self.reading) or (self.read and not self.writing)
        listeners: list[tuple[str, Any]] = []
        if not closed and not over:
            listeners += [("end", self.on_end), ("finish", self.on_finish), ("close", self.on_close)]
        unlisten: list[Callable[[], object]] = []
        if error:
            listeners.insert(2, ("error", _ignore if closed or over else self.done))

        def forget() -> None:
            self.callback = self.stream = None
            self.unfollow()
            for event, listener in listeners:
                stream.off(event, listener)
            for step in unlisten:
                step()

        for event, listener in listeners:
            stream.on(event, listener)
            if event != "error":
                unlisten.append(_listen_surely(stream, event, listener))
        if closed:
            next_tick(self.done, self.why_closed())
        elif over:
            next_tick(self.done, None)
        return forget

    def done(self, err: Any) -> None:
        callback, self.callback = self.callback, None
        self.stream = None  # listeners that stay on the stream must not refer to it
        self.unfollow()
        if callback is not None:
            callback(err)

    def follow(self, signal: AbortSignal, forget: Callable[[], None]) -> None:
        self.signal, self.forget = signal, forget
        _follow(signal, self.on_abort, self.abort)

    def unfollow(self) -> None:
        signal, self.signal, self.forget = self.signal, None, None
        if signal is not None:
            signal.remove_event_listener("abort", self.on_abort)

    def on_abort(self, _event: AbortEvent) -> None:
        within_the_loop(self.abort)

    def abort(self) -> None:
        callback, signal, forget = self.callback, self.signal, self.forget
        if callback is not None and signal is not None and forget is not None:
            forget()
            callback(_private.abort_error(signal.reason))

    def on_end(self) -> None:
        self.read = True
        if self.written or not self.writing:
            self.done(None)

    def on_finish(self) -> None:
        self.written = True
        if self.read or not self.reading:
            self.done(None)

    def on_close(self, *_had_error: object) -> None:
        if self.callback is not None:
            self.done(self.why_closed())

    def why_closed(self) -> Any:
        """The error of a stream that has closed; None when it had come to its end."""
        err = getattr(self.stream, "errored", None)
        if isinstance(err, BaseException):
            return err
        if self.reading and not (self.read or _all_read(self.stream)):
            return premature_close(self.stream, "its end")
        if self.writing and not (self.written or _all_written(self.stream)):
            return premature_close(self.stream, "all was sent")
        return None


_OPTIONS = ("readable", "writable", "error", "signal")


def _finished_options(mapping: object, keywords: dict[str, Any]) -> dict[str, Any]:
    """Keywords win over the mapping, whose unknown keys are ignored; None counts as not given."""
    for name in keywords:
        if name not in _OPTIONS:
            _private.raise_unknown("finished", (*_OPTIONS, "callback"), name)
    if mapping is None:
        mapping = {}
    elif not isinstance(mapping, Mapping):
        _private.raise_arg_type("options", "a mapping", mapping)
    found = {name: mapping[name] for name in _OPTIONS if name in mapping} | keywords
    return {name: value for name, value in found.items() if value is not None}


@overload
def finished(
    stream: Socket | _Emitter,
    callback: _Callback,
    /,
    *,
    readable: bool | None = None,
    writable: bool | None = None,
    error: bool | None = None,
    signal: AbortSignal | None = None,
) -> Callable[[], None]: ...
@overload
def finished(
    stream: Socket | _Emitter,
    options: Mapping[str, Any] | None,
    callback: _Callback,
    /,
    *,
    readable: bool | None = None,
    writable: bool | None = None,
    error: bool | None = None,
    signal: AbortSignal | None = None,
) -> Callable[[], None]: ...
@overload
def finished(
    stream: Socket | _Emitter,
    options: Mapping[str, Any] | None = None,
    /,
    *,
    callback: _Callback,
    readable: bool | None = None,
    writable: bool | None = None,
    error: bool | None = None,
    signal: AbortSignal | None = None,
) -> Callable[[], None]: ...
def finished(stream: Any, options: Any = None, callback: Any = None, /, **more: Any) -> Callable[[], None]:
    """Calls callback(err) once, when `stream` has ended and finished, has failed, or has closed.

    `err` is None if both halves came to their end. (For the writable half that is also so if the stream was destroyed
    after end() with nothing left to write.) Otherwise it is the error of the stream, or a NetError
    (ERR_STREAM_PREMATURE_CLOSE) if the stream closed first. The callback is called within the event that decides, or in
    the next tick if the stream has already closed.

    Options, as keywords or a mapping: `readable` and `writable` select the halves to wait for. They are True by
    default; for an object that is not a Socket they tell whether it has pipe(), write(). `error=False` adds no "error"
    listener, and reports an error at "close". `signal` is an AbortSignal: an abort removes the listeners, and `err` is
    an AbortError. The stream continues.

    Returns a function without arguments. It removes the listeners, and the callback is then not called. Otherwise the
    listeners stay, also after the callback, so that a later "error" event has a listener.

    `stream` is a Socket, or an object with on() and off() and with pipe() or write(). Raises TypeError
    (ERR_INVALID_ARG_TYPE). Node: stream.finished().
    """
    keyword = more.pop("callback", None)
    if callback is None and keyword is None and not isinstance(options, Mapping):
        options, callback = None, options
    elif callback is None:
        callback = keyword
    elif keyword is not None:
        raise TypeError("finished() got multiple values for argument 'callback'")
    wanted = _finished_options(options, more)
    signal = wanted.get("signal")
    if signal is not None:
        _private.check_signal(signal)
    if not (isinstance(stream, Socket) or (_has_events(stream) and (_has(stream, "pipe") or _has(stream, "write")))):
        _private.raise_arg_type("stream", "an instance of Socket, or have on(), off() and pipe() or write()", stream)
    _private.check_callback(callback)
    with turn():
        watch = _Watch(
            stream,
            callback,
            reading=bool(wanted.get("readable", _has(stream, "pipe"))),
            writing=bool(wanted.get("writable", _has(stream, "write"))),
        )
        forget = watch.start(bool(wanted.get("error", True)))
        if signal is not None and not _is(stream, "closed"):
            watch.follow(signal, forget)
        return forget


# --- pipeline ---


def _uncaught(streams: Sequence[Any], err: Any) -> None:
    """The default callback of a pipeline: the error is uncaught, so that it is never lost.

    An accepted connection that its peer or the network has ended is logged, as without a pipeline.
    """
    if err is None:
        return
    for stream in streams:
        if isinstance(stream, Socket) and stream.errored is err and _private.unheard(stream, err):
            return
    raise err


def _answer(callback: _Callback, err: Any, source: Any) -> None:
    if err is None and isinstance(getattr(source, "errored", None), BaseException):
        err = source.errored
    callback(err)


class _Pipeline:
    """Streams, each piped into the next. `parts` are the halves that are still open: (index of the stream, half)."""

    __slots__ = ("callback", "ended", "error", "forget", "parts", "signal", "streams")

    def __init__(self, streams: Sequence[Any], callback: _Callback, signal: AbortSignal | None) -> None:
        self.streams = streams
        self.signal = signal
        self.callback: _Callback | None = callback
        self.error: Any = None
        self.ended: set[int] = set()  # the sources whose end has been passed on
        self.forget: list[list[Callable[[], object]]] = [[] for _ in streams]
        last = len(streams) - 1
        self.parts = {(at, "read") for at in range(last)}
        self.parts |= {(at, "write") for at in range(1, last + 1) if _has_events(streams[at])}

    def start(self) -> None:
        try:
            for at in range(len(self.streams) - 1):
                self.join(at)
        except BaseException:
            for steps in self.forget:
                for step in steps:
                    step()
            raise
        if self.signal is not None:
            _follow(self.signal, self.on_abort, self.abort)

    def on_abort(self, _event: AbortEvent) -> None:
        within_the_loop(self.abort)

    def abort(self) -> None:
        if self.signal is not None:
            self.fail(_private.abort_error(self.signal.reason))

    def unfollow(self) -> None:
        signal, self.signal = self.signal, None
        if signal is not None:
            signal.remove_event_listener("abort", self.on_abort)

    def join(self, at: int) -> None:
        source, dest = self.streams[at], self.streams[at + 1]
        evented = _has_events(dest)
        ends = evented and _has(dest, "end")  # then we call end(); otherwise the pipe flushes it or calls its end()

        def on_end() -> None:
            if at in self.ended:
                return
            self.ended.add(at)
            if not ends:
                self.over((at + 1, "write"), None)
            elif self.error is None:
                if isinstance(source, Socket):
                    source.unpipe(dest)  # before the end, as in Node
                dest.end()

        def on_dest_close(*_had_error: object) -> None:
            if (at, "read") in self.parts:
                self.fail(premature_close(dest, "the end of its source"))

        source.pipe(dest, end=not ends)
        self.forget[at].append(functools.partial(source.unpipe, dest))
        if _is(source, "readable_ended"):
            next_tick(on_end)
        else:
            self.listen(at, "end", on_end)
        # An error counts until the callback is due, also one of a stream whose part has ended.
        if at == 0:
            self.listen(at, "error", self.fail)
        if evented:
            self.listen(at + 1, "error", self.fail)
            self.listen(at + 1, "close", on_dest_close)
        self.watch(at, "read")
        if ends:
            self.watch(at + 1, "write")

    def listen(self, at: int, event: str, listener: Callable[..., object]) -> None:
        stream = self.streams[at]
        stream.on(event, listener)
        self.forget[at].append(functools.partial(stream.off, event, listener))
        if event != "error":
            self.forget[at].append(_listen_surely(stream, event, listener))

    def watch(self, at: int, half: str) -> None:
        def over(err: Any) -> None:
            self.over((at, half), err)

        watch = _Watch(self.streams[at], over, reading=half == "read", writing=half == "write")
        self.forget[at].append(watch.start(error=True))

    def over(self, part: tuple[int, str], err: Any) -> None:
        if err is not None:
            self.fail(err)
        self.parts.discard(part)
        if not self.parts:
            self.finish()

    def fail(self, err: Any) -> None:
        """Destroys what is still open. The first error counts, but one that says more replaces a close or an abort."""
        if self.error is not None:
            closed = getattr(self.error, "code", None) == PREMATURE_CLOSE
            if closed or (isinstance(self.error, AbortError) and getattr(err, "code", None) != PREMATURE_CLOSE):
                self.error = err
            return
        self.error = err
        self.unfollow()
        for at in sorted({at for at, _ in self.parts}):
            stream = self.streams[at]
            if isinstance(stream, Socket):
                stream.destroy(err)
                continue
            # A user object: it may emit no event after destroy(), and what it raises must not affect the other streams.
            if _has(stream, "destroy"):
                next_tick(stream.destroy, err)
            self.parts -= {(at, "read"), (at, "write")}
        if not self.parts:
            self.finish()

    def finish(self) -> None:
        callback, self.callback = self.callback, None
        if callback is None:
            return
        self.unfollow()
        if self.error is None:
            for step in self.forget[-1]:
                step()
        # Flushing comes after the "end" that ended the last part: look again when the callback is due.
        source = None if _has_events(self.streams[-1]) else self.streams[-2]
        self.streams, self.forget = (), []
        next_tick(_answer, callback, self.error, source)


def _is_data(stream: Any) -> bool:
    """Whether it is a file, or an iterable of bytes: a source that pipeline() makes a stream of."""
    if isinstance(stream, str | bytes | bytearray | memoryview | Mapping):
        return False
    if _has(stream, "read"):
        return not _has(stream, "readable") or stream.readable()
    return isinstance(stream, Iterable)


def _with_source(streams: Sequence[Any]) -> Sequence[Any]:
    """The streams; a file or an iterable in front as a stream."""
    if isinstance(streams[0], Socket) or _has_events(streams[0]):
        return streams
    from pynet import _sources  # imports what few programs need

    return [_sources.source_of(streams[0]), *streams[1:]]


def _check_streams(streams: Sequence[Any]) -> None:
    if len(streams) < 2:
        raise coded(TypeError('The "streams" argument must be specified'), "ERR_MISSING_ARGS")
    last = len(streams) - 1
    for at, stream in enumerate(streams):
        if isinstance(stream, Socket):
            continue
        if at == 0 and not _has_events(stream) and not callable(stream) and _is_data(stream):
            continue
        if at < last and not (_has_events(stream) and _has(stream, "pipe") and (at == 0 or _has(stream, "write"))):
            needs = "read() or be iterable, or on(), off() and pipe()" if at == 0 else "on(), off(), pipe() and write()"
            _private.raise_arg_type(f"streams[{at}]", f"an instance of Socket, or have {needs}", stream)
        if at == last and not _has(stream, "write"):
            _private.raise_arg_type(f"streams[{at}]", "an instance of Socket, or have write()", stream)
    for stream in streams[1:]:
        if _is(stream, "destroyed") or _is(stream, "closed"):
            raise coded(NetError("Cannot pipe to a closed or destroyed stream"), "ERR_STREAM_UNABLE_TO_PIPE")


@overload
def pipeline(
    source: Socket | _Source | _Readable | Iterable[Any],
    last: _D,
    callback: _Callback | None = None,
    /,
    *,
    signal: AbortSignal | None = None,
) -> _D: ...
@overload
def pipeline(
    source: Socket | _Source | _Readable | Iterable[Any],
    last: _D,
    /,
    *,
    callback: _Callback | None = None,
    signal: AbortSignal | None = None,
) -> _D: ...
@overload
def pipeline(
    source: Socket | _Source | _Readable | Iterable[Any],
    middle: _Middle,
    last: _D,
    callback: _Callback | None = None,
    /,
    *,
    signal: AbortSignal | None = None,
) -> _D: ...
@overload
def pipeline(
    source: Socket | _Source | _Readable | Iterable[Any],
    middle: _Middle,
    last: _D,
    /,
    *,
    callback: _Callback | None = None,
    signal: AbortSignal | None = None,
) -> _D: ...
@overload
def pipeline(
    streams: list[Any] | tuple[Any, ...],
    callback: _Callback | None = None,
    /,
    *,
    signal: AbortSignal | None = None,
) -> Any: ...
@overload
def pipeline(
    streams: list[Any] | tuple[Any, ...],
    /,
    *,
    callback: _Callback | None = None,
    signal: AbortSignal | None = None,
) -> Any: ...
@overload
def pipeline(
    source: Socket | _Source | _Readable | Iterable[Any],
    second: _Middle,
    third: _Middle,
    /,
    *more: _Destination | _Callback | None,
    callback: _Callback | None = None,
    signal: AbortSignal | None = None,
) -> Any: ...
def pipeline(*streams: Any, callback: _Callback | None = None, signal: AbortSignal | None = None) -> Any:
    """Pipes each stream into the next. Calls callback(err) once, when all data has passed or one of them has failed.

    pipeline(source, ..., destination, callback), or pipeline([source, ..., destination], callback), with at least two
    streams. A stream is a Socket, or an object with on(), off() and pipe(), and in the middle also write(). The first
    may also be a file, any object with read(), or an iterable of bytes. It is closed when it has been read, or when
    another stream fails. read() and next() run on a thread, except for regular files. The last is a Socket or any
    object with write(): a file, sys.stdout.buffer, an object of yours. Returns the last.

    When a source ends, end() of the next stream is called. A file is flushed, and never closed. `err` is then None.

    If a stream fails, or closes before it has ended (NetError, ERR_STREAM_PREMATURE_CLOSE), all streams that have not
    ended are destroyed with that error ("error" and "close" events), and `err` is that error. For an object that is not
    a Socket this is a call of its destroy(err), if it has one. An exception of write() of a file is the error of its
    source. An abort of `signal`, an AbortSignal, destroys the streams with an AbortError.

    The callback is called in the next tick after the last of these events. Without a callback an error is uncaught.
    After a success the listeners of the last stream are removed. Those of all other streams stay, so that later "error"
    events have a listener.

    Raises TypeError (ERR_MISSING_ARGS for fewer than two, ERR_INVALID_ARG_TYPE) and NetError
    (ERR_STREAM_UNABLE_TO_PIPE, if a destination is destroyed), all before anything is piped. Node: stream.pipeline().
    """
    if callback is None and streams and (streams[-1] is None or callable(streams[-1])):
        *streams, callback = streams  # type: ignore[assignment]
    if len(streams) == 1 and isinstance(streams[0], (list, tuple)):
        streams = tuple(streams[0])
    if callback is not None:
        _private.check_callback(callback)
    if signal is not None:
        _private.check_signal(signal)
    with turn():
        _check_streams(streams)
        joined = tuple(_with_source(streams))
        _Pipeline(joined, callback or functools.partial(_uncaught, joined), signal).start()
    return streams[-1]
