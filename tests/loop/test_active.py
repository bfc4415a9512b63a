"""active(): what it lists, and how it words it."""

from __future__ import annotations

import socket
import threading

import pytest

import isolated
import pynet
from helpers import on_loop, raw_client, target, wait_until


def named():
    """A callback of next_tick() and of timers."""


def reasons(what) -> list[str]:
    """Why active() lists this object."""
    return [entry.why for entry in pynet.active() if entry.what is what]


def in_run(function) -> list:
    """What function() returns in main() of a run() that stops."""
    seen = []
    pynet.run(lambda: (seen.append(function()), pynet.stop()))
    return seen[0]


@pytest.fixture
def accepted(server):
    """A connection whose peer is a socket of Python's own: (socket, peer)."""
    sockets = []
    listening = server(sockets.append)
    with raw_client(listening) as client:
        assert wait_until(lambda: sockets)
        yield sockets[0], client
        sockets[0].destroy()


# --- entries ---


def test_an_entry_is_a_pair_with_names(server):
    listening = server()
    assert (listening, "listens") in pynet.active()
    entry = next(entry for entry in pynet.active() if entry.why == "listens")
    what, why = entry
    assert (what, why) == (entry.what, entry.why) == (listening, "listens")
    assert isinstance(entry, pynet.Active)
    assert repr(entry) == f"Active(what={listening!r}, why='listens')"


@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
def test_an_object_has_an_entry_for_each_reason_and_they_stand_together(accepted):
    sock, _client = accepted
    timer = pynet.set_timeout(named, 5_000_000)
    on_loop(sock.write, bytes(10_000_000))
    assert reasons(sock) == ["reads", "writes"]
    places = [n for n, entry in enumerate(pynet.active()) if entry.what is sock]
    assert places[1] == places[0] + 1
    pynet.clear_timeout(timer)


# --- servers ---


def test_a_server_listens_until_it_is_closed(server):
    listening = server()
    assert wait_until(lambda: reasons(listening) == ["listens"])
    listening.close()
    assert wait_until(lambda: reasons(listening) == [])


def test_a_server_on_several_addresses_has_one_entry(tmp_path):
    places = [("127.0.0.1", 0), ("127.0.0.1", 0), str(tmp_path / "s.sock")]
    with pynet.create_server(print).listen(places) as listening:
        assert wait_until(lambda: reasons(listening) == ["listens"])


def test_a_server_without_a_listener_for_connections_listens_as_well(bare):
    listening = bare()
    assert wait_until(lambda: reasons(listening) == ["listens"])


def test_a_server_after_unref_is_not_listed(server):
    listening = server().unref()
    assert wait_until(lambda: reasons(listening) == [])
    assert reasons(listening.ref()) == ["listens"]


def test_a_server_that_looks_up_its_host():
    listening = pynet.create_server()

    def listen():
        listening.listen(0, "localhost")
        return reasons(listening)

    assert in_run(listen) == ["looks up its host"]
    listening.close()


# --- sockets ---


def test_a_connected_socket_reads(accepted):
    sock, _client = accepted
    assert reasons(sock) == ["reads"]
    assert reasons(sock.unref()) == []


def test_a_socket_that_looks_up_its_host():
    sock = pynet.Socket()
    assert in_run(lambda: reasons(sock.connect(9, "localhost"))) == ["looks up its host"]
    sock.destroy()


def test_a_lookup_counts_after_unref_as_well():
    sock = pynet.Socket()
    assert in_run(lambda: reasons(sock.connect(9, "localhost").unref())) == ["looks up its host"]
    sock.destroy()


def test_a_socket_whose_lookup_function_has_not_answered():
    kept = []  # a callback that nothing refers to cannot be called any more
    sock = pynet.connect(9, "host.invalid", lookup=lambda host, options, callback: kept.append(callback))
    assert wait_until(lambda: reasons(sock) == ["waits for its lookup function"])
    sock.destroy()
    assert wait_until(lambda: reasons(sock) == [])


@pytest.mark.posix_only("connect() to a pipe has its outcome within the call", only="unix")
def test_a_socket_that_connects(server):
    where = target(server())
    sock = pynet.Socket()
    assert in_run(lambda: reasons(sock.connect(where))) == ["connects"]
    sock.destroy()


