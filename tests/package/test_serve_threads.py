"""pynet.serve(): a thread for each connection."""

from __future__ import annotations

import logging
import socket
import struct
import threading

import pytest

import pynet
from helpers import on_loop, raw_client, run_coroutine, two_turns, wait_until
from pynet import _run


@pytest.fixture
def served(where):
    """served(handler, **options): a server of serve(), shut down in the end."""
    made = []

    def make(handler, **options):
        made.append(pynet.serve(handler, *where, **options))
        return made[-1]

    yield make
    for srv in made:
        srv.shutdown(0).result(5)


@pytest.fixture
def raised(monkeypatch):
    """What reached threading.excepthook."""
    seen = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_value))
    return seen


@pytest.fixture
def log(caplog):
    """The messages of the logger pynet.server."""
    caplog.set_level(logging.WARNING)
    _run.lost.reset()
    yield lambda: [r.getMessage() for r in caplog.records if r.name == "pynet.server"]
    _run.lost.reset()


class Gate:
    """A handler that notes its connection, and waits until it is opened."""

    def __init__(self):
        self.inside, self.most, self.total = 0, 0, 0
        self.changed = threading.Condition()
        self.open = threading.Semaphore(0)

    def __call__(self, sock):
        with self.changed:
            self.inside += 1
            self.total += 1
            self.most = max(self.most, self.inside)
            self.changed.notify_all()
        self.open.acquire(timeout=10)
        with self.changed:
            self.inside -= 1
            self.changed.notify_all()
        sock.write("bye")

    def wait(self, condition):
        with self.changed:
            assert self.changed.wait_for(lambda: condition(self), 5)


def echo_lines(sock):
    for line in sock.lines():
        sock.write(line + b"\n")


# --- serving ---


def test_it_listens_when_it_returns(served, kind):
    srv = served(echo_lines)
    assert isinstance(srv, pynet.Server) and srv.listening
    assert (srv.port is None) == (kind == "unix")


def test_handlers_block_side_by_side(served):
    gate = Gate()
    srv = served(gate)
    clients = [raw_client(srv) for _ in range(4)]
    gate.wait(lambda g: g.inside == 4)
    gate.open.release(4)
    for client in clients:
        assert client.recv(10) == b"bye"
        client.close()


@pytest.mark.wine_fault("a write that is under way when its thread ends may be lost", only="unix")
def test_the_socket_is_closed_after_the_handler_and_what_was_written_is_sent(served):
    data = bytes(1 << 20)
    srv = served(lambda sock: sock.write(data))
    with raw_client(srv) as client:
        got = bytearray()
        while chunk := client.recv(1 << 16):
            got += chunk
        assert got == data
    assert wait_until(lambda: not srv.connections)


def test_a_handler_runs_in_a_thread_of_its_own(served):
    names = []
    srv = served(lambda sock: names.append((threading.current_thread().name, threading.current_thread().daemon)))
    with raw_client(srv) as client:
        assert client.recv(1) == b""
    assert names == [("pynet-serve", True)]


def test_options_of_server_and_of_listen(where):
    srv = pynet.serve(echo_lines, *where, allow_half_open=True, backlog=5, high_water_mark=1)
    with raw_client(srv) as client:
        assert wait_until(lambda: srv.connections)
        sock = srv.connections[0]
        assert (sock.allow_half_open, sock.readable_high_water_mark) == (True, 1)
        client.sendall(b"x\n")
        assert client.recv(10) == b"x\n"
    srv.shutdown(5).result(5)


def test_a_mapping_of_options(tmp_path):
    srv = pynet.serve(echo_lines, {"path": tmp_path / "s.sock", "allowHalfOpen": True}, limit=3)
    with raw_client(srv) as client:
        client.sendall(b"x\n")
        assert client.recv(10) == b"x\n"
        assert srv.connections[0].allow_half_open
    srv.shutdown(5).result(5)


def test_a_host_is_looked_up_first():
    srv = pynet.serve(echo_lines, 0, "localhost")
    assert srv.port > 0
    srv.shutdown(0).result(5)


def test_a_connection_listener_gets_each_connection_as_well(served):
    seen = []
    srv = served(lambda sock: sock.write("x"), listener=seen.append)
    with raw_client(srv) as client:
        assert client.recv(1) == b"x"
    assert len(seen) == 1


def test_in_a_listener(where):
    srv = on_loop(lambda: pynet.serve(echo_lines, *where))
    with raw_client(srv) as client:
        client.sendall(b"x\n")
        assert client.recv(10) == b"x\n"
    srv.shutdown(5).result(5)


def test_beside_asyncio(where):
    async def main():
        srv = pynet.serve(echo_lines, *where)
        sock = await pynet.aio.connect(srv.address())
        sock.write("x\n")
        assert await sock.read_until("\n") == b"x\n"
        sock.destroy()
        await srv.shutdown(5)

    run_coroutine(main())


