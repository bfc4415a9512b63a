"""connect(lookup=...): what the user's function is asked, what it may answer, and when."""

from __future__ import annotations

import gc
import ipaddress
import socket
import sys
import threading
import weakref

import pytest

import isolated
import pynet
from helpers import Recorder, on_loop, wait_until

EVENTS = ("lookup", "connectionAttempt", "connect", "error", "close")


@pytest.fixture
def port():
    """A server on 127.0.0.1: its port."""
    server = pynet.create_server(lambda sock: sock.resume())
    server.listen(0, "127.0.0.1")
    yield server.address().port
    server.close()


def start(port, lookup, **options):
    with pynet.turn():
        sock = pynet.connect(port=port, host="some.name", lookup=lookup, **options)
        return sock, Recorder(sock, *EVENTS)


def answering(*answer):
    return lambda hostname, options, callback: callback(*answer)


# --- questions ---


DEFAULT_HINTS = 0 if sys.platform == "win32" else pynet.ADDRCONFIG  # as Node


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({}, {"family": None, "hints": DEFAULT_HINTS, "all": True}),
        ({"auto_select_family": False}, {"family": None, "hints": DEFAULT_HINTS}),
        ({"family": 0}, {"family": 0, "hints": DEFAULT_HINTS, "all": True}),
        ({"family": 4}, {"family": 4, "hints": 0}),
        ({"family": "IPv6"}, {"family": 6, "hints": 0}),
        ({"family": 6, "hints": pynet.V4MAPPED | pynet.ALL}, {"family": 6, "hints": pynet.V4MAPPED | pynet.ALL}),
        ({"local_address": "127.0.0.1"}, {"family": None, "hints": DEFAULT_HINTS}),
    ],
)
def test_the_function_is_told_what_is_wanted(options, asked):
    questions = []
    sock, _ = start(1, lambda hostname, options, callback: questions.append((hostname, options)), **options)
    assert questions == [("some.name", asked)]
    sock.destroy()


def test_the_hints_are_those_of_the_socket_module():
    assert (pynet.ADDRCONFIG, pynet.V4MAPPED, pynet.ALL) == (
        socket.AI_ADDRCONFIG,
        socket.AI_V4MAPPED,
        socket.AI_ALL,
    )


def test_an_address_as_host_is_not_looked_up(port):
    sock = pynet.connect(port=port, host="127.0.0.1", lookup=answering(ValueError("asked")))
    sock.wait("connect", 5)
    sock.destroy()


# --- answers ---


ONE = [
    (None, "127.0.0.1", 4),
    (None, "127.0.0.1"),
    (None, ("127.0.0.1", 4)),
    (None, {"address": "127.0.0.1", "family": 4}),
    (None, {"address": "127.0.0.1"}),
    (None, ipaddress.ip_address("127.0.0.1")),
]
LISTS = [
    (None, ["127.0.0.1"]),
    (None, [("127.0.0.1", 4)]),
    (None, (("127.0.0.1", 4),)),
    (None, [{"address": "127.0.0.1", "family": 4}]),
    (None, [ipaddress.ip_address("127.0.0.1")]),
]


@pytest.mark.parametrize(
    ("answer", "auto_select_family"),
    [(answer, True) for answer in ONE + LISTS] + [(answer, False) for answer in ONE],
    ids=repr,
)
def test_every_shape_of_an_answer_is_taken(port, answer, auto_select_family):
    sock, seen = start(port, answering(*answer), auto_select_family=auto_select_family)
    seen.wait("connect")
    assert sock.remote_address == "127.0.0.1"
    sock.destroy()