def test_an_attempt_that_is_under_way():
    """The listener's queue is full: the kernel does not answer."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        sockets = [pynet.connect(full.getsockname()[1], "127.0.0.1") for _ in range(12)]  # it takes one or a few
        assert wait_until(lambda: not sockets[0].connecting)
        waiting = sockets[-1]
        assert wait_until(lambda: reasons(waiting) == ["connects"])
        assert reasons(waiting.unref()) == ["connects"]  # as in Node: its request keeps the loop alive
        for sock in sockets:
            sock.destroy()


def test_it_is_listed_in_its_listeners_of_connect_and_ready(server):
    where = target(server())
    seen = []

    def main():
        sock = pynet.connect(where)
        sock.on("connect", lambda: seen.append(reasons(sock)))
        sock.on("ready", lambda: (seen.append(reasons(sock)), sock.pause(), seen.append(reasons(sock)), sock.destroy()))
        sock.on("close", lambda had_error: pynet.stop())

    pynet.run(main)
    assert seen == [["reads"], ["reads"], []]


def test_it_is_listed_in_the_listener_of_connection(server):
    seen = []
    listening = server(lambda sock: seen.append(reasons(sock)))
    with raw_client(listening):
        assert wait_until(lambda: seen == [["reads"]]), seen


@pytest.mark.posix_only("the system takes a big write at once", only="tcp")
def test_a_write_counts_after_unref_as_well(accepted):
    sock, _client = accepted
    on_loop(sock.write, bytes(10_000_000))
    assert reasons(sock.unref()) == ["writes"]


def test_a_socket_that_ends(accepted):
    sock, _client = accepted
    assert on_loop(lambda: reasons(sock.end())) == ["reads", "ends"]


def test_a_destroyed_socket_closes(accepted):
    sock, _client = accepted
    assert on_loop(lambda: reasons(sock.destroy())) == ["closes"]
    assert wait_until(lambda: reasons(sock) == [])


def test_a_socket_that_drops_what_its_peer_still_sends_closes(accepted):
    sock, client = accepted
    on_loop(lambda: sock.pause().end())
    client.sendall(b"unread")
    assert wait_until(lambda: sock.readable_length)
    sock.close()
    assert wait_until(lambda: reasons(sock) == ["closes"]) or sock.closed


def test_the_handle_of_a_server_that_has_closed_belongs_to_no_object(server):
    listening = server()

    def look():
        listening.close()
        return pynet.active()

    assert (None, "closes") in in_run(look)


# --- timers, immediates, ticks ---


def test_a_timer_says_when_and_what_it_calls():
    timer = pynet.set_timeout(named, 5_000_000)
    (why,) = reasons(timer)
    when, calls = why.split(": ")
    assert when in ("timer in 4,999,999 ms", "timer in 4,999,998 ms") or when.startswith("timer in 4,999,9")
    assert calls.startswith("named (test_active.py:")
    pynet.clear_timeout(timer)
    assert reasons(timer) == []


def test_an_interval_is_a_timer():
    timer = pynet.set_interval(named, 5_000_000)
    assert reasons(timer)[0].startswith("timer in 4,999,9")
    assert reasons(timer.unref()) == []
    assert reasons(timer.ref()) != []
    pynet.clear_interval(timer)


def test_a_timer_that_is_due():
    seen = []

    def main():
        timer = pynet.set_timeout(named, 0)
        while not seen or seen[-1] != [f"timer in 0 ms: named (test_active.py:{named.__code__.co_firstlineno})"]:
            seen.append(reasons(timer))

    pynet.run(main)


def test_an_immediate():
    def look():
        immediate = pynet.set_immediate(named)
        listed = reasons(immediate)
        unreferenced = reasons(immediate.unref())
        pynet.clear_immediate(immediate.ref())
        return listed, unreferenced, reasons(immediate)

    line = named.__code__.co_firstlineno
    assert in_run(look) == ([f"immediate: named (test_active.py:{line})"], [], [])


def test_a_tick_is_listed_by_its_callback():
    line = named.__code__.co_firstlineno

    def look():
        pynet.next_tick(named)
        return reasons(named)

    assert in_run(look) == [f"next tick: named (test_active.py:{line})"]


def test_an_event_that_is_queued(bare):
    listening = bare(listen=False)
    assert in_run(lambda: reasons(listening.close())) == ["has a queued event"]


def test_an_error_that_waits_for_its_listener(refused):
    sock = pynet.connect(refused[1], refused[0])
    text = "has an error that waits for its listener"
    assert wait_until(lambda: text in "".join(reasons(sock)))
    sock.on("error", lambda err: None)
    assert wait_until(lambda: reasons(sock) == [])


@pytest.mark.parametrize(
    "callback", [print, threading.Event().set, lambda: None, type("Odd", (), {"__call__": print})()]
)
def test_any_callback_is_worded(callback):
    timer = pynet.set_timeout(callback, 5_000_000)
    assert reasons(timer)[0].startswith("timer in ")
    pynet.clear_timeout(timer)


def test_a_callback_whose_attributes_raise_is_worded():
    class Hostile:
        def __call__(self):
            pass

        def __getattr__(self, name):
            raise RuntimeError(name)

        __repr__ = __getattr__

    timer = pynet.set_timeout(Hostile(), 5_000_000)
    assert "Hostile object at 0x" in reasons(timer)[0]
    pynet.clear_timeout(timer)


# --- where it may be called ---


def test_it_takes_no_arguments():
    with pytest.raises(TypeError):
        pynet.active(1)


def test_objects_that_are_not_hashable(where):
    class Odd(pynet.Server):
        __hash__ = None

    with Odd(print).listen(*where) as listening:
        assert wait_until(lambda: reasons(listening) == ["listens"])


def test_any_thread_may_call_it(server):
    listening = server()
    assert wait_until(lambda: reasons(listening) == ["listens"])
    seen = []
    thread = threading.Thread(target=lambda: seen.append(reasons(listening)))
    thread.start()
    thread.join()
    assert seen == [["listens"]]
    assert on_loop(reasons, listening) == ["listens"]
    assert in_run(lambda: reasons(listening)) == ["listens"]
    with pynet.turn():
        assert reasons(listening) == ["listens"]


def test_it_starts_nothing_and_changes_nothing():
    out = isolated.check("""
        import threading
        import pynet
        print(pynet.active(), pynet._pynet._counts()["turns"], threading.active_count())
        timers = []
        pynet.run(lambda: (timers.append(pynet.set_timeout(print, 5_000_000)), pynet.stop()))
        print(len(pynet.active()), pynet._pynet._counts()["turns"], threading.active_count())
    """)
    assert out == "[] 0 1\n1 0 1\n"


def test_it_does_not_keep_what_it_lists(server):
    import gc
    import weakref

    class Kind(pynet.Server):
        pass

    listening = Kind(print).listen(0, "127.0.0.1")
    gone = weakref.ref(listening)
    assert reasons(listening) != []
    listening.close()
    del listening
    assert wait_until(lambda: gc.collect() is not None and gone() is None)


def test_in_the_child_of_a_fork_it_lists_nothing_of_the_parent():
    out = isolated.check("""
        import os
        import pynet
        server = pynet.create_server(print).listen(0, "127.0.0.1")
        pynet.set_timeout(print, 5_000_000)
        if os.fork() == 0:
            print(pynet.active(), flush=True)
            timer = pynet.set_timeout(print, 5_000_000)
            print([entry.what for entry in pynet.active()] == [timer], flush=True)
            os._exit(0)
        os.wait()
        print(len(pynet.active()))
    """)
    assert out == "[]\nTrue\n2\n"


def test_at_exit_it_lists_nothing():
    out = isolated.check("""
        import atexit
        def at_exit():
            print(pynet.active())
        atexit.register(at_exit)
        import pynet
        pynet.create_server(print).listen(0, "127.0.0.1")
        pynet.active()
    """)
    assert out == "[]\n"


@pytest.mark.posix_only("a process gets no signals of others")
def test_while_a_signal_closes_all_it_lists_what_is_open_and_nothing_else():
    done = isolated.run("""
        import os, signal
        import pynet

        def main():
            sock = pynet.connect(9, "host.invalid", lookup=lambda *args: kept.append(args)).unref()
            pynet.set_timeout(look, 50, sock)
            os.kill(os.getpid(), signal.SIGTERM)

        def look(sock):
            pynet.set_timeout(print, 5_000_000)
            print([(entry.what is sock, entry.why) for entry in pynet.active()])

        kept = []
        pynet.run(main, signals=True, grace=0.3)
        print([entry.why for entry in pynet.active()])
    """)
    first, second = done.stdout.splitlines()
    assert first == "[(True, 'is open')]"
    assert second.startswith("['timer in 4,999,")


def test_with_nothing_left_it_is_empty_when_run_has_returned():
    out = isolated.check("""
        import pynet

        def on_connection(sock):
            sock.end(b"hello")
            server.close()

        server = pynet.create_server(on_connection)

        def main():
            server.listen(0, "127.0.0.1")
            pynet.connect(server.address()[1], "127.0.0.1").on("data", print)

        pynet.run(main)
        print(pynet.active())
    """)
    assert out == "b'hello'\n[]\n"
