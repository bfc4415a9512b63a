"""embed(): the loop of a host runs pynet's loop. The host here is a poll() over the one descriptor of the Drive."""

import gc
import select
import socket
import threading
import time

import pytest

import pynet
from helpers import Recorder, on_loop, wait_until


class Host:
    """A loop that can watch one descriptor."""

    def __init__(self, **options):
        self.soon = []
        self.drive = pynet.embed(**options)
        self.poll = select.poll()
        self.poll.register(self.drive.fileno(), select.POLLIN)
        self.steps = 0

    def readable(self, ms=0):
        return bool(self.poll.poll(ms))

    def step(self):
        self.steps += 1
        return self.drive.step()

    def run_until(self, condition, timeout=5.0):
        end = time.monotonic() + timeout
        while not condition():
            assert self.readable(max(0, (end - time.monotonic()) * 1000)), "the descriptor is not readable in time"
            self.step()

    def settle(self):
        """Runs until there is nothing to do now."""
        while self.readable():
            self.step()


@pytest.fixture
def attach():
    """A function that makes a Host, which is detached when the test is over: attach(**options of embed())."""
    hosts = []

    def make(**options):
        hosts.append(Host(**options))
        return hosts[-1]

    yield make
    for host in hosts:
        host.drive.close()
    pynet.set_uncaught_handler(None)


def other_thread(function, *args):
    """Calls function(*args) in a thread, and waits for its end."""
    thread = threading.Thread(target=function, args=args)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()


# --- what it does ---


def test_listeners_run_on_the_hosts_thread(attach, where):
    host = attach()
    threads, got = set(), []

    def on_connection(sock):
        threads.add(threading.get_ident())
        sock.on("data", sock.write).on("end", sock.end)

    server = pynet.create_server(on_connection).listen(*where)
    sock = pynet.connect(server.address())
    sock.on("data", got.append)
    closed = Recorder(sock, "close")
    sock.end(b"hello")
    host.run_until(lambda: closed.names)
    server.close()
    host.settle()
    assert b"".join(got) == b"hello"
    assert threads == {threading.get_ident()}


def test_nothing_is_dispatched_without_step(attach):
    host = attach()
    called = []
    pynet.set_immediate(called.append, 1)
    assert host.readable(1000)
    assert called == []
    host.step()
    assert called == [1]


def test_an_idle_loop_is_silent(attach, where):
    host = attach()
    server = pynet.create_server().listen(*where)
    host.settle()
    assert not host.readable(50)
    server.close()
    host.settle()


def test_a_timer_makes_the_descriptor_readable_in_time(attach):
    host = attach()
    fired = []
    begun = time.monotonic()
    pynet.set_timeout(lambda: fired.append(time.monotonic() - begun), 20)
    pynet.set_timeout(lambda: fired.append(time.monotonic() - begun), 40)
    host.run_until(lambda: len(fired) == 2)
    assert fired[0] >= 0.02
    assert fired[1] >= 0.04
    assert host.steps < 20


def test_an_earlier_timer_goes_before_one_that_is_set(attach):
    host = attach()
    fired = []
    late = pynet.set_timeout(fired.append, 60_000, "late")
    host.settle()
    pynet.set_timeout(fired.append, 1, "early")
    host.run_until(lambda: fired)
    assert fired == ["early"]
    pynet.clear_timeout(late)
    host.settle()


def test_a_timer_that_is_cancelled_leaves_the_descriptor_silent(attach):
    host = attach()
    timer = pynet.set_timeout(lambda: None, 5)
    host.settle()
    pynet.clear_timeout(timer)
    begun = time.monotonic()
    while time.monotonic() < begun + 0.03:
        if host.readable(10):
            host.step()
    assert not host.readable(20)


def test_a_call_of_another_thread_wakes_the_host(attach):
    host = attach()
    host.settle()
    called = []
    other_thread(pynet.next_tick, lambda: called.append(threading.get_ident()))
    assert host.readable(1000)
    host.step()
    assert called == [threading.get_ident()]


