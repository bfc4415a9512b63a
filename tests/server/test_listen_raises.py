"""listen() outside of the loop, without an `error` listener: a failure is raised by the call, and changes nothing."""

from __future__ import annotations

import os
import socket
import threading

import pytest

import pynet
from helpers import Recorder, is_open, on_loop, raw_client, run_coroutine, two_turns, wait_until, waits
from pipe_names import needs_names_in_use
from server_loops import InThread


@pytest.fixture
def fresh():
    """A server that has never listened."""
    srv = pynet.Server()
    yield srv
    srv.shutdown(0)


@pytest.fixture
def busy(server):
    """The arguments of listen() for a place that another server has."""
    address = server().address()
    needs_names_in_use(address)
    return (address,) if isinstance(address, str) else (address.port, address.address)


def listen_in_a_listener(srv, *args):
    on_loop(srv.listen, *args)


def listen_in_a_turn(srv, *args):
    with pynet.turn():
        srv.listen(*args)


# --- what raises ---


def test_a_place_that_is_in_use(fresh, busy):
    with pytest.raises(OSError) as caught:
        fresh.listen(*busy)
    err = caught.value
    assert (type(err), err.code, err.syscall, err.address) == (pynet.NetError, "EADDRINUSE", "listen", busy[-1])


def test_a_port_without_a_host(fresh):
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as taken:
        with pytest.raises(OSError, match="EADDRINUSE"):
            fresh.listen(taken.getsockname()[1])


def test_an_address_that_is_not_ours(fresh):
    with pytest.raises(OSError, match="EADDRNOTAVAIL"):
        fresh.listen(0, "192.0.2.1")


@pytest.mark.posix_only("the limits of a name are those of pipes")
def test_a_path_that_is_too_long(fresh, tmp_path):
    with pytest.raises(OSError, match="EINVAL"):
        fresh.listen(str(tmp_path / ("x" * 200)))


@pytest.mark.posix_only("the pipes of os.pipe() are not those of listen()")
def test_a_descriptor_that_cannot_listen_stays_the_callers(fresh):
    r, w = os.pipe()
    with pytest.raises(OSError, match="ENOTSOCK"):
        fresh.listen(fd=r)
    assert is_open(r)
    os.close(r)
    os.close(w)


def test_an_object_with_a_descriptor(fresh):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        with pytest.raises(OSError, match="EINVAL"):
            fresh.listen(udp)


@pytest.mark.posix_only("bind() fails where another socket is bound")
def test_a_bound_socket_is_closed(fresh):
    """Both may be bound to the port, and only one may listen."""
    with socket.socket() as first:
        first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(("127.0.0.1", 0))
        bound = pynet.BoundSocket(host="127.0.0.1", port=first.getsockname()[1])
        first.listen()
        with pytest.raises(OSError, match="EADDRINUSE"):
            fresh.listen(bound)
    assert fresh.listen(0, "127.0.0.1").listening


def test_an_error_monitor_is_not_an_error_listener(fresh, busy):
    seen = Recorder(fresh, pynet.error_monitor)
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy)
    two_turns()
    assert seen.names == []


def test_in_a_thread_beside_run(script):
    done = script("""
        import threading, pynet
        first = pynet.Server().listen(0, "127.0.0.1")
        def main():
            threading.Thread(target=listen).start()
        def listen():
            try:
                pynet.Server().listen(first.port, first.host)
            except OSError as error:
                print(error.code)
            first.close()
        pynet.run(main)
    """)
    assert (done.stdout, done.stderr) == ("EADDRINUSE\n", "")


def test_in_a_coroutine(fresh, busy):
    async def main():
        with pytest.raises(OSError, match="EADDRINUSE"):
            fresh.listen(*busy)
        with pytest.raises(OSError, match="EADDRINUSE"):
            await pynet.aio.listen(*busy)

    run_coroutine(main())


# --- the server is as before ---


def test_no_event_follows(fresh, busy):
    log = Recorder(fresh, "listening", "close", "newListener", "removeListener")
    del log.entries[:]
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy)
    late = Recorder(fresh, "error")
    two_turns()
    assert log.names in ([], ["newListener"])  # that of `late`
    assert late.names == []


def test_nothing_is_uncaught(fresh, busy, uncaught_errors):
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy)
    with pytest.raises(TimeoutError):
        fresh.wait("listening", 0.3)  # longer than an error waits for a listener
    assert uncaught_errors == []


