"""Socket.flush(): done when the kernel has taken all that was written."""

from __future__ import annotations

import pytest

import pynet
from helpers import Recorder, on_loop, run_coroutine, target, wait_until

BIG = b"x" * 8_000_000


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_at_once_when_nothing_is_queued(pair):
    p = pair()
    p.client.write(b"x")
    assert p.client.flush().done()
    assert p.client.flush().result(5) is None


def test_it_is_done_when_the_queue_is_empty(pair):
    p = pair()
    p.client.write(BIG)
    flushed = p.client.flush()
    assert not flushed.done()
    p.peer.resume()
    flushed.result(10)
    assert p.client.writable_length == 0


def test_what_is_written_later_does_not_count(pair):
    p = pair()
    p.peer.pause()
    p.client.write(BIG)
    p.client.flush()
    first = p.client.flush()
    total = len(BIG)

    def write_more():
        p.client.write(BIG)

    first.add_done_callback(lambda future: write_more())
    p.peer.resume()
    first.result(10)
    assert p.client.bytes_written == 2 * total


def test_awaited(pair):
    p = pair()
    p.peer.resume()

    async def main():
        p.client.write(BIG)
        await p.client.flush()
        return p.client.writable_length

    assert run_coroutine(main()) == 0


def test_it_waits_for_the_connection(server):
    srv = server(lambda sock: sock.resume())
    client = None

    def begin():
        nonlocal client
        client = pynet.connect(target(srv))
        client.write(b"x")
        return client.flush()

    flushed = on_loop(begin)
    flushed.result(5)
    assert not client.connecting and client.writable_length == 0
    client.destroy()


def test_it_waits_for_uncork(pair):
    p = pair()
    p.client.cork()
    p.client.write(b"x")
    flushed = p.client.flush()
    assert not flushed.done()
    p.client.uncork()
    flushed.result(5)


def test_it_is_done_after_end(pair):
    p = pair()
    p.client.end(BIG)
    flushed = p.client.flush()
    p.peer.resume()
    flushed.result(10)
    assert p.client.flush().result(5) is None


def test_callbacks_of_writes_keep_their_order(pair):
    p = pair()
    log = Recorder(p.client, "finish")

    def write():
        p.client.write(BIG, log.note("first"))
        p.client.flush().add_done_callback(lambda future: log.note("flushed")())
        p.client.end(b"x", log.note("last"))

    on_loop(write)
    p.peer.resume()
    log.wait("finish")
    assert log.names == ["first", "flushed", "last", "finish"]


def test_destroy_makes_it_fail(pair):
    p = pair()
    p.peer.pause()
    p.client.write(BIG)
    flushed = p.client.flush()
    p.client.destroy()
    with pytest.raises(pynet.NetError):
        flushed.result(5)


@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
def test_the_error_of_the_socket_makes_it_fail(pair):
    p = pair()
    p.client.write(BIG)
    flushed = p.client.flush()
    p.client.destroy(OSError("lost"))
    with pytest.raises(OSError, match="lost"):
        flushed.result(5)


@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_of_a_socket_that_has_lost_data_it_fails(pair):
    p = pair()
    p.client.write(BIG)
    p.client.destroy()
    p.client.wait("close", timeout=5)
    with pytest.raises(pynet.NetError, match="ECANCELED"):
        p.client.flush().result(5)


def test_an_error_that_waits_for_a_listener_goes_to_it(tmp_path, uncaught_errors):
    sock = pynet.connect(tmp_path / "none")
    wait_until(lambda: sock.closed)
    with pytest.raises(FileNotFoundError):
        sock.flush().result(5)
    Recorder(sock, "close").wait("close")
    assert uncaught_errors == []


def test_a_timeout_makes_it_fail(pair):
    p = pair()
    p.peer.pause()
    p.client.write(BIG)
    with pytest.raises(TimeoutError, match=r"flush\(\) has waited for 0\.02 seconds"):
        p.client.flush(timeout=0.02).result(5)


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
def test_a_timeout_that_is_not_needed_does_not_keep_run(pair):
    p = pair()
    p.peer.resume()
    p.client.write(BIG)
    p.client.flush(timeout=3600).result(10)
    p.client.destroy()
    p.peer.destroy()
    p.server.close()
    pynet.run()


@pytest.mark.parametrize("method", ["flush", "drain"])
@pytest.mark.parametrize(("value", "error"), [("1", TypeError), (True, TypeError), (-1, ValueError)])
def test_a_wrong_timeout_is_refused(pair, method, value, error):
    with pytest.raises(error):
        getattr(pair().client, method)(timeout=value)


def test_a_dropped_future_leaves_nothing_behind(pair):
    p = pair()
    p.client.write(BIG)
    p.client.flush()
    p.peer.resume()
    p.client.flush().result(10)


def test_drain_with_a_timeout(pair):
    p = pair()
    p.peer.pause()
    p.client.write(BIG)

    async def main():
        await p.client.drain(timeout=0.02)

    with pytest.raises(TimeoutError, match=r"drain\(\) has waited"):
        p.client.drain(0.02).result(5)
    with pytest.raises(TimeoutError, match=r"drain\(\) has waited"):
        run_coroutine(main())
    p.peer.resume()
    p.client.drain(10).result()