def test_a_call_on_the_hosts_own_thread_wakes_it(attach):
    host = attach()
    host.settle()
    called = []
    pynet.next_tick(called.append, 1)
    assert host.readable()
    assert called == []
    host.step()
    assert called == [1]
    assert not host.readable()


def test_a_lookup_wakes_the_host(attach):
    host = attach()
    server = pynet.create_server(lambda sock: sock.end()).listen(0, "127.0.0.1")
    sock = pynet.connect(server.address().port, "localhost")
    events = Recorder(sock.resume(), "lookup", "connect", "close")
    host.run_until(lambda: "close" in events.names)
    server.close()
    host.settle()
    assert "lookup" in events.names
    assert not host.readable(20)


def test_lookups_that_are_cancelled_leave_the_descriptor_silent(attach):
    host = attach()
    socks = [pynet.connect(1, "localhost").on("error", lambda err: None) for _ in range(8)]
    for sock in socks:
        sock.destroy()
    host.run_until(lambda: not host.readable(100))


# --- wake ---


def test_wake_gets_step_at_the_end_of_a_step_that_wants_another(attach):
    soon = []
    host = attach(wake=soon.append)
    assert soon == []
    pynet.set_immediate(lambda: pynet.set_immediate(lambda: None))
    host.step()
    assert soon == [host.drive.step]
    assert not host.readable()
    soon.pop()()
    host.settle()
    assert soon == []


def test_what_wake_raises_leaves_step_and_nothing_is_lost(attach):
    def wake(step):
        raise RuntimeError("the host is gone")

    host = attach(wake=wake)
    called = []
    pynet.set_immediate(lambda: pynet.set_immediate(called.append, 1))
    with pytest.raises(RuntimeError, match="the host is gone"):
        host.step()
    host.run_until(lambda: called)


# --- within a step, and in turn() ---


def test_a_step_inside_a_listener_does_nothing_and_is_silent(attach):
    host = attach()
    seen = []
    nested = []

    def outer():
        pynet.next_tick(seen.append, "tick")
        nested.append((host.step(), host.readable(20), list(seen)))

    server = pynet.create_server(lambda sock: sock.destroy()).listen(0, "127.0.0.1")
    with socket.create_connection(server.address()[:2]):  # a connection waits to be accepted
        pynet.set_immediate(outer)
        host.run_until(lambda: nested)
        host.run_until(lambda: seen)
        assert nested == [(None, False, [])]
    server.close()
    host.settle()


def test_a_turn_of_another_thread_holds_the_dispatch_and_not_the_host(attach):
    host = attach()
    entered, leave = threading.Event(), threading.Event()
    called = []

    def hold():
        with pynet.turn():
            pynet.next_tick(called.append, 1)
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    assert entered.wait(10)
    while host.readable(20):
        assert host.step() is None
    assert called == []
    leave.set()
    host.run_until(lambda: called)
    thread.join()


def test_a_turn_of_the_hosts_own_thread(attach):
    host = attach()
    called = []
    with pynet.turn():
        pynet.next_tick(called.append, 1)
        while host.readable(20):
            assert host.step() is None
        assert called == []
    host.run_until(lambda: called)


def test_a_turn_waits_for_the_step_under_way(attach):
    host = attach()
    order = []
    inside, entered = threading.Event(), threading.Event()

    def listener():
        inside.set()
        entered.wait(0.05)
        order.append("listener")

    def enter():
        inside.wait(10)
        with pynet.turn():
            order.append("turn")
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    pynet.next_tick(listener)
    host.run_until(lambda: order)
    thread.join()
    assert order == ["listener", "turn"]


# --- uncaught ---


def failing_pair(host, where, what):
    """A connected client, and a server whose `data` listener raises `what`."""
    peers = []

    def on_connection(sock):
        peers.append(sock)

        def fail(chunk):
            raise what

        sock.on("data", fail)

    server = pynet.create_server(on_connection).listen(*where)
    client = pynet.connect(server.address())
    client.write(b"x")
    host.run_until(lambda: peers)
    return client, peers[0], server


def end(host, client, server):
    client.destroy()
    server.close()
    host.settle()