@pytest.mark.parametrize("answer", LISTS, ids=repr)
@pytest.mark.parametrize("options", [{"auto_select_family": False}, {"family": 4}], ids=repr)
def test_a_list_is_no_answer_where_one_address_is_asked_for(port, answer, options):
    _, seen = start(port, answering(*answer), **options)
    error = seen.wait("close")["error"]
    assert (error.code, str(error)) == ("ERR_INVALID_IP_ADDRESS", f"Invalid IP address: {answer[1]}")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((None,), "ERR_INVALID_IP_ADDRESS"),
        ((), "ERR_INVALID_IP_ADDRESS"),
        ((None, []), "ERR_INVALID_IP_ADDRESS"),
        ((None, ()), "ERR_INVALID_IP_ADDRESS"),
        ((None, "some.name", 4), "ERR_INVALID_IP_ADDRESS"),
        ((None, b"127.0.0.1", 4), "ERR_INVALID_IP_ADDRESS"),
        ((None, 5, 4), "ERR_INVALID_IP_ADDRESS"),
        ((None, {}), "ERR_INVALID_IP_ADDRESS"),
        ((None, [[]]), "ERR_INVALID_IP_ADDRESS"),
        ((None, "\ud800", 4), "ERR_INVALID_IP_ADDRESS"),
        ((None, "127.0.0.1", 5), "ERR_INVALID_ADDRESS_FAMILY"),
        ((None, "127.0.0.1", 6), "ERR_INVALID_ADDRESS_FAMILY"),
        ((None, "127.0.0.1", True), "ERR_INVALID_ADDRESS_FAMILY"),
        ((None, "127.0.0.1", "4"), "ERR_INVALID_ADDRESS_FAMILY"),
        ((None, "127.0.0.1", 10**30), "ERR_INVALID_ADDRESS_FAMILY"),
    ],
    ids=repr,
)
@pytest.mark.parametrize("auto_select_family", [True, False])
def test_an_answer_that_is_no_address_is_an_error_event(port, answer, code, auto_select_family):
    _, seen = start(port, answering(*answer), auto_select_family=auto_select_family)
    error = seen.wait("close")["error"]
    assert isinstance(error, ValueError)
    assert (error.code, error.host, error.port) == (code, "some.name", port)


def test_bad_addresses_among_good_ones_are_left_out(port):
    sock, seen = start(port, answering(None, ["nonsense", ("127.0.0.2", 6), "127.0.0.1"]))
    seen.wait("connect")
    assert [args[0] for args in seen.args("connectionAttempt")] == ["127.0.0.1"]
    sock.destroy()


def test_an_answer_that_cannot_be_read_is_an_error_event(port):
    class Odd(dict):
        def __getitem__(self, key):
            raise OSError("odd")

    _, seen = start(port, answering(None, [Odd(x=1)]))
    assert str(seen.wait("close")["error"]) == "odd"


def test_an_error_is_told_by_lookup_and_error():
    failure = OSError("no luck")
    _, seen = start(1, answering(failure))
    seen.wait("close")
    assert seen.entries[:2] == [("lookup", (failure, None, None, "some.name")), ("error", (failure,))]


def test_the_events_of_a_later_answer(port):
    callbacks = []
    sock, seen = start(port, lambda hostname, options, callback: callbacks.append(callback))
    callbacks.pop()(None, [("127.0.0.1", 4)])
    seen.wait("connect")
    assert seen.entries[0] == ("lookup", (None, "127.0.0.1", 4, "some.name"))
    sock.destroy()


# --- when ---


def test_the_callback_may_be_called_from_another_thread(port):
    threads = []

    def lookup(hostname, options, callback):
        thread = threading.Thread(target=callback, args=(None, "127.0.0.1", 4))
        threads.append(thread)
        thread.start()

    sock, seen = start(port, lookup)
    seen.wait("connect")
    threads[0].join()
    sock.destroy()


def test_the_first_call_counts(port):
    callbacks = []
    sock, seen = start(port, lambda hostname, options, callback: callbacks.append(callback))
    callbacks[0](None, "127.0.0.1", 4)
    callbacks[0](OSError("too late"))
    seen.wait("connect")
    sock.destroy()
    seen.wait("close")
    assert "error" not in seen.names


def test_an_answer_after_destroy_is_ignored(port):
    callbacks = []
    sock, seen = start(port, lambda hostname, options, callback: callbacks.append(callback))
    sock.destroy()
    seen.wait("close")
    callbacks[0](None, "127.0.0.1", 4)
    on_loop(lambda: None)
    assert seen.names == ["close"]


def test_an_answer_to_an_earlier_connect_is_ignored(port):
    callbacks = []
    sock, seen = start(port, lambda hostname, options, callback: callbacks.append(callback))
    sock.destroy()
    seen.wait("close")
    sock.connect(port, "127.0.0.1")
    callbacks[0](OSError("too late"))
    seen.wait("connect")
    sock.destroy()
    seen.wait("close", 2)
    assert "error" not in seen.names


def test_what_the_function_raises_leaves_connect_and_nothing_has_changed(port):
    def lookup(hostname, options, callback):
        raise OSError("no luck")

    sock = pynet.Socket()
    seen = Recorder(sock, *EVENTS)
    with pytest.raises(OSError, match="no luck"):
        sock.connect(port=port, host="some.name", lookup=lookup, listener=lambda: None)
    assert (sock.connecting, sock.pending, sock.ready_state) == (False, True, "open")
    assert sock.listener_count("connect") == 1  # the recorder's
    sock.connect(port, "127.0.0.1")
    seen.wait("connect")
    sock.destroy()
    seen.wait("close")
    assert "error" not in seen.names