def test_the_callback_is_not_kept(fresh, busy, where, tmp_path):
    called = []
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy, lambda: called.append("failed"))
    fresh.listen(tmp_path / "other.sock", lambda: called.append("listening"))
    fresh.wait("listening", 5)
    two_turns()
    assert called == ["listening"]


def test_listen_may_be_called_again(fresh, busy, tmp_path):
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy)
    assert (fresh.listening, fresh.address()) == (False, None)
    fresh.listen(tmp_path / "other.sock")
    with raw_client(fresh):
        fresh.accept(5).destroy()


def test_a_loop_that_began_before_goes_on(fresh, busy, tmp_path):
    loop = InThread(fresh.accept, 5)
    assert wait_until(waits)
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy)
    fresh.listen(tmp_path / "other.sock")
    with raw_client(fresh):
        loop.join().destroy()


def test_a_lookup_that_is_under_way_goes_on(fresh, busy):
    fresh.listen(0, "localhost")
    with pytest.raises(OSError):
        fresh.listen(*busy)
    fresh.wait("listening", 5)
    assert fresh.port > 0


def test_a_signal_is_not_followed(fresh, busy, tmp_path):
    controller = pynet.AbortController()
    with pytest.raises(OSError, match="EADDRINUSE"):
        fresh.listen(*busy, signal=controller.signal)
    fresh.listen(tmp_path / "other.sock")
    controller.abort()
    two_turns()
    assert fresh.listening


# --- what stays an event ---


def test_with_an_error_listener(fresh, busy):
    heard = Recorder(fresh, "error")
    assert fresh.listen(*busy) is fresh
    assert heard.wait("error")["error"].code == "EADDRINUSE"


@pytest.mark.parametrize("listen", [listen_in_a_listener, listen_in_a_turn])
def test_inside_the_loop(fresh, busy, listen, uncaught_errors):
    listen(fresh, *busy)
    assert wait_until(lambda: uncaught_errors)
    assert uncaught_errors[0].code == "EADDRINUSE"


def test_in_main_of_run(script):
    done = script("""
        import pynet
        def main():
            first = pynet.Server().listen(0, "127.0.0.1")
            second = pynet.Server().listen(first.port, first.host)
            second.on("error", lambda err: (print("event", err.code), first.close()))
        pynet.run(main)
    """)
    assert (done.stdout, done.stderr) == ("event EADDRINUSE\n", "")


def test_the_failure_of_a_lookup(fresh, uncaught_errors):
    heard = Recorder(pynet.EventEmitter())
    fresh.listen(0, "no.such.name.invalid")
    fresh.on("error", heard.note("error"))
    assert heard.wait("error")["error"].syscall == "getaddrinfo"


def test_a_listener_that_listens_wins(where, busy, tmp_path):
    """`newListener` runs user code between the bind and the listening."""
    srv = pynet.Server()
    srv.once("newListener", lambda name, f: srv.listen(tmp_path / "inner.sock"))
    with pytest.raises(pynet.NetError) as caught:
        srv.listen(*where, lambda: None) if len(where) == 2 else srv.listen(tmp_path / "outer.sock", lambda: None)
    assert caught.value.code == "ERR_SERVER_ALREADY_LISTEN"
    assert srv.address() == str(tmp_path / "inner.sock")
    assert not (tmp_path / "outer.sock").exists()
    srv.close()


@pytest.mark.wine_fault("a second server may listen at the name of a pipe")
def test_threads_that_want_the_same_place(tmp_path):
    servers = [pynet.Server() for _ in range(8)]
    failed = []

    def listen(srv):
        try:
            srv.listen(tmp_path / "one.sock")
        except OSError as error:
            failed.append(error.code)

    threads = [threading.Thread(target=listen, args=(srv,)) for srv in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == ["EADDRINUSE"] * 7
    for srv in servers:
        srv.close()


def test_serving_from_a_script(script):
    """The exception ends the script; nothing hangs."""
    done = script("""
        import pynet
        first = pynet.Server().listen(0, "127.0.0.1").unref()
        pynet.create_server(print).listen(first.port, first.host)
        pynet.run()
    """)
    assert done.returncode == 1
    *_, last, note = done.stderr.splitlines()
    assert last.startswith("pynet.NetError: listen EADDRINUSE: address already in use")
    assert note.startswith("a server of this process has this address")
