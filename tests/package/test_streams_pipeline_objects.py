"""pipeline() with streams that are not sockets: files, and objects of the user's own."""

import io
import random

import pytest

import pynet
from helpers import Recorder, on_loop
from pipelines import EVENTS, Boom, log_of
from pynet import pipeline


class Own(pynet.EventEmitter):
    """A destination of the user's own, which finishes by itself."""

    def __init__(self):
        super().__init__()
        self.got = b""
        self.destroyed_with = []

    def write(self, data):
        self.got += data
        return True

    def end(self):
        self.emit("finish")

    def destroy(self, error):
        self.destroyed_with.append(error)


class OwnSource(pynet.EventEmitter):
    """A source of the user's own that gives one chunk."""

    def pipe(self, destination, *, end=True):
        self.destination = destination
        self.ends = end
        return destination

    def unpipe(self, destination):
        self.destination = None

    def give(self, data):
        self.destination.write(data)
        self.emit("end")


def counts(stream):
    return {event: stream.listener_count(event) for event in EVENTS}


# --- files ---


class File(io.BytesIO):
    """Notes what happened to it; raises in the method that `fail` names."""

    def __init__(self, fail=None):
        super().__init__()
        self.fail = fail
        self.flushed = 0

    def write(self, data):
        if self.fail == "write":
            raise OSError("the disk is full")
        return super().write(data)

    def flush(self):
        self.flushed += 1
        if self.fail == "flush":
            raise OSError("the disk is full")


def test_file_has_everything_when_the_callback_comes(lines, tmp_path):
    (a,) = lines(1)
    data = random.Random(8).randbytes(1_000_000)
    path = tmp_path / "out"
    seen = []
    log = Recorder(None)
    with path.open("wb") as file:

        def done(err):
            seen.append((err, path.read_bytes() == data, file.closed))
            log.note("done")()

        assert pipeline(a.inner, file, done) is file
        a.outer.end(data)
        log.wait("done")
    assert seen == [(None, True, False)]


@pytest.mark.parametrize("fail", ["write", "flush"])
def test_file_that_fails_is_the_error_of_the_source(lines, fail):
    (a,) = lines(1)
    file = File(fail)
    log = log_of(a=a.inner)
    pipeline(a.inner, file, log.note("done"))
    a.outer.end(b"x")
    log.wait("a:close")
    assert str(log["done"]) == "the disk is full"
    assert log["a:error"] is log["done"]


def test_file_is_left_alone_when_the_source_fails(lines):
    (a,) = lines(1)
    file, error = File(), Boom()
    log = Recorder(a.inner, "close")
    pipeline(a.inner, file, log.note("done"))
    a.inner.destroy(error)
    log.wait("close")
    assert log["done"] is error
    assert not file.closed
    assert file.flushed == 0


# --- objects with events ---


def test_own_destination(lines):
    (a,) = lines(1)
    own = Own()
    log = log_of(own=own)
    assert pipeline(a.inner, own, log.note("done")) is own
    a.outer.end(b"for you")
    log.wait("done")
    assert log.names == ["own:finish", "done"]
    assert (log["done"], own.got, own.destroyed_with) == (None, b"for you", [])


def test_own_destination_is_told_of_an_error(lines):
    (a,) = lines(1)
    own, error = Own(), Boom()
    log = Recorder(a.inner, "close")
    pipeline(a.inner, own, log.note("done"))
    a.inner.destroy(error)
    log.wait("close")
    assert log["done"] is error
    assert own.destroyed_with == [error]


def test_own_destination_that_fails(lines):
    (a,) = lines(1)
    own, error = Own(), Boom()
    log = log_of(a=a.inner)
    pipeline(a.inner, own, log.note("done"))
    on_loop(own.emit, "error", error)
    log.wait("a:close")
    assert log.names == ["a:error", "done", "a:close"]
    assert log["done"] is log["a:error"] is error


def test_own_destination_that_raises(lines):
    (a,) = lines(1)
    own, error = Own(), Boom()

    def write(data):
        raise error

    own.write = write
    log = log_of(a=a.inner)
    pipeline(a.inner, own, log.note("done"))
    a.outer.write(b"x")
    log.wait("a:close")
    assert log["done"] is log["a:error"] is error


def test_own_destination_that_closes_early(lines):
    (a,) = lines(1)
    own = Own()
    log = log_of(a=a.inner)
    pipeline(a.inner, own, log.note("done"))
    on_loop(own.emit, "close")
    log.wait("a:close")
    assert log["done"].code == log["a:error"].code == "ERR_STREAM_PREMATURE_CLOSE"


def test_own_destination_whose_destroy_raises(lines, uncaught_errors):
    (a,) = lines(1)
    own, error, other = Own(), Boom(), Boom("in destroy")

    def destroy(err):
        raise other

    own.destroy = destroy
    log = Recorder(a.inner, "close")
    pipeline(a.inner, own, log.note("done"))
    a.inner.destroy(error)
    log.wait("close")
    assert log["done"] is error
    assert uncaught_errors == [other]


def test_own_source(lines):
    (b,) = lines(1)
    source = OwnSource()
    there = Recorder(b.outer, "data", "end")
    log = Recorder(None)
    pipeline(source, b.inner, log.note("done"))
    on_loop(source.give, b"mine")
    there.wait("end")
    log.wait("done")
    assert (there.data(), log["done"]) == (b"mine", None)


def test_own_source_that_fails(lines):
    (b,) = lines(1)
    source, error = OwnSource(), Boom()
    log = log_of(b=b.inner)
    pipeline(source, b.inner, log.note("done"))
    on_loop(source.emit, "error", error)
    log.wait("b:close")
    assert log.names == ["b:error", "done", "b:close"]
    assert log["done"] is error


def test_own_source_whose_pipe_raises_leaves_no_listeners(lines):
    (b,) = lines(1)
    source, error = OwnSource(), Boom()

    def pipe(destination, **options):
        raise error

    source.pipe = pipe
    before = counts(b.inner)
    with pytest.raises(Boom):
        pipeline(source, b.inner, print)
    assert counts(b.inner) == before
    assert counts(source) == dict.fromkeys(EVENTS, 0)
