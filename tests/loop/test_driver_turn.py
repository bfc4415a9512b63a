"""turn(): nothing is dispatched until the block ends."""

import signal
import socket
import threading
import time

import pytest

import pynet
from helpers import on_loop, wait_until
from isolated.tools import raw_connect

NOT_YET = 0.05  # long enough for the loop to have done it if it were going to


def test_ticks_timers_and_immediates_wait_for_the_end_of_the_block():
    order, done = [], threading.Event()
    with pynet.turn():
        pynet.next_tick(order.append, "tick")
        pynet.set_immediate(order.append, "immediate")
        pynet.set_timeout(lambda: (order.append("timer"), done.set()), 1)
        assert not done.wait(NOT_YET)
        assert order == []
        order.append("block")
    assert done.wait(5)
    assert wait_until(lambda: len(order) == 4)
    assert order[:2] == ["block", "tick"]


def test_connections_and_data_wait_too(server, record):
    accepted, data = [], []

    def on_connection(sock):
        accepted.append(sock)
        sock.on("data", data.append)

    listening = server(on_connection)
    with raw_connect(listening) as raw:
        assert wait_until(lambda: accepted)
        with pynet.turn():
            raw.sendall(b"x")
            with raw_connect(listening):
                time.sleep(NOT_YET)
                assert (len(accepted), data) == (1, [])
        assert wait_until(lambda: len(accepted) == 2 and data == [b"x"])
    for sock in accepted:
        sock.destroy()


def test_several_calls_are_one_step(server, record):
    """Listeners attached in the block hear everything, in Node's order, without a replay."""
    listening = server(lambda sock: sock.end("bye"))
    address = listening.address()
    with pynet.turn():
        client = pynet.connect(address if isinstance(address, str) else address.port)
        time.sleep(NOT_YET)
        heard = record(client, "lookup", "connect", "ready", "data", "end", "close")
    heard.wait("close")
    assert [n for n in heard.names if n != "lookup"] == ["connect", "ready", "data", "end", "close"]


@pytest.mark.posix_only("a write to a pipe is never finished within the call", only="unix")
def test_writes_go_out_inside_the_block(server):
    peers = []
    listening = server(peers.append)
    with raw_connect(listening) as raw:
        assert wait_until(lambda: peers)
        with pynet.turn():
            peers[0].write("first ")
            peers[0].write("second")
            assert raw.recv(12, socket.MSG_WAITALL) == b"first second"
        peers[0].destroy()


def test_it_gives_its_methods_answers_inside():
    with pynet.turn():
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        assert server.listening
        assert server.address().port > 0
        server.close()
        assert not server.listening


def test_it_nests():
    done = threading.Event()
    turn = pynet.turn()
    with turn:
        with turn, pynet.turn():
            pynet.next_tick(done.set)
        assert not done.wait(NOT_YET)
    assert done.wait(5)


def test_an_exception_leaves_it_and_is_not_swallowed():
    done = threading.Event()
    with pytest.raises(LookupError):
        with pynet.turn():
            pynet.next_tick(done.set)
            raise LookupError
    assert done.wait(5)


def test_a_block_that_is_never_left_ends_with_its_object():
    done = threading.Event()
    turn = pynet.turn()
    turn.__enter__()
    pynet.next_tick(done.set)
    assert not done.wait(NOT_YET)
    del turn
    assert done.wait(5)


def test_leaving_without_entering_does_nothing():
    pynet.turn().__exit__(None, None, None)
    with pynet.turn() as turn:
        assert turn is not None
    turn.__exit__(None, None, None)
    assert on_loop(lambda: 1) == 1


def test_on_the_driver_it_does_nothing():
    order = []

    def listener():
        pynet.next_tick(order.append, "tick")
        with pynet.turn():
            with pynet.turn():
                order.append("block")

    on_loop(listener)
    assert wait_until(lambda: order == ["block", "tick"])
    pynet.run(lambda: listener())
    assert order == ["block", "tick"] * 2


def test_entry_waits_for_the_turn_under_way():
    inside, go, order = threading.Event(), threading.Event(), []

    def slow():
        inside.set()
        go.wait(5)
        order.append("listener")

    pynet.next_tick(slow)
    assert inside.wait(5)
    threading.Timer(NOT_YET, go.set).start()
    with pynet.turn():
        order.append("block")
    assert order == ["listener", "block"]