# --- the end of the client ---


def upper_of_all(sock):
    sock.write(b"".join(sock).upper())


def ask(srv, data):
    """What comes back after this data and the end of the client's side."""
    with raw_client(srv) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        got = bytearray()
        while chunk := client.recv(1 << 16):
            got += chunk
    return bytes(got)


@pytest.mark.posix_only("a named pipe has no half-close", only="unix")
def test_a_handler_answers_after_the_end_of_the_client(served):
    srv = served(upper_of_all)
    assert ask(srv, b"abc") == b"ABC"
    assert wait_until(lambda: not srv.connections)


def test_the_connection_closes_when_the_handler_returns_and_the_client_stays(served):
    """The client never ends its side."""
    srv = served(lambda sock: sock.write(b"x"))
    with raw_client(srv) as client:
        assert (client.recv(1), client.recv(1)) == (b"x", b"")
        assert wait_until(lambda: not srv.connections)


def test_a_client_that_has_gone_leaves_no_connection_when_the_handler_returns(served):
    leave = threading.Event()
    srv = served(lambda sock: (leave.wait(10), sock.write(b"x")))
    raw_client(srv).close()
    assert wait_until(lambda: srv.connections)
    leave.set()
    assert wait_until(lambda: not srv.connections)


@pytest.mark.parametrize("name", ["allow_half_open", "allowHalfOpen"])
def test_allow_half_open_of_the_caller_counts(where, name):
    mapping = {"path": where[0]} if len(where) == 1 else dict(zip(("port", "host"), where, strict=True))
    for args, more in ((where, {name: False}), (({**mapping, name: False},), {})):
        srv = pynet.serve(lambda sock: sock.write(str(sock.allow_half_open)), *args, **more)
        with raw_client(srv) as client:
            assert client.recv(10) == b"False"
        srv.shutdown(0).result(5)


def test_allow_half_open_none_is_the_default(served):
    srv = served(lambda sock: sock.write(str(sock.allow_half_open)), allow_half_open=None)
    with raw_client(srv) as client:
        assert client.recv(10) == b"True"


# --- limit ---


def test_limit_is_how_many_there_are_at_a_time(served):
    gate = Gate()
    srv = served(gate, limit=2)
    clients = [raw_client(srv) for _ in range(5)]
    gate.wait(lambda g: g.inside == 2)
    two_turns()
    assert len(srv.connections) == 2  # the others wait in the kernel
    gate.open.release(5)
    for client in clients:
        assert client.recv(10) == b"bye"
        client.close()
    gate.wait(lambda g: g.total == 5 and g.inside == 0)
    assert gate.most == 2


def test_a_handler_that_raises_frees_its_place(served, raised):
    srv = served(lambda sock: 1 / 0, limit=1)
    for _ in range(3):
        with raw_client(srv) as client:
            assert client.recv(1) == b""
    assert wait_until(lambda: len(raised) == 3)


def test_a_connection_counts_until_it_is_closed(served):
    """The handler has returned, and what it has written is not sent yet."""
    started = []
    srv = served(lambda sock: started.append(sock) or sock.write(bytes(16 << 20)), limit=1)
    first = raw_client(srv)
    assert wait_until(lambda: started)
    with raw_client(srv):
        two_turns()
        assert len(srv.connections) == 1
        first.close()
        assert wait_until(lambda: len(started) == 2)


# --- errors ---


@pytest.mark.parametrize("kind", ["tcp"])
def test_a_reset_ends_that_handler_only(served, raised, log):
    inside = threading.Event()
    srv = served(lambda sock: (inside.set(), sock.read_exactly(1)))
    client, other = raw_client(srv), raw_client(srv)
    assert inside.wait(5)
    assert wait_until(lambda: len(srv.connections) == 2)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    assert wait_until(lambda: len(srv.connections) == 1)
    assert wait_until(log)
    assert "the handler of" in log()[0] and "ECONNRESET" in log()[0]
    other.sendall(b"x")
    assert other.recv(1) == b""
    other.close()
    assert raised == []


def test_a_peer_that_ends_in_the_middle_ends_that_handler_only(served, raised, log):
    srv = served(lambda sock: sock.read_exactly(10))
    with raw_client(srv) as client:
        client.sendall(b"abc")
    assert wait_until(log)
    assert "The peer ended after 3" in log()[0]
    assert wait_until(lambda: not srv.connections)
    assert raised == []


def test_a_line_over_the_limit_ends_that_handler_only(served, raised, log):
    srv = served(lambda sock: list(sock.lines(max=10)))
    with raw_client(srv) as client:
        client.sendall(bytes(11))
        assert wait_until(lambda: not srv.connections and log())
    assert len(log()) == 1 and "the handler of" in log()[0]
    assert raised == []