def test_the_function_may_destroy_the_socket():
    sock = pynet.Socket()
    seen = Recorder(sock, *EVENTS)

    def lookup(hostname, options, callback):
        sock.destroy()
        callback(None, "127.0.0.1", 4)

    sock.connect(port=1, host="some.name", lookup=lookup)
    seen.wait("close")
    assert seen.names == ["close"]


def test_a_listener_of_lookup_may_destroy_the_socket():
    callbacks = []
    sock, seen = start(1, lambda hostname, options, callback: callbacks.append(callback))
    sock.on("lookup", lambda *args: sock.destroy())
    callbacks[0](None, ["127.0.0.1", "127.0.0.2"])
    seen.wait("close")
    assert seen.names == ["lookup", "close"]


def test_a_callback_that_is_kept_keeps_no_socket_once_it_was_called():
    callbacks = []
    sock, seen = start(1, lambda hostname, options, callback: callbacks.append(callback))
    callbacks[0](OSError("no luck"))
    seen.wait("close")
    gone = weakref.ref(sock)
    del sock, seen
    assert wait_until(lambda: gc.collect() >= 0 and gone() is None)


def test_the_callback_cannot_be_made_by_hand():
    callbacks = []
    sock, _ = start(1, lambda hostname, options, callback: callbacks.append(callback))
    with pytest.raises(TypeError):
        type(callbacks[0])()
    sock.destroy()


def test_a_coroutine_function_is_refused():
    async def lookup(hostname, options, callback):
        return None

    with pytest.raises(TypeError, match="lookup"):
        pynet.connect(port=1, host="some.name", lookup=lookup)


# --- what keeps run() going ---


def test_run_waits_for_an_answer_from_another_thread(script):
    done = script(
        """
        import threading, pynet
        answer = threading.Event()
        def lookup(hostname, options, callback):
            threading.Thread(target=lambda: (answer.wait(5), callback(OSError("nobody")))).start()
        def main():
            sock = pynet.connect(port=1, host="some.name", lookup=lookup)
            sock.on("error", print)
            pynet.set_timeout(answer.set, 20).unref()
        pynet.run(main)
        print("over")
        answer.set()
        """
    )
    assert (done.stdout, done.stderr) == ("nobody\nover\n", "")


def test_run_does_not_wait_for_an_answer_that_nobody_can_give(script):
    done = script(
        """
        import pynet
        def main():
            kept = []
            pynet.connect(port=1, host="some.name", lookup=lambda hostname, options, callback: kept.append(callback))
            pynet.set_immediate(kept.clear)
            pynet.connect(port=1, host="some.name", lookup=lambda hostname, options, callback: None)
        pynet.run(main)
        print("over")
        """
    )
    assert (done.stdout, done.stderr) == ("over\n", "")


def test_run_does_not_wait_for_an_answer_that_nobody_wants(script):
    done = script(
        """
        import pynet
        kept = []
        def main():
            sock = pynet.connect(port=1, host="some.name", lookup=lambda *args: kept.append(args[2]))
            sock.on("close", lambda had_error: print("close"))
            pynet.set_immediate(sock.destroy)
        pynet.run(main)
        """
    )
    assert (done.stdout, done.stderr) == ("close\n", "")


def test_run_waits_for_connect_timeout(script):
    done = script(
        """
        import pynet
        def main():
            sock = pynet.connect(port=1, host="some.name", lookup=lambda *args: None, connect_timeout=0.01)
            sock.on("error", lambda error: print(error.code))
        pynet.run(main)
        """
    )
    assert (done.stdout, done.stderr) == ("ETIMEDOUT\n", "")


# --- no descriptor is left ---

SHORTAGE = """
    import os, resource, sys
    import pynet

    listener = pynet.create_server().listen(0, "127.0.0.1")
    files, seen = [], []

    def fill():
        limit = os.open("/dev/null", os.O_RDONLY) + 20
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
        try:
            while True:
                files.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            pass

    def begin():
        if sys.argv[1] == "listen":
            return pynet.create_server().listen(0, "localhost")
        return pynet.connect(listener.address().port, "localhost")

    def failed(err):
        seen.append((type(err).__name__, err.code, err.syscall, err.hostname))
        while files:
            os.close(files.pop())
        begin().once("connect" if sys.argv[1] == "connect" else "listening", pynet.stop)

    def main():
        fill()
        begin().on("error", failed)
        seen.append("returned")

    pynet.run(main)
    print(seen)
"""


@pytest.mark.parametrize("what", ["connect", "listen"])
def test_without_a_descriptor_the_first_lookup_fails_and_the_next_one_works(what):
    seen = isolated.check(SHORTAGE, what)
    assert seen == "['returned', ('NetLookupError', 'EMFILE', 'getaddrinfo', 'localhost')]\n"
