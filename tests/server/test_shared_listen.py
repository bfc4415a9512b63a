"""listen() in a worker of a cluster: it asks for its sockets. The tests answer in place of a primary."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import struct
import threading
import weakref

import pytest

import isolated
import pynet
from helpers import Recorder, is_open, live_handles, on_loop, run_coroutine, wait_until, waits
from pynet import _private
from server_loops import InThread
from sharing import connect, primary


@pytest.fixture
def prime():
    with primary() as one:
        yield one


@pytest.fixture(params=["tcp", "unix"])
def place(request, prime, tmp_path):
    """What a server listens on; the primary has it already."""
    path = str(tmp_path / "s") if request.param == "unix" else None
    prime.listen(path)
    return (path,) if path is not None else (0, "127.0.0.1")


@pytest.fixture
def server():
    srv = pynet.create_server(lambda sock: sock.on("error", lambda error: None).end(b"hi"))
    yield srv
    srv.shutdown(0)


def as_options(place):
    return {"path": place[0]} if len(place) == 1 else {"port": place[0], "host": place[1]}


def greeted(prime):
    with connect(prime.listeners[0]) as client:
        return client.recv(10)


# --- what is asked ---


@pytest.mark.parametrize(
    ("args", "places"),
    [
        ((0,), [("tcp", None, 0, 6)]),
        ((8124, "127.0.0.1"), [("tcp", "127.0.0.1", 8124, 4)]),
        ((8124, "::1"), [("tcp", "::1", 8124, 6)]),
        (("/tmp/a/path",), [("path", b"/tmp/a/path")]),
        (("\0name",), [("path", b"\0name")]),
        (([("127.0.0.1", 0), "/tmp/b", 5],), [("tcp", "127.0.0.1", 0, 4), ("path", b"/tmp/b"), ("tcp", None, 5, 6)]),
    ],
)
def test_it_asks_for_the_places(prime, server, args, places):
    prime.use(prime.keep)
    with pynet.turn():
        server.listen(*args)
    assert [(each[0], each[2]) for each in prime.asked] == [(server, places)]


def test_a_host_is_looked_up_first(prime, server):
    prime.use(prime.keep)
    server.listen(8124, "localhost")
    assert wait_until(lambda: prime.asked)
    (_kind, address, port, family) = prime.asked[0][2][0]
    assert (address, port, family) in {("127.0.0.1", 8124, 4), ("::1", 8124, 6)}


NONE = dict.fromkeys(["backlog", "ipv6_only", "readable_all", "writable_all", "mode", "group", "unlink_stale"])


@pytest.mark.parametrize(
    ("options", "known"),
    [
        ({"port": 0}, {}),
        ({"port": 0, "backlog": 7, "ipv6_only": True}, {"backlog": 7, "ipv6_only": True}),
        (
            {"path": "x", "readable_all": True, "writable_all": False, "unlink_stale": 1},
            {"readable_all": True, "writable_all": False, "unlink_stale": True},
        ),
        ({"path": "x", "mode": 0o640, "group": 0}, {"mode": 0o640, "group": 0}),
        ({"path": "x", "group": 0}, {"group": 0}),
    ],
)
def test_it_asks_with_the_options_that_were_given(prime, server, options, known):
    prime.use(prime.keep)
    with pynet.turn():
        server.listen(**options)
    assert prime.asked[0][3] == NONE | known


@pytest.mark.parametrize("options", [{"exclusive": True}, {"reuse_port": True}])
def test_a_place_of_its_own_is_not_asked_for(prime, server, options):
    prime.use(prime.keep)
    server.listen(port=0, host="127.0.0.1", **options)
    assert server.listening
    assert prime.asked == []


def test_a_bound_socket_is_not_asked_for(prime, server):
    prime.use(prime.keep)
    server.listen(pynet.BoundSocket(host="127.0.0.1"))
    assert server.listening
    assert prime.asked == []


def test_a_descriptor_is_not_asked_for(prime, server):
    prime.use(prime.keep)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        server.listen(sock)
    assert server.listening
    assert prime.asked == []


def test_without_hooks_it_binds(prime, server):
    prime.use(prime.keep)
    _private.cluster_hooks(None, None)
    server.listen(0, "127.0.0.1")
    assert server.listening


def test_bad_arguments_raise_before_the_primary_is_asked(prime, server):
    prime.use(prime.keep)
    with pytest.raises(ValueError, match="port"):
        server.listen(70000)
    assert prime.asked == []


# --- outside of the loop listen() waits ---


@pytest.fixture(params=["at_once", "on_another_thread", "on_the_loop"])
def answering(request, prime):
    prime.use(getattr(prime, request.param))


def test_it_has_its_address_when_it_returns(prime, place, server, answering):
    server.listen(*place)
    name = prime.listeners[0].getsockname()
    assert server.address() == (name if isinstance(name, str) else pynet.AddressInfo(*name, "IPv4"))
    assert prime.answers == [True] or wait_until(lambda: prime.answers == [True])


def test_it_serves(prime, place, server, answering):
    server.listen(*place)
    assert greeted(prime) == b"hi"


def test_listening_is_emitted_once(prime, place, server, answering):
    log = Recorder(server, "listening")
    server.listen(*place)
    log.wait("listening")
    on_loop(lambda: None)
    assert log.names == ["listening"]


def test_on_another_thread_it_waits_too(prime, place, server, answering):
    thread = InThread(lambda: server.listen(*place).listening)
    assert thread.join() is True


@pytest.fixture
def refusing(prime):
    """refusing(error): the primary answers with it, on another thread."""

    def use(error):
        def ask(*args):
            prime.keep(*args)
            threading.Thread(target=prime.refuse, args=(error,)).start()

        prime.use(ask)

    return use


def test_it_raises_the_error(prime, place, server, refusing):
    error = pynet.NetError("no")
    refusing(error)
    with pytest.raises(pynet.NetError) as caught:
        server.listen(*place)
    assert caught.value is error


def test_what_has_raised_leaves_the_server_as_it_was(prime, place, server, refusing):
    refusing(pynet.NetError("no"))
    with pytest.raises(pynet.NetError):
        server.listen(*place, lambda: None)
    assert (server.listening, server.address(), server.listener_count("listening")) == (False, None, 0)
    prime.use(prime.at_once)
    server.listen(*place)
    assert greeted(prime) == b"hi"


def test_with_a_listener_the_error_is_an_event(prime, place, server, refusing):
    error = pynet.NetError("no")
    refusing(error)
    log = Recorder(server, "error", "listening")
    assert server.listen(*place) is server
    assert log.wait("error")["error"] is error
    assert log.names == ["error"]


def test_without_an_answer_it_raises(prime, place, server):
    prime.use(prime.keep, 0.05)
    with pytest.raises(pynet.NetError, match="has not answered") as caught:
        server.listen(*place, lambda: None)
    assert caught.value.code == "ERR_IPC_TIMEOUT"
    assert (server.listening, server.listener_count("listening")) == (False, 0)


def test_an_answer_that_is_too_late_is_closed(prime, place, server):
    prime.use(prime.keep, 0.01)
    with pytest.raises(pynet.NetError):
        server.listen(*place)
    assert prime.answer() is False
    assert not any(is_open(fd) for fd in prime.sent)


def test_close_ends_the_wait(prime, place, server):
    prime.use(prime.keep)
    log = Recorder(server, "close", "listening")
    thread = InThread(lambda: server.listen(*place))
    assert wait_until(waits)
    server.close()
    assert thread.join() is server
    assert prime.answer() is False
    log.wait("close")
    assert log.names == ["close"]


def test_another_listen_ends_the_wait(prime, place, server):
    prime.use(prime.keep)
    thread = InThread(lambda: server.listen(*place))
    assert wait_until(waits)
    prime.use(prime.at_once)
    server.listen(*place)
    assert thread.join() is server
    assert (prime.answer(0), server.listening) == (False, True)


def test_an_abort_ends_the_wait(prime, place, server):
    prime.use(prime.keep)
    abort = pynet.AbortController()
    thread = InThread(lambda: server.listen(**as_options(place), signal=abort.signal))
    assert wait_until(waits)
    abort.abort()
    assert thread.join() is server
    assert (prime.answer(), server.listening) == (False, False)


def test_an_abort_after_the_answer_closes(prime, place, server):
    prime.use(prime.at_once)
    abort = pynet.AbortController()
    server.listen(**as_options(place), signal=abort.signal)
    assert server.listening
    abort.abort()
    assert not server.listening


def test_an_answer_that_has_come_can_be_closed_before_the_thread_looks(prime, place, server):
    def ask(*args):
        prime.at_once(*args)
        server.close()

    prime.use(ask)
    assert server.listen(*place).listening is False
    assert not any(is_open(fd) for fd in prime.sent) or wait_until(lambda: not any(map(is_open, prime.sent)))


def test_it_is_asked_once_more_within_the_question(prime, place, server):
    def ask(*args):
        prime.keep(*args)
        if len(prime.asked) == 1:
            server.listen(*place)
        else:
            prime.answer()

    prime.use(ask)
    server.listen(*place)
    assert (len(prime.asked), prime.answers, server.listening) == (2, [True], True)
    assert prime.answer(0) is False


def test_what_the_question_raises_is_raised(prime, place, server):
    def ask(*args):
        raise OSError("channel")

    prime.use(ask)
    with pytest.raises(OSError, match="channel"):
        server.listen(*place)
    assert not server.listening
    prime.use(prime.at_once)
    assert server.listen(*place).listening


def test_ctrl_c_ends_the_wait():
    out = isolated.check(
        """
        import os, signal, threading
        import pynet
        from pynet import _private

        def ask(*args):
            asked.append(args)
            threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGINT)).start()
        asked = []
        _private.cluster_hooks(ask, None)
        server = pynet.create_server()
        try:
            server.listen(0)
        except KeyboardInterrupt:
            print("interrupted", server.listening, _private.listen_failed(server, asked[0][1], OSError()))
        """
    )
    assert out == "interrupted False False\n"


# --- elsewhere it does not ---


def asynchronous(prime, place, server, call):
    """`call` runs a function where nothing can be waited for."""
    prime.use(prime.keep)
    log = Recorder(server, "listening")
    assert call(lambda: server.listen(*place).listening) is False
    assert (server.address(), log.names) == (None, [])
    assert prime.answer() is True
    log.wait("listening")
    assert greeted(prime) == b"hi"


def test_in_a_listener(prime, place, server):
    asynchronous(prime, place, server, on_loop)


def test_in_turn(prime, place, server):
    def call(function):
        with pynet.turn():
            return function()

    asynchronous(prime, place, server, call)


def test_under_asyncio(prime, place, server):
    async def call(function):
        return function()

    asynchronous(prime, place, server, lambda function: asyncio.run(call(function)))


def test_attached_to_asyncio(prime, place):
    prime.use(prime.on_the_loop)

    async def main():
        server = pynet.Server().listen(*place)
        before = server.listening
        await server.wait("listening")
        server.close()
        return before, pynet.aio.attached()

    before, _attached = pynet.aio.run(main())
    assert before is False


def test_aio_listen_awaits_the_answer(prime, place):
    prime.use(prime.on_the_loop)

    async def main():
        server = await pynet.aio.listen(*place)
        listening = server.listening
        server.close()
        return listening

    assert run_coroutine(main()) is True


def test_aio_listen_raises_the_error(prime, place):
    def ask(*args):
        prime.keep(*args)
        pynet.next_tick(prime.refuse, OSError("no"))

    prime.use(ask)
    with pytest.raises(OSError, match="no"):
        run_coroutine(pynet.aio.listen(*place))


def test_in_main_of_run():
    out = isolated.check(
        """
        import pynet
        from pynet import _private
        import sharing

        with sharing.primary() as prime:
            prime.listen()
            prime.use(prime.on_the_loop)
            def main():
                server = pynet.create_server()
                server.on("listening", lambda: (print("listening"), server.close()))
                print(server.listen(0).listening)
            pynet.run(main)
        """
    )
    assert out == "False\nlistening\n"


def test_an_error_is_an_event(prime, place, server):
    prime.use(prime.keep)
    log = Recorder(server, "error")
    on_loop(server.listen, *place)
    error = OSError("no")
    assert prime.refuse(error) is True
    assert log.wait("error")["error"] is error


def test_after_a_lookup_an_error_is_an_event(prime, server):
    def ask(*args):
        raise OSError("channel")

    prime.use(ask)
    log = Recorder(server, "error")
    server.listen(8124, "localhost")
    assert str(log.wait("error")["error"]) == "channel"


def test_after_a_lookup_it_listens(prime, server):
    prime.listen()
    prime.use(prime.on_the_loop)
    server.listen(8124, "localhost").wait("listening", 5)
    assert greeted(prime) == b"hi"


def test_wait_listening(prime, place, server):
    prime.use(prime.keep)
    on_loop(server.listen, *place)
    thread = InThread(lambda: server.wait("listening", 5))
    assert wait_until(waits)
    prime.answer()
    assert thread.join() is None


# --- what ends a listen() under way ---


@pytest.fixture
def pending(prime, place, server):
    """A server that waits for the answer."""
    prime.use(prime.keep)
    on_loop(server.listen, *place)
    return server


def test_close(prime, pending):
    log = Recorder(pending, "close", "listening")
    pending.close()
    log.wait("close")
    assert prime.answer() is False
    assert log.names == ["close"]


def test_shutdown(prime, pending):
    assert pending.shutdown(1).result(5) == 0
    assert prime.answer() is False


def test_another_listen(prime, place, pending):
    on_loop(pending.listen, *place)
    first, second = (each[1] for each in prime.asked)
    assert first != second
    assert (prime.answer(0), prime.answer(1), pending.listening) == (False, True, True)


def test_a_place_of_its_own(prime, pending):
    pending.listen(port=0, host="127.0.0.1", exclusive=True)
    assert (prime.answer(), pending.listening) == (False, True)


def test_an_abort(prime, place, server):
    prime.use(prime.keep)
    abort = pynet.AbortController()
    on_loop(lambda: server.listen(**as_options(place), signal=abort.signal))
    abort.abort()
    assert prime.answer() is False


def test_a_second_answer_is_stale(prime, pending):
    assert (prime.answer(), prime.answer()) == (True, False)
    assert not any(is_open(fd) for fd in prime.sent)
    assert pending.listening


def test_another_token_is_stale(prime, pending):
    _server, token, *_rest = prime.asked[0]
    for other in (token + 1, token - 1, -1, 1 << 80):
        assert _private.listen_failed(pending, other, OSError()) is False
    assert prime.answer() is True


def test_it_is_kept_alive(prime, place):
    prime.use(prime.keep)
    made = on_loop(lambda: weakref.ref(pynet.create_server().listen(*place)))
    prime.asked = [(weakref.proxy(made()), *each[1:]) for each in prime.asked]
    gc.collect()
    assert made() is not None
    made().close()
    assert wait_until(lambda: gc.collect() is None or made() is None) and made() is None


def test_run_waits_for_it_and_says_why():
    out = isolated.check(
        """
        import pynet
        from pynet import _private
        asked = []
        _private.cluster_hooks(lambda *args: asked.append(args), None)
        def main():
            server = pynet.create_server().listen(0)
            def later():
                print([why for _o, why, *_rest in _private.active() if "primary" in why])
                server.close()
            pynet.set_timeout(later, 20).unref()
        pynet.run(main)
        """
    )
    assert out == '["waits for the cluster\'s primary"]\n'


def test_the_script_may_end():
    out = isolated.check(
        """
        import pynet
        from pynet import _private
        _private.cluster_hooks(lambda *args: None, None)
        with pynet.turn():
            server = pynet.create_server().listen(0)
        print("end")
        """
    )
    assert out == "end\n"


def test_a_thread_that_waits_does_not_hold_up_the_exit():
    done = isolated.run(
        """
        import threading
        import pynet
        from helpers import wait_until, waits
        from pynet import _private
        _private.cluster_hooks(lambda *args: None, None, 1000)
        def listen():
            try:
                pynet.create_server().listen(0)
            except pynet.NetError as error:
                print(error.code)
        threading.Thread(target=listen, daemon=True).start()
        assert wait_until(waits)
        print("end")
        """
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("end\n")


def test_in_the_child_of_a_fork_it_belongs_to_the_parent():
    out = isolated.check(
        """
        import os
        import pynet, sharing
        from isolated.forking import code, in_child
        from pynet import _private

        with sharing.primary() as prime:
            prime.listen()
            prime.use(prime.keep)
            with pynet.turn():
                server = pynet.create_server().listen(0)
            print(in_child(lambda: (code(server.close), prime.answer())))
            print(prime.answer(), server.listening)
        """
    )
    assert out.splitlines()[-1] == "True True"
    assert "ERR_FORKED" in out
    assert "False" in out.splitlines()[0]


# --- the answer ---


def test_it_leaves_the_file_of_a_path(prime, server, tmp_path):
    path = tmp_path / "s"
    prime.listen(str(path))
    prime.use(prime.at_once)
    server.listen(path)
    assert server.address() == str(path)
    server.close()
    assert path.exists()


def test_it_leaves_the_backlog(prime, server):
    listener = prime.listen()
    listener.listen(7)
    prime.use(prime.at_once)
    server.listen(port=0, backlog=99)
    info = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 32)
    assert struct.unpack("8I", info)[7] == 7


def test_several_places(prime, server, tmp_path):
    prime.listen()
    prime.listen(str(tmp_path / "s"))
    prime.use(prime.at_once)
    server.listen([0, tmp_path / "s"])
    name = prime.listeners[0].getsockname()
    assert server.addresses == [pynet.AddressInfo(*name, "IPv4"), str(tmp_path / "s")]
    for listener in prime.listeners:
        with connect(listener) as client:
            assert client.recv(10) == b"hi"


def answer_with(prime, server, make, places=1):
    """The error of a listen() that is answered with the descriptors that make() gives."""
    prime.use(prime.keep)
    log = Recorder(server, "error")
    on_loop(server.listen, [0] * places)
    fds = make()
    assert _private.listen_answer(server, prime.asked[0][1], fds, "none") is True
    error = log.wait("error")["error"]
    assert not any(is_open(fd) for fd in fds)
    return error


def unbound():
    return socket.socket().detach()


def of_a_path(tmp_path):
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(str(tmp_path / "s"))
    sock.listen()
    return sock.detach()


def test_what_does_not_listen_is_an_error(prime, server):
    assert answer_with(prime, server, lambda: [unbound()]).code == "EINVAL"


def test_what_is_no_socket_is_an_error(prime, server):
    assert answer_with(prime, server, lambda: [os.open(os.devnull, os.O_RDONLY)]).code == "EINVAL"


def test_another_kind_of_socket_is_an_error(prime, server, tmp_path):
    assert answer_with(prime, server, lambda: [of_a_path(tmp_path)]).code == "EINVAL"


def test_all_places_or_none(prime, server):
    before = live_handles()["listeners"]

    def make():
        good = socket.socket()
        good.listen()
        return [good.detach(), unbound()]

    assert answer_with(prime, server, make, 2).code == "EINVAL"
    assert wait_until(lambda: live_handles()["listeners"] == before)


def test_too_few_descriptors_are_closed(prime, pending):
    fds = [unbound(), unbound()]
    with pytest.raises(ValueError, match="1 descriptors, one for each place, not 2"):
        _private.listen_answer(pending, prime.asked[0][1], fds, "none")
    assert not any(is_open(fd) for fd in fds)
    assert prime.answer() is True


def test_a_descriptor_of_pynet_is_refused_and_stays_open(prime, pending):
    other = pynet.Server().listen(port=0, exclusive=True)
    for fds in ([other.fileno()], [5, 5], [-1], ["x"], [True], [1 << 40]):
        with pytest.raises(ValueError, match="fds"):
            _private.listen_answer(pending, prime.asked[0][1], fds, "none")
    assert is_open(other.fileno())
    assert prime.answer() is True
    other.close()


@pytest.mark.parametrize("mode", ["", "FAIR", None, 1])
def test_a_wrong_mode_is_refused_and_closes_nothing(prime, pending, mode):
    with pytest.raises(ValueError, match="mode"):
        _private.listen_answer(pending, prime.asked[0][1], [prime.listeners[0].fileno()], mode)
    assert prime.answer() is True


def test_an_error_must_be_an_exception(prime, pending):
    with pytest.raises(TypeError, match="error"):
        _private.listen_failed(pending, prime.asked[0][1], "no")
    assert prime.answer() is True


@pytest.mark.parametrize(
    "args", [(1, None), (None, 1), (None, None, "x"), (None, None, -1), (None, None, float("nan"))]
)
def test_wrong_hooks_are_refused(args):
    with pytest.raises((TypeError, ValueError)):
        _private.cluster_hooks(*args)