def test_a_client_that_is_too_slow_ends_that_handler_only(served, raised, log):
    srv = served(lambda sock: list(sock.lines(timeout=0.01)))
    with raw_client(srv):
        assert wait_until(lambda: not srv.connections and log())
    assert len(log()) == 1 and "has waited for 0.01 seconds" in log()[0]
    assert raised == []


def test_an_exception_goes_to_the_excepthook_and_destroys_the_connection(served, raised, log):
    error = ValueError("mine")

    def handler(sock):
        sock.write("half")
        raise error

    srv = served(handler)
    with raw_client(srv) as client:
        while client.recv(10):
            pass
    assert wait_until(lambda: raised == [error])
    assert srv.listening and log() == []


@pytest.mark.wine_fault("a second server may listen at the name of a pipe", only="unix")
def test_listen_fails(where, server):
    busy = server().address()
    with pytest.raises(OSError, match="EADDRINUSE"):
        pynet.serve(echo_lines, *([busy] if isinstance(busy, str) else [busy.port, busy.address]))


def test_an_address_in_use_in_main_leaves_run(script):
    done = script(
        """
        import socket, pynet
        taken = socket.create_server(("127.0.0.1", 0))

        def main():
            pynet.serve(print, taken.getsockname()[1], "127.0.0.1")

        try:
            pynet.run(main)
        except OSError as error:
            print(error.code)
        """
    )
    assert (done.stdout, done.stderr) == ("EADDRINUSE\n", "")


def test_a_listener_of_error_in_main_has_the_error(script):
    done = script(
        """
        import socket, pynet
        taken = socket.create_server(("127.0.0.1", 0))

        def main():
            server = pynet.serve(print, taken.getsockname()[1], "127.0.0.1")
            server.on("error", lambda error: print(error.code))

        pynet.run(main)
        """
    )
    assert (done.stdout, done.stderr) == ("EADDRINUSE\n", "")


def test_a_lookup_fails():
    with pytest.raises(OSError, match="getaddrinfo"):
        pynet.serve(echo_lines, 0, "no.such.name.invalid")


def test_a_lookup_that_fails_in_a_listener_is_reported(raised):
    on_loop(lambda: pynet.serve(echo_lines, 0, "no.such.name.invalid"))
    assert wait_until(lambda: raised)
    assert raised[0].syscall == "getaddrinfo"


def test_wrong_arguments():
    async def coroutine(sock):
        pass

    for wrong in (None, 5, coroutine):
        with pytest.raises(TypeError):
            pynet.serve(wrong, 0)
    for limit, error in ((0, ValueError), (-1, ValueError), ("1", TypeError), (True, TypeError), (1.5, TypeError)):
        with pytest.raises(error, match="limit"):
            pynet.serve(echo_lines, 0, limit=limit)
    with pytest.raises(TypeError, match="nonsense"):
        pynet.serve(echo_lines, 0, nonsense=1)


# --- the end ---


def serving_threads():
    return [thread for thread in threading.enumerate() if thread.name == "pynet-serve"]


def test_shutdown_ends_it(where):
    srv = pynet.serve(echo_lines, *where)
    with raw_client(srv) as client:
        client.sendall(b"x\n")
        assert client.recv(10) == b"x\n"
        done = srv.shutdown(5)
        assert client.recv(1) == b""
    assert done.result(5) == 0
    assert wait_until(lambda: not serving_threads())


def test_shutdown_destroys_after_its_timeout_and_that_is_no_error(where, raised, log):
    inside = threading.Event()

    def handler(sock):
        inside.set()
        sock.read_exactly(1)

    srv = pynet.serve(handler, *where, limit=1)
    with raw_client(srv):
        assert inside.wait(5)
        assert srv.shutdown(0).result(5) == 1
        assert wait_until(lambda: not serving_threads())
    assert (raised, log()) == ([], [])


def test_the_end_of_the_program_does_not_wait_for_handlers(script):
    done = script("""
        import socket, threading, pynet
        inside = threading.Event()
        def handler(sock):
            inside.set()
            sock.read_exactly(1)
        server = pynet.serve(handler, 0, "127.0.0.1").unref()
        client = socket.create_connection(server.address()[:2])
        inside.wait(10)
        print("over")
    """)
    assert (done.stdout, done.stderr, done.returncode) == ("over\n", "", 0)


def test_with_run(script):
    done = script("""
        import pynet
        def handler(sock):
            sock.write(sock.read_exactly(2))
        server = pynet.serve(handler, 0, "127.0.0.1")
        client = pynet.connect(server.address())
        client.on("data", print)
        client.on("close", lambda had_error: server.shutdown())
        client.write("hi")
        pynet.run()
        print("over")
    """)
    assert (done.stdout, done.stderr) == ("b'hi'\nover\n", "")
