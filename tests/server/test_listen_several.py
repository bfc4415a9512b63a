"""listen([...]): one server on several addresses."""

from __future__ import annotations

import gc
import os
import socket

import pytest

import pynet
from helpers import Recorder, on_loop, run_coroutine, two_turns, wait_until
from pipe_names import raw_socket


@pytest.fixture
def several(tmp_path):
    """several(handler=None, **options): a server on two ports and a path, in this order; closed in the end."""
    made = []

    def make(handler=None, **options):
        places = [("127.0.0.1", 0), pynet.SocketAddress("127.0.0.1", 0), tmp_path / "s.sock"]
        made.append(pynet.Server(options, handler).listen(places))
        return made[-1]

    yield make
    for srv in made:
        srv.shutdown(0)


@pytest.fixture
def fresh():
    srv = pynet.Server()
    yield srv
    srv.shutdown(0)


@pytest.fixture
def taken():
    """The address of a server of Python's own."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        yield sock.getsockname()


def greeting_of(place):
    with pynet.connect(place) as sock:
        return b"".join(sock)


# --- one server ---


def test_each_place_accepts(several):
    srv = several(lambda sock: sock.end(b"hi"))
    assert [greeting_of(place) for place in srv.addresses] == [b"hi"] * 3


def test_addresses_are_in_order_and_the_first_is_the_servers(several, tmp_path):
    srv = several()
    first, second, third = srv.addresses
    assert srv.address() == first == (srv.host, srv.port, "IPv4")
    assert second.port not in (0, first.port)  # port 0 gives each its own
    assert third == str(tmp_path / "s.sock")
    with socket.socket(fileno=socket.dup(srv.fileno())) as sock:
        assert sock.getsockname() == first[:2]
    assert repr(srv) == f"<pynet.Server listening on 127.0.0.1:{first.port} and 2 more, 0 connections>"


def test_a_path_may_be_the_first(fresh, tmp_path):
    fresh.listen([str(tmp_path / "a.sock"), ("127.0.0.1", 0), os.fsencode(tmp_path / "b.sock")])
    assert fresh.address() == str(tmp_path / "a.sock")
    assert (fresh.port, fresh.host) == (None, None)
    assert [type(place) for place in fresh.addresses] == [str, pynet.AddressInfo, str]


def test_a_port_alone(fresh):
    fresh.listen([0, 0])
    assert [place.address in ("::", "0.0.0.0") for place in fresh.addresses] == [True, True]


def test_a_list_of_one(fresh):
    fresh.listen([("127.0.0.1", 0)])
    assert len(fresh.addresses) == 1


def test_addresses_of_another_server_can_be_listened_on_again(several, fresh):
    srv = several()
    places = srv.addresses
    closed = Recorder(srv, "close")
    srv.close()
    closed.wait("close")
    fresh.listen(places)
    assert fresh.addresses == places


@pytest.mark.posix_only("an accepted pipe has no name")
def test_the_sockets_know_where_they_were_accepted(several):
    srv = several()
    with raw_client_of(srv, 1):
        with srv.accept(5) as sock:
            assert sock.local == srv.addresses[1]
    with raw_client_of(srv, 2):
        with srv.accept(5) as sock:
            assert sock.local == srv.addresses[2]


def raw_client_of(srv, index):
    place = srv.addresses[index]
    sock = raw_socket(place)
    sock.settimeout(5)
    sock.connect(place if isinstance(place, str) else place[:2])
    return sock


def test_accept_takes_from_all_of_them(several):
    srv = several()
    clients = [raw_client_of(srv, index) for index in (0, 1, 2, 2, 1, 0)]
    two_turns()
    assert srv.connections == []  # they wait in the kernel
    for _ in clients:
        srv.accept(5).end(b"hi")
    for client in clients:
        assert client.recv(10) == b"hi"
        client.close()


def test_drop_on_each(several):
    srv = several()
    srv.max_connections = 0
    log = Recorder(srv, "drop", "connection")
    for index in range(3):
        with raw_client_of(srv, index) as client:
            assert client.recv(1) == b""
    log.wait("drop", times=3)
    assert [args[0] is None for args in log.args("drop")] == [False, False, True]
    assert log.args("drop")[1][0]["localPort"] == srv.addresses[1].port


@pytest.mark.posix_only("pipes have no mode")
def test_backlog_callback_and_options(fresh, tmp_path):
    called = []
    fresh.listen(
        [tmp_path / "a.sock", tmp_path / "b.sock"], 5, lambda: called.append(1), writable_all=True, readable_all=True
    )
    fresh.wait("listening", 5)
    two_turns()
    assert called == [1]
    assert [os.stat(tmp_path / f"{name}.sock").st_mode & 0o777 for name in "ab"] == [0o666] * 2


def test_aio_and_serve_take_it(tmp_path):
    async def main():
        async with await pynet.aio.listen(
            [("127.0.0.1", 0), tmp_path / "a.sock"], listener=lambda s: s.end("x")
        ) as srv:
            assert len(srv.addresses) == 2

    run_coroutine(main())
    srv = pynet.serve(lambda sock: sock.write(b"hi"), [("127.0.0.1", 0), tmp_path / "b.sock"])
    assert [greeting_of(place) for place in srv.addresses] == [b"hi"] * 2
    srv.shutdown(5).result(5)


# --- all or none ---


@pytest.mark.posix_only("pipes are no files")
def test_when_one_fails_none_listens(fresh, taken, tmp_path):
    with pytest.raises(OSError) as caught:
        fresh.listen([tmp_path / "a.sock", ("127.0.0.1", 0), taken, tmp_path / "b.sock"])
    assert (caught.value.code, caught.value.port) == ("EADDRINUSE", taken[1])
    assert (fresh.listening, fresh.addresses, list(tmp_path.iterdir())) == (False, [], [])
    fresh.listen([tmp_path / "a.sock"])


def test_the_failure_is_an_event_where_it_is_for_one(fresh, taken, tmp_path):
    log = Recorder(fresh, "error", "listening")
    fresh.listen([tmp_path / "a.sock", taken])
    assert log.wait("error")["error"].code == "EADDRINUSE"
    two_turns()
    assert (log.names, list(tmp_path.iterdir())) == (["error"], [])


def test_hosts_are_looked_up_and_then_all_are_bound(fresh, tmp_path):
    fresh.listen([tmp_path / "a.sock", ("localhost", 0), ("127.0.0.1", 0), ("localhost", 0)])
    fresh.wait("listening", 5)
    assert len(fresh.addresses) == 4
    assert fresh.addresses[0] == str(tmp_path / "a.sock")
    assert all(place.port > 0 for place in fresh.addresses[1:])


def test_nothing_is_bound_before_the_lookups_are_done(fresh, tmp_path):
    def listen():
        fresh.listen([tmp_path / "a.sock", ("localhost", 0)])
        return fresh.listening, list(tmp_path.iterdir())

    assert on_loop(listen) == (False, [])
    fresh.wait("listening", 5)


def test_a_lookup_that_fails(fresh, tmp_path):
    log = Recorder(fresh, "error")
    fresh.listen([tmp_path / "a.sock", ("localhost", 0), ("no.such.name.invalid", 0)])
    assert log.wait("error")["error"].hostname == "no.such.name.invalid"
    assert (fresh.listening, list(tmp_path.iterdir())) == (False, [])


def test_close_while_a_host_is_looked_up(fresh, tmp_path):
    log = Recorder(fresh, "listening", "close")

    def begin():
        fresh.listen([tmp_path / "a.sock", ("localhost", 0), ("localhost", 0)])
        fresh.close()

    on_loop(begin)
    log.wait("close")
    two_turns()
    assert (log.names, list(tmp_path.iterdir())) == (["close"], [])


# --- the end ---


def test_close_closes_all(several, tmp_path):
    srv = several()
    places = srv.addresses
    log = Recorder(srv, "close")
    srv.close()
    log.wait("close")
    assert (srv.addresses, list(tmp_path.iterdir())) == ([], [])
    for place in places:
        failed = Recorder(pynet.connect(place), "error").wait("error")
        assert failed["error"].code in ("ECONNREFUSED", "ENOENT")
    assert log.names == ["close"]


def test_an_abort_signal_closes_all(fresh, tmp_path):
    controller = pynet.AbortController()
    fresh.listen([tmp_path / "a.sock", tmp_path / "b.sock"], signal=controller.signal)
    controller.abort()
    assert wait_until(lambda: not list(tmp_path.iterdir()))
    assert not fresh.listening


def test_unref_lets_run_end_and_ref_does_not(script):
    done = script("""
        import pynet
        def main():
            server = pynet.Server().listen([("127.0.0.1", 0), ("127.0.0.1", 0)])
            server.unref()
            other = pynet.Server().unref().listen([("127.0.0.1", 0), ("127.0.0.1", 0)])
        pynet.run(main)
        print("over")
    """)
    assert (done.stdout, done.stderr) == ("over\n", "")


@pytest.mark.posix_only("a process gets no SIGTERM")
def test_run_with_signals_closes_all(script, tmp_path):
    done = script(
        """
        import os, signal, sys, pynet
        def main():
            server = pynet.Server().listen([("127.0.0.1", 0), sys.argv[1] + "/a", sys.argv[1] + "/b"])
            server.on("close", lambda: print("closed"))
            os.kill(os.getpid(), signal.SIGTERM)
        pynet.run(main, signals=True)
        """,
        str(tmp_path),
    )
    assert (done.stdout, done.stderr) == ("closed\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.posix_only("pipes are no files")
def test_the_end_of_the_program_unlinks_all_paths(script, tmp_path):
    done = script(
        """
        import sys, pynet
        server = pynet.Server().unref().listen([sys.argv[1] + "/a", sys.argv[1] + "/b"])
        print(len(server.addresses))
        """,
        str(tmp_path),
    )
    assert (done.stdout, done.stderr) == ("2\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.posix_only("there is no fork()")
def test_a_forked_child_leaves_them_to_the_parent(script, tmp_path):
    done = script(
        """
        import os, sys, pynet
        server = pynet.create_server(lambda s: s.end("hi")).listen([sys.argv[1] + "/a", ("127.0.0.1", 0)])
        pid = os.fork()
        if pid == 0:
            del server
            sys.exit(0)
        os.waitpid(pid, 0)
        print([b"".join(pynet.connect(place)) for place in server.addresses])
        server.close()
        """,
        str(tmp_path),
    )
    assert (done.stdout, done.stderr) == ("[b'hi', b'hi']\n", "")


def test_a_server_without_references_lives_until_it_is_closed(tmp_path):
    controller = pynet.AbortController()
    places = [tmp_path / "a.sock", tmp_path / "b.sock"]
    pynet.create_server(lambda sock: sock.end("hi")).listen(places, signal=controller.signal)
    gc.collect()
    assert greeting_of(str(tmp_path / "b.sock")) == b"hi"
    controller.abort()
    assert wait_until(lambda: not list(tmp_path.iterdir()))


# --- wrong arguments ---


@pytest.mark.parametrize(
    ("item", "error"),
    [
        (None, TypeError),
        (True, TypeError),
        (5.5, ValueError),
        (-1, ValueError),
        (65536, ValueError),
        ({"port": 0}, TypeError),
        ([0], TypeError),
        ((0, "127.0.0.1"), TypeError),
        (("127.0.0.1",), TypeError),
        (print, TypeError),
        (object(), TypeError),
        ("", ValueError),
        (pynet.Server(), TypeError),
    ],
)
def test_wrong_items(fresh, item, error, tmp_path):
    with pytest.raises(error) as caught:
        fresh.listen([tmp_path / "a.sock", item])
    assert caught.value.code.startswith("ERR_")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_list(fresh):
    with pytest.raises(ValueError, match="must not be empty"):
        fresh.listen([])


@pytest.mark.parametrize(("option", "value"), [("port", 0), ("host", "::1"), ("path", "p"), ("fd", 0)])
def test_a_place_beside_the_list_is_refused(fresh, option, value):
    with pytest.raises(ValueError, match=option):
        fresh.listen([0], **{option: value})


def test_a_handle_beside_the_list_is_refused(fresh, several):
    with pytest.raises(ValueError, match="handle"):
        fresh.listen([0], handle=several())


def test_a_list_that_changes_while_it_is_read(fresh, tmp_path):
    class Path:
        def __fspath__(self):
            places.clear()
            return str(tmp_path / "a.sock")

    places = [Path(), ("127.0.0.1", 0)]
    fresh.listen(places)
    assert len(fresh.addresses) == 2


def test_connect_takes_no_list():
    with pytest.raises(TypeError):
        pynet.connect([80])
