"""pipe() to objects that raise: the pipe goes, the destination or the source has the error, the others go on."""

import pytest

import pynet
from helpers import Recorder, raw_client, target, wait_until
from sinks import Emitting, Ending, Plain


@pytest.fixture
def pair(reset_pair):
    return reset_pair


# --- destinations with events ---


def test_an_emitter_that_raises_in_write_gets_the_error(pair):
    boom = LookupError("boom")
    p = pair()
    dest, other = Emitting(fails=boom), Plain()
    log, here = Recorder(dest, "unpipe", "error"), Recorder(p.peer, "error", "close")
    p.peer.pipe(dest)
    p.peer.pipe(other)
    p.client.write(b"1")
    log.wait("error")
    assert log.names == ["unpipe", "error"]
    assert log["error"] is boom
    p.client.write(b"2")
    assert wait_until(lambda: other.data() == b"12")
    assert here.names == []


def test_an_emitter_that_raises_and_nobody_hears(pair, uncaught):
    boom = LookupError("boom")
    p = pair()
    dest = Emitting(fails=boom)
    p.peer.pipe(dest)
    p.client.write(b"1")
    assert wait_until(lambda: uncaught)
    assert uncaught[0] == (boom, dest)
    assert p.peer.destroyed is False


def test_an_emitter_that_raises_in_end_gets_the_error(pair):
    boom = LookupError("boom")
    p = pair()

    class Bad(Emitting):
        def end(self):
            raise boom

    dest = Bad()
    log, here = Recorder(dest, "unpipe", "error"), Recorder(p.peer, "error", "close")
    p.peer.pipe(dest)
    p.client.end(b"1")
    log.wait("error")
    here.wait("close")
    assert (log.names, log["error"] is boom, here.names) == (["unpipe", "error"], True, ["close"])


# --- sockets whose class has its own write() or end() ---


@pytest.fixture
def to_class(pair):
    """to_class(cls): (what writes, the source, the destination, a socket of this class)."""
    made = []

    def make(cls):
        p = pair()
        peers = []
        p.server.on("connection", peers.append)
        dest = cls()
        dest.connect(target(p.server))
        made.append(dest)
        assert wait_until(lambda: peers)
        made.append(peers[0].on("error", lambda err: None))
        return p.client, p.peer, dest

    yield make
    for sock in made:
        sock.destroy()


@pytest.mark.parametrize("method", ["write", "end"])
def test_a_socket_whose_own_method_raises_gets_the_error(to_class, method):
    boom = LookupError("boom")

    def fail(self, *args):
        raise boom

    writer, source, dest = to_class(type("Mine", (pynet.Socket,), {method: fail}))
    log, here = Recorder(dest, "unpipe", "error"), Recorder(source, "error")
    other = Plain()
    source.pipe(dest)
    source.pipe(other)
    writer.end(b"1")
    log.wait("error")
    assert log.names == ["unpipe", "error"]
    assert log["error"] is boom
    assert wait_until(lambda: other.data() == b"1")
    assert here.names == []


def test_a_socket_whose_own_write_is_a_coroutine_function_is_refused(to_class):
    class Mine(pynet.Socket):
        async def write(self, *args):
            pass

    _, source, dest = to_class(Mine)
    with pytest.raises(TypeError, match="coroutine"):
        source.pipe(dest)
    assert source.listener_count("data") == 0


# --- destinations without ---


class Raising(Plain):
    def __init__(self, error, method="write"):
        super().__init__()
        self.error, self.method = error, method
        if method != "write":
            setattr(self, method, self.fail)

    def fail(self):
        raise self.error

    def write(self, chunk):
        if self.method == "write":
            raise self.error
        super().write(chunk)


def test_write_that_raises_is_the_error_of_the_source(pair):
    boom = LookupError("boom")
    p = pair()
    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(Raising(boom))
    p.client.write(b"1")
    log.wait("close")
    assert (log.names, log["error"] is boom, p.peer.errored is boom) == (["error", "close"], True, True)
    assert log.args("close") == [(True,)]


def test_the_others_get_the_chunk_that_one_raised_at(pair):
    p = pair()
    first, last = Plain(), Plain()
    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(first)
    p.peer.pipe(Raising(LookupError("boom")))
    p.peer.pipe(last)
    p.client.write(b"1")
    log.wait("close")
    assert (first.data(), last.data()) == (b"1", b"1")


@pytest.mark.parametrize("method", ["end", "flush"])
def test_end_or_flush_that_raises_is_the_error_of_the_source(pair, method):
    boom = OSError("disk full")
    p = pair()
    dest, other = Raising(boom, method), Ending()
    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(dest)
    p.peer.pipe(other)
    p.client.end(b"1")
    log.wait("close")
    assert (log.names, log["error"] is boom) == (["error", "close"], True)
    assert (dest.data(), other.data(), len(other.ended)) == (b"1", b"1", 1)


def test_once_that_raises_is_the_error_of_the_source(pair):
    boom = LookupError("boom")
    p = pair()

    class Bad(Plain):
        def write(self, chunk):
            return False

        def once(self, event, function):
            raise boom

    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(Bad())
    p.client.write(b"1")
    log.wait("close")
    assert log["error"] is boom


def test_the_loop_serves_others_when_one_destination_raises(server):
    dead = []

    def on_connection(sock):
        sock.on("error", dead.append)
        sock.pipe(Raising(LookupError("boom")) if not dead else sock)

    srv = server(on_connection)
    with raw_client(srv) as first:
        first.sendall(b"x")
        assert wait_until(lambda: dead)
    with raw_client(srv) as second:
        second.sendall(b"hello")
        assert second.recv(100) == b"hello"
    assert [str(err) for err in dead] == ["boom"]


@pytest.mark.parametrize("way", [KeyboardInterrupt, SystemExit])
def test_what_ends_a_program_leaves_run(script, way):
    """KeyboardInterrupt and SystemExit do not count as errors of a connection."""
    done = script(
        f"""
        import pynet

        class Dest:
            def write(self, chunk):
                raise {way.__name__}(3)

        def main():
            server = pynet.create_server(lambda sock: sock.pipe(Dest())).listen(0, "127.0.0.1")
            pynet.connect(server.address().port).write("x")

        try:
            pynet.run(main)
        except {way.__name__} as exc:
            print("left run", exc)
        """
    )
    assert (done.returncode, done.stdout) == (0, "left run 3\n"), done.stderr