def test_uncaught_exceptions_go_to_the_hosts_function(attach, where):
    reports = []
    host = attach(uncaught=lambda exc, emitter: reports.append((exc, emitter)))
    error = ValueError("of a listener")
    client, peer, server = failing_pair(host, where, error)
    host.run_until(lambda: peer.destroyed)
    assert reports == [(error, peer)]
    assert server.listening
    end(host, client, server)


def test_without_such_a_function_to_threading_excepthook(attach, where, monkeypatch):
    reports = []
    monkeypatch.setattr(threading, "excepthook", lambda args: reports.append((args.exc_value, args.thread)))
    host = attach()
    error = ValueError("of a listener")
    client, peer, server = failing_pair(host, where, error)
    host.run_until(lambda: peer.destroyed)
    assert reports == [(error, threading.current_thread())]
    end(host, client, server)


def test_a_handler_replaces_it(attach, where):
    reports, handled = [], []
    host = attach(uncaught=lambda *args: reports.append(args))
    pynet.set_uncaught_handler(lambda *args: handled.append(args))
    error = ValueError("of a listener")
    client, peer, server = failing_pair(host, where, error)
    host.run_until(lambda: handled)
    assert (reports, handled, peer.destroyed) == ([], [(error, peer)], False)
    end(host, client, server)


@pytest.mark.parametrize("kind_of_exit", [KeyboardInterrupt, SystemExit])
def test_an_exit_leaves_step_and_the_loop_goes_on(attach, where, kind_of_exit):
    host = attach(uncaught=lambda *args: pytest.fail("not for the host"))
    client, peer, server = failing_pair(host, where, kind_of_exit())
    with pytest.raises(kind_of_exit):
        host.run_until(lambda: False)
    assert not peer.destroyed
    called = []
    pynet.next_tick(called.append, 1)
    host.run_until(lambda: called)
    peer.destroy()
    end(host, client, server)


# --- bad input ---


@pytest.mark.parametrize("name", ["wake", "uncaught"])
@pytest.mark.parametrize("value", [1, "text", b"", [], object()])
def test_what_is_not_callable(name, value):
    with pytest.raises(TypeError, match=f'"{name}"') as caught:
        pynet.embed(**{name: value})
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    assert pynet._pynet._attached() is None


async def a_coroutine_function(*args):
    pass


@pytest.mark.parametrize("name", ["wake", "uncaught"])
def test_coroutine_functions(name):
    with pytest.raises(TypeError, match="coroutine"):
        pynet.embed(**{name: a_coroutine_function})


def test_unknown_options_and_too_many_arguments():
    with pytest.raises(TypeError):
        pynet.embed(None, None)
    with pytest.raises(TypeError, match="hosts"):
        pynet.embed(hosts=1)


def test_drives_are_made_by_embed_only():
    with pytest.raises(TypeError):
        pynet.Drive()


def test_embed_twice_names_both_hosts(attach):
    attach(host="the first host")
    with pytest.raises(RuntimeError, match=r"attached to the second host: it is attached to the first host already"):
        pynet.embed(host="the second host")


def test_embed_on_another_thread_while_attached(attach):
    attach(host="the first host")
    errors = []

    def again():
        try:
            pynet.embed()
        except RuntimeError as error:
            errors.append(str(error))

    other_thread(again)
    assert f"on thread {threading.get_ident()}" in errors[0]


def test_embed_while_run_is_active():
    errors = []

    def main():
        def again():
            try:
                pynet.embed(host="a host")
            except RuntimeError as error:
                errors.append(str(error))

        thread = threading.Thread(target=again)
        thread.start()
        pynet.set_timeout(lambda: thread.join(5), 1)

    pynet.run(main)
    assert "attached to a host: run() drives its loop" in errors[0]
    assert "pynet.stop()" in errors[0]


def test_run_while_attached(attach):
    attach(host="a host")
    with pytest.raises(RuntimeError, match=r"run\(\) cannot be called while pynet is attached to a host"):
        pynet.run()


def test_embed_inside_a_listener():
    with pytest.raises(RuntimeError, match="inside a listener"):
        on_loop(pynet.embed)


