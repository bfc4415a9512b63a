"""listen() in a worker of a cluster: it asks for its sockets. The tests answer in place of a primary."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import weakref

import pytest

import isolated
import pynet
from helpers import Recorder, is_open, on_loop, run_coroutine, wait_until, waits
from pynet import _private
from server_loops import InThread
from sharing import connect


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
def test_it_asks_for_the_places(prime, worker, args, places):
    prime.use(prime.keep)
    with pynet.turn():
        worker.listen(*args)
    assert [(each[0], each[2]) for each in prime.asked] == [(worker, places)]


def test_a_host_is_looked_up_first(prime, worker):
    prime.use(prime.keep)
    worker.listen(0, "localhost")
    assert wait_until(lambda: prime.asked)
    (_kind, address, port, family) = prime.asked[0][2][0]
    assert (address, port, family) in {("127.0.0.1", 0, 4), ("::1", 0, 6)}


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
def test_it_asks_with_the_options_that_were_given(prime, worker, options, known):
    prime.use(prime.keep)
    with pynet.turn():
        worker.listen(**options)
    assert prime.asked[0][3] == NONE | known


@pytest.mark.parametrize("options", [{"exclusive": True}, {"reuse_port": True}])
def test_a_place_of_its_own_is_not_asked_for(prime, worker, options):
    prime.use(prime.keep)
    worker.listen(port=0, host="127.0.0.1", **options)
    assert worker.listening
    assert prime.asked == []


def test_a_bound_socket_is_not_asked_for(prime, worker):
    prime.use(prime.keep)
    worker.listen(pynet.BoundSocket(host="127.0.0.1"))
    assert worker.listening
    assert prime.asked == []


def test_a_descriptor_is_not_asked_for(prime, worker):
    prime.use(prime.keep)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        worker.listen(sock)
    assert worker.listening
    assert prime.asked == []


def test_without_hooks_it_binds(prime, worker):
    prime.use(prime.keep)
    _private.cluster_hooks(None, None)
    worker.listen(0, "127.0.0.1")
    assert worker.listening


def test_bad_arguments_raise_before_the_primary_is_asked(prime, worker):
    prime.use(prime.keep)
    with pytest.raises(ValueError, match="port"):
        worker.listen(70000)
    assert prime.asked == []


# --- outside of the loop listen() waits ---


@pytest.fixture(params=["at_once", "on_another_thread", "on_the_loop"])
def answering(request, prime):
    prime.use(getattr(prime, request.param))


def test_it_has_its_address_when_it_returns(prime, place, worker, answering):
    worker.listen(*place)
    name = prime.listeners[0].getsockname()
    assert worker.address() == (name if isinstance(name, str) else pynet.AddressInfo(*name, "IPv4"))
    assert prime.answers == [True] or wait_until(lambda: prime.answers == [True])


def test_it_serves(prime, place, worker, answering):
    worker.listen(*place)
    assert greeted(prime) == b"hi"


def test_listening_is_emitted_once(prime, place, worker, answering):
    log = Recorder(worker, "listening")
    worker.listen(*place)
    log.wait("listening")
    on_loop(lambda: None)
    assert log.names == ["listening"]


def test_on_another_thread_it_waits_too(prime, place, worker, answering):
    thread = InThread(lambda: worker.listen(*place).listening)
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


def test_it_raises_the_error(prime, place, worker, refusing):
    error = pynet.NetError("no")
    refusing(error)
    with pytest.raises(pynet.NetError) as caught:
        worker.listen(*place)
    assert caught.value is error


def test_what_has_raised_leaves_the_server_as_it_was(prime, place, worker, refusing):
    refusing(pynet.NetError("no"))
    with pytest.raises(pynet.NetError):
        worker.listen(*place, lambda: None)
    assert (worker.listening, worker.address(), worker.listener_count("listening")) == (False, None, 0)
    prime.use(prime.at_once)
    worker.listen(*place)
    assert greeted(prime) == b"hi"


def test_with_a_listener_the_error_is_an_event(prime, place, worker, refusing):
    error = pynet.NetError("no")
    refusing(error)
    log = Recorder(worker, "error", "listening")
    assert worker.listen(*place) is worker
    assert log.wait("error")["error"] is error
    assert log.names == ["error"]


def test_without_an_answer_it_raises(prime, place, worker):
    prime.use(prime.keep, 0.05)
    with pytest.raises(pynet.NetError, match="has not answered") as caught:
        worker.listen(*place, lambda: None)
    assert caught.value.code == "ERR_IPC_TIMEOUT"
    assert (worker.listening, worker.listener_count("listening")) == (False, 0)


def test_an_answer_that_is_too_late_is_closed(prime, place, worker):
    prime.use(prime.keep, 0.01)
    with pytest.raises(pynet.NetError):
        worker.listen(*place)
    assert prime.answer() is False
    assert not any(is_open(fd) for fd in prime.sent)


def test_close_ends_the_wait(prime, place, worker):
    prime.use(prime.keep)
    log = Recorder(worker, "close", "listening")
    thread = InThread(lambda: worker.listen(*place))
    assert wait_until(waits)
    worker.close()
    assert thread.join() is worker
    assert prime.answer() is False
    log.wait("close")
    assert log.names == ["close"]


def test_another_listen_ends_the_wait(prime, place, worker):
    prime.use(prime.keep)
    thread = InThread(lambda: worker.listen(*place))
    assert wait_until(waits)
    prime.use(prime.at_once)
    worker.listen(*place)
    assert thread.join() is worker
    assert (prime.answer(0), worker.listening) == (False, True)


def test_an_abort_ends_the_wait(prime, place, worker):
    prime.use(prime.keep)
    abort = pynet.AbortController()
    thread = InThread(lambda: worker.listen(**as_options(place), signal=abort.signal))
    assert wait_until(waits)
    abort.abort()
    assert thread.join() is worker
    assert (prime.answer(), worker.listening) == (False, False)


def test_an_abort_after_the_answer_closes(prime, place, worker):
    prime.use(prime.at_once)
    abort = pynet.AbortController()
    worker.listen(**as_options(place), signal=abort.signal)
    assert worker.listening
    abort.abort()
    assert not worker.listening


def test_an_answer_that_has_come_can_be_closed_before_the_thread_looks(prime, place, worker):
    def ask(*args):
        prime.at_once(*args)
        worker.close()

    prime.use(ask)
    assert worker.listen(*place).listening is False
    assert not any(is_open(fd) for fd in prime.sent) or wait_until(lambda: not any(map(is_open, prime.sent)))
    assert wait_until(lambda: prime.watched == [(worker, 0, None)])


def test_an_answer_that_the_question_raises_over_is_given_back(prime, place, worker):
    def ask(*args):
        prime.at_once(*args)
        raise LookupError("after the answer")

    prime.use(ask)
    with pytest.raises(LookupError):
        worker.listen(*place)
    assert not worker.listening
    assert wait_until(lambda: prime.watched == [(worker, 0, None)])


def test_it_is_asked_once_more_within_the_question(prime, place, worker):
    def ask(*args):
        prime.keep(*args)
        if len(prime.asked) == 1:
            worker.listen(*place)
        else:
            prime.answer()

    prime.use(ask)
    worker.listen(*place)
    assert (len(prime.asked), prime.answers, worker.listening) == (2, [True], True)
    assert prime.answer(0) is False


def test_what_the_question_raises_is_raised(prime, place, worker):
    def ask(*args):
        raise OSError("channel")

    prime.use(ask)
    with pytest.raises(OSError, match="channel"):
        worker.listen(*place)
    assert not worker.listening
    prime.use(prime.at_once)
    assert worker.listen(*place).listening


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


def asynchronous(prime, place, worker, call):
    """`call` runs a function where nothing can be waited for."""
    prime.use(prime.keep)
    log = Recorder(worker, "listening")
    assert call(lambda: worker.listen(*place).listening) is False
    assert (worker.address(), log.names) == (None, [])
    assert prime.answer() is True
    log.wait("listening")
    assert greeted(prime) == b"hi"


def test_in_a_listener(prime, place, worker):
    asynchronous(prime, place, worker, on_loop)


def test_in_turn(prime, place, worker):
    def call(function):
        with pynet.turn():
            return function()

    asynchronous(prime, place, worker, call)


def test_under_asyncio(prime, place, worker):
    async def call(function):
        return function()

    asynchronous(prime, place, worker, lambda function: asyncio.run(call(function)))


def test_attached_to_asyncio(prime, place):
    prime.use(prime.on_the_loop)

    async def main():
        worker = pynet.Server().listen(*place)
        before = worker.listening
        await worker.wait("listening")
        worker.close()
        return before

    assert pynet.aio.run(main()) is False


def test_aio_listen_awaits_the_answer(prime, place):
    prime.use(prime.on_the_loop)

    async def main():
        worker = await pynet.aio.listen(*place)
        listening = worker.listening
        worker.close()
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


def test_an_error_is_an_event(prime, place, worker):
    prime.use(prime.keep)
    log = Recorder(worker, "error")
    on_loop(worker.listen, *place)
    error = OSError("no")
    assert prime.refuse(error) is True
    assert log.wait("error")["error"] is error


def test_after_a_lookup_an_error_is_an_event(prime, worker):
    def ask(*args):
        raise OSError("channel")

    prime.use(ask)
    log = Recorder(worker, "error")
    worker.listen(0, "localhost")
    assert str(log.wait("error")["error"]) == "channel"


def test_after_a_lookup_it_listens(prime, worker):
    prime.listen()
    prime.use(prime.on_the_loop)
    worker.listen(0, "localhost").wait("listening", 5)
    assert greeted(prime) == b"hi"


def test_wait_listening(prime, place, worker):
    prime.use(prime.keep)
    on_loop(worker.listen, *place)
    thread = InThread(lambda: worker.wait("listening", 5))
    assert wait_until(waits)
    prime.answer()
    assert thread.join() is None


# --- what ends a listen() under way ---


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


def test_an_abort(prime, place, worker):
    prime.use(prime.keep)
    abort = pynet.AbortController()
    on_loop(lambda: worker.listen(**as_options(place), signal=abort.signal))
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