@pytest.mark.posix_only("there is no SIGUSR1")
def test_entry_may_be_interrupted():
    class Woken(Exception):
        pass

    def handler(number, frame):
        raise Woken

    inside, go = threading.Event(), threading.Event()
    pynet.next_tick(lambda: (inside.set(), go.wait(10)))
    assert inside.wait(5)
    old = signal.signal(signal.SIGUSR1, handler)
    main = threading.get_ident()
    threading.Timer(NOT_YET, lambda: signal.pthread_kill(main, signal.SIGUSR1)).start()
    began = time.monotonic()
    try:
        with pytest.raises(Woken):
            with pynet.turn():
                pytest.fail("entered while a listener runs")
        assert time.monotonic() - began < 2
    finally:
        signal.signal(signal.SIGUSR1, old)
        go.set()
    assert on_loop(lambda: 1) == 1, "the interrupted entry holds nothing"


def test_blocks_of_several_threads_overlap():
    entered, leave = [threading.Event(), threading.Event()], [threading.Event(), threading.Event()]
    done = threading.Event()

    def hold(i):
        with pynet.turn():
            entered[i].set()
            leave[i].wait(10)

    threads = [threading.Thread(target=hold, args=(i,)) for i in range(2)]
    for i, thread in enumerate(threads):
        thread.start()
        assert entered[i].wait(5), "a second block waits for none"
    pynet.next_tick(done.set)
    assert not done.wait(NOT_YET)
    leave[0].set()
    threads[0].join(5)
    assert not done.wait(NOT_YET)
    leave[1].set()
    assert done.wait(5)
    threads[1].join(5)


def test_left_by_another_thread_it_is_left():
    done = threading.Event()
    turn = pynet.turn()
    turn.__enter__()
    pynet.next_tick(done.set)
    thread = threading.Thread(target=turn.__exit__, args=(None, None, None))
    thread.start()
    thread.join(5)
    assert done.wait(5)
    assert pynet.run() is None, "this thread is in no block any more"


def test_many_threads_in_and_out_while_the_loop_works():
    inside, wrong, calls = 0, [], []
    in_block = threading.Lock()

    def listener():
        if inside:
            wrong.append("dispatched inside a block")
        calls.append(1)

    def work():
        nonlocal inside
        for _ in range(60):
            with pynet.turn():
                with in_block:
                    inside += 1
                pynet.next_tick(listener)
                pynet.set_immediate(listener)
                with in_block:
                    inside -= 1

    timer = pynet.set_interval(listener, 1)
    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    pynet.clear_interval(timer)
    assert wait_until(lambda: len(calls) >= 6 * 60 * 2)
    assert wrong == []


def test_the_foreground_waits_for_blocks_as_well():
    log, keep, entered, leave = [], [], threading.Event(), threading.Event()

    def hold():
        with pynet.turn():
            pynet.clear_timeout(keep[0])
            pynet.set_timeout(lambda: log.append("timer"), 1)
            entered.set()
            leave.wait(5)
            log.append("left")

    thread = threading.Thread(target=hold)

    def main():
        keep.append(pynet.set_timeout(lambda: log.append("no block"), 10_000))
        thread.start()

    def release():
        entered.wait(5)
        time.sleep(0.1)
        leave.set()

    releaser = threading.Thread(target=release)
    releaser.start()
    pynet.run(main)
    thread.join(5)
    releaser.join(5)
    assert log == ["left", "timer"]


def test_stop_inside_a_block_of_another_thread_stops_run():
    left, held = threading.Event(), []

    def hold():
        with pynet.turn():
            pynet.stop()
            held.append(left.wait(5))

    thread = threading.Thread(target=hold)
    timer = pynet.set_timeout(lambda: None, 60_000)
    pynet.run(thread.start)
    left.set()
    thread.join(5)
    pynet.clear_timeout(timer)
    assert held == [True]


def test_a_turn_is_only_made_by_the_function():
    with pytest.raises(TypeError):
        type(pynet.turn())()
    with pytest.raises(TypeError):
        pynet.turn(1)