def test_embed_inside_turn():
    with pynet.turn(), pytest.raises(RuntimeError, match=r"inside a turn\(\) block"):
        pynet.embed()


def test_step_on_another_thread_names_both_threads(attach):
    host = attach(host="a host")
    errors = []

    def step():
        try:
            host.drive.step()
        except RuntimeError as error:
            errors.append(str(error))

    other_thread(step)
    assert f"for a host on thread {threading.get_ident()}" in errors[0]


def test_a_wait_on_the_hosts_thread_says_what_to_do(attach, where):
    host = attach(host="a host")
    server = pynet.create_server().listen(*where)
    for wait in (lambda: server.wait("close"), lambda: pynet.once(server, "close").result()):
        with pytest.raises(RuntimeError, match="pynet is attached to a host, which runs on it"):
            wait()
    server.close()
    host.settle()


# --- close ---


def test_close_ends_it(attach):
    host = attach()
    assert not host.drive.closed
    assert "fd=" in repr(host.drive)
    host.drive.close()
    host.drive.close()
    assert host.drive.closed
    assert (host.drive.fileno(), host.drive.step(), repr(host.drive)) == (-1, None, "<pynet.Drive closed>")


def test_a_with_block_closes_it():
    with pynet.embed(host="h") as drive:
        assert drive.host == "h"
        assert not drive.closed
    assert drive.closed
    assert pynet._pynet._driver()[0] != "attached"


def test_the_background_thread_hands_over_and_drives_again(attach, where):
    ticks = []
    interval = pynet.set_interval(lambda: ticks.append(threading.current_thread().name), 1)
    assert wait_until(lambda: "pynet" in ticks)
    host = attach()
    me = threading.current_thread().name
    host.run_until(lambda: me in ticks)
    host.drive.close()
    del ticks[:]
    assert wait_until(lambda: "pynet" in ticks)
    pynet.clear_interval(interval)


def test_a_wait_of_another_thread_ends_though_the_host_is_gone(attach, where):
    host = attach()
    server = pynet.create_server(lambda sock: sock.end(b"x")).listen(*where)
    got = []
    sock = pynet.connect(server.address())
    waiting = threading.Thread(target=lambda: got.append(sock.read_exactly(1)))
    waiting.start()
    host.drive.close()
    waiting.join(10)
    assert got == [b"x"]
    sock.destroy()
    server.close()


def test_close_inside_a_listener_ends_after_the_step(attach):
    host = attach()
    order = []

    def listener():
        host.drive.close()
        order.append(host.drive.closed)
        pynet.next_tick(order.append, threading.current_thread().name)

    pynet.next_tick(listener)
    host.step()
    assert order == [True, threading.current_thread().name]
    assert host.drive.fileno() == -1


def test_close_on_another_thread(attach):
    host = attach()
    other_thread(host.drive.close)
    assert host.drive.closed
    assert host.step() is None


def test_a_drive_that_is_dropped_detaches(attach):
    drive = pynet.embed()
    del drive
    assert pynet._pynet._driver()[0] != "attached"
    called = threading.Event()
    pynet.next_tick(called.set)
    assert called.wait(10)


def test_a_drive_in_a_cycle_is_collected():
    class Owner:
        def wake(self, step):
            pass

    owner = Owner()
    owner.drive = pynet.embed(owner.wake, host=owner)
    del owner
    gc.collect()
    assert pynet._pynet._driver()[0] != "attached"


# --- many threads ---


@pytest.mark.slow
def test_no_wake_is_lost_between_four_threads_and_the_host(attach):
    host = attach()
    each = 25_000
    done = []

    def ping():
        answered = threading.Lock()
        answered.acquire()
        for _ in range(each):
            pynet.next_tick(answered.release)
            assert answered.acquire(timeout=10)
        done.append(True)
        pynet.next_tick(lambda: None)

    threads = [threading.Thread(target=ping) for _ in range(4)]
    for thread in threads:
        thread.start()
    host.run_until(lambda: len(done) == 4, timeout=50)
    for thread in threads:
        thread.join()
