"""metrics(), event_loop_utilization(), server.stats. A time is only bounded from below: the machine may be loaded."""

from __future__ import annotations

import time

import pytest

import pynet
from helpers import on_loop, printed, raw_client, run_script, target, wait_until

BLOCK = 0.05


def ignore(*args):
    """A listener of anything."""


def changed(before: dict, *names: str) -> list:
    """By how much these numbers have grown."""
    now = pynet.metrics()
    return [now[name] - before[name] for name in names]


# --- times ---


def test_a_listener_that_blocks_counts_as_active_time():
    before = pynet.event_loop_utilization()
    on_loop(time.sleep, BLOCK)
    on_loop(int)  # that turn is over
    since = pynet.event_loop_utilization(before)
    assert since.active >= BLOCK * 1000
    assert since.utilization == pytest.approx(since.active / (since.active + since.idle))


def test_a_turn_that_is_under_way_counts():
    before = pynet.event_loop_utilization()

    def block():
        time.sleep(BLOCK)
        return pynet.event_loop_utilization(before).active

    assert on_loop(block) >= BLOCK * 1000


def test_the_wait_of_the_loop_counts_as_idle_time_while_it_lasts():
    on_loop(int)
    before = pynet.event_loop_utilization()
    time.sleep(BLOCK)  # the time is what is tested
    since = pynet.event_loop_utilization(before)
    assert since.idle > 0
    assert since.utilization < 1


def test_the_wait_counts_once_when_it_is_over():
    on_loop(int)
    before = pynet.event_loop_utilization()
    start = time.monotonic()
    for _ in range(5):
        time.sleep(0.01)
        pynet.event_loop_utilization()
        on_loop(int)
    since = pynet.event_loop_utilization(before)
    assert since.idle + since.active <= (time.monotonic() - start) * 1000 + 1


def test_time_between_two_runs_counts_as_neither():
    script = """
        import time, pynet
        pynet.run(lambda: pynet.set_timeout(int, 1))
        before = pynet.event_loop_utilization()
        time.sleep(0.02)
        print(pynet.event_loop_utilization(before) == (0, 0, 0))
    """
    assert printed(run_script(script)) == ["True"]


def test_a_host_of_the_loop_has_its_own_work_in_the_idle_time():
    script = """
        import asyncio, time, pynet, pynet.aio
        async def main():
            async with pynet.aio.attached():
                await asyncio.sleep(0)
                before = pynet.event_loop_utilization()
                time.sleep(0.05)
                since = pynet.event_loop_utilization(before)
                print(since.idle >= 50, since.active < 50)
                pynet.next_tick(time.sleep, 0.05)
                while pynet.event_loop_utilization(before).active < 50:
                    await asyncio.sleep(0.001)
                print("active")
        asyncio.run(main())
    """
    assert printed(run_script(script)) == ["True True", "active"]


def test_before_its_start_the_loop_has_done_nothing():
    script = "import pynet; print(pynet.event_loop_utilization()); print(set(pynet.metrics().values()))"
    assert printed(run_script(script)) == ["EventLoopUtilization(idle=0.0, active=0.0, utilization=0.0)", "{0}"]


@pytest.mark.parametrize("previous", [0, {}, (1, 2, 3), "x"])
def test_previous_must_be_a_result(previous):
    with pytest.raises(TypeError, match='"previous"') as caught:
        pynet.event_loop_utilization(previous)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


def test_the_longest_turn_is_at_least_as_long_as_a_listener_that_blocked():
    on_loop(time.sleep, BLOCK)
    on_loop(int)
    assert pynet.metrics()["longest_turn_s"] >= BLOCK


def test_the_times_of_metrics_are_those_of_event_loop_utilization():
    on_loop(time.sleep, BLOCK)
    now = pynet.metrics()
    later = pynet.event_loop_utilization()
    assert BLOCK <= now["active_s"] <= later.active / 1000 + 1e-6
    assert now["idle_s"] <= later.idle / 1000 + 1e-6


# --- counts ---


def test_the_names_are_stable():
    assert list(pynet.metrics()) == [
        *("turns", "idle_s", "active_s", "longest_turn_s", "sockets", "servers", "timers", "ticks", "lookups"),
        *("bytes_read", "bytes_written", "accepted", "dropped", "blocked", "connect_ok", "connect_failed", "uncaught"),
    ]


def test_bytes_of_both_ends_count(pair):
    ends = pair()
    got = []
    ends.peer.on("data", got.append)
    before = pynet.metrics()
    on_loop(ends.client.write, b"x" * 100_000)
    assert wait_until(lambda: sum(map(len, got)) == 100_000)
    assert changed(before, "bytes_read", "bytes_written") == [100_000, 100_000]


def test_bytes_of_closed_connections_count(pair):
    before = pynet.metrics()
    ends = pair()
    ends.peer.on("data", ignore)
    on_loop(ends.client.end, b"hello")
    assert wait_until(lambda: ends.client.closed and ends.peer.closed)
    assert changed(before, "bytes_read", "bytes_written") == [5, 5]


def test_bytes_through_a_pipe_count(server):
    listening = server(lambda sock: sock.pipe(sock))
    before = pynet.metrics()
    with raw_client(listening) as client:
        for _ in range(3):
            client.sendall(b"hello")
            assert client.recv(5) == b"hello"
    assert changed(before, "bytes_read", "bytes_written") == [15, 15]


def test_bytes_that_were_never_sent_do_not_count(kind):
    before = pynet.metrics()
    sock = pynet.Socket()
    sock.on("error", ignore)
    on_loop(sock.write, b"hello")
    assert wait_until(lambda: sock.destroyed)
    assert changed(before, "bytes_written") == [sock.bytes_written]


def test_a_server_counts_what_it_accepts(server):
    listening = server()
    before = pynet.metrics()
    assert listening.stats == (0, 0, 0, 0)
    with raw_client(listening), raw_client(listening):
        assert wait_until(lambda: listening.stats == (2, 0, 0, 2))
    assert wait_until(lambda: listening.stats == (2, 0, 0, 0))
    assert changed(before, "accepted") == [2]


def test_a_server_counts_what_it_drops(server):
    listening = server()
    listening.max_connections = 0
    before = pynet.metrics()
    with raw_client(listening) as client:
        assert client.recv(1) == b""
    assert listening.stats == pynet.ServerStats(accepted=0, dropped=1, blocked=0, active=0)
    assert changed(before, "accepted", "dropped") == [0, 1]


def test_a_server_counts_what_it_blocks():
    blocked = pynet.BlockList()
    blocked.add_address("127.0.0.1")
    with pynet.create_server(block_list=blocked, listener=ignore).listen(0, "127.0.0.1") as listening:
        pynet.once(listening, "listening").result(5)
        before = pynet.metrics()
        with raw_client(listening) as client:
            assert wait_until(lambda: listening.stats.blocked == 1)
            del client
        assert changed(before, "accepted", "dropped", "blocked") == [0, 0, 1]


def test_a_connect_that_succeeds_counts(server):
    listening = server()
    before = pynet.metrics()
    sock = pynet.connect(target(listening))
    pynet.once(sock, "connect").result(5)
    sock.destroy()
    assert changed(before, "connect_ok", "connect_failed") == [1, 0]


def test_a_connect_that_fails_counts(tmp_path):
    before = pynet.metrics()
    sock = pynet.connect(str(tmp_path / "nothing"))
    sock.on("error", ignore)
    with pytest.raises(pynet.NetError):
        pynet.once(sock, "connect").result(5)
    assert changed(before, "connect_ok", "connect_failed") == [0, 1]


def test_a_connect_to_several_addresses_that_all_fail_counts_once(refused):
    def lookup(_host, _options, callback):
        callback(None, [{"address": "127.0.0.1", "family": 4}, {"address": "127.0.0.2", "family": 4}])

    before = pynet.metrics()
    sock = pynet.connect(refused[1], "name.test", lookup=lookup)
    sock.on("error", ignore)
    with pytest.raises(pynet.AggregateError):
        pynet.once(sock, "connect").result(5)
    assert changed(before, "connect_ok", "connect_failed") == [0, 1]


def test_a_connect_that_is_given_up_counts_as_neither(server):
    listening = server()
    before = pynet.metrics()
    sock = on_loop(lambda: pynet.connect(target(listening)).destroy())
    pynet.once(sock, "close").result(5)
    assert changed(before, "connect_ok", "connect_failed") == [0, 0]


def test_an_uncaught_exception_counts():
    seen = []
    before = pynet.metrics()
    previous = pynet.set_uncaught_handler(lambda exc, emitter: seen.append(exc))
    try:
        pynet.next_tick(lambda: 1 / 0)
        assert wait_until(lambda: seen)
    finally:
        pynet.set_uncaught_handler(previous)
    assert changed(before, "uncaught") == [1]


def test_what_is_open_is_counted_while_it_is_open(server):
    before = pynet.metrics()
    listening = server()
    timer = pynet.set_timeout(ignore, 100_000)
    with raw_client(listening):
        assert wait_until(lambda: listening.stats.active == 1)
        assert changed(before, "servers", "sockets", "timers") == [1, 1, 1]
    pynet.clear_timeout(timer)
    on_loop(listening.close)
    assert wait_until(lambda: changed(before, "servers", "sockets", "timers") == [0, 0, 0])


def test_a_server_with_several_addresses_counts_once():
    before = pynet.metrics()
    with pynet.create_server(ignore).listen([("127.0.0.1", 0), ("127.0.0.1", 0)]) as listening:
        pynet.once(listening, "listening").result(5)
        assert len(listening.addresses) == 2
        assert changed(before, "servers") == [1]


def test_a_lookup_counts_while_it_is_under_way():
    before = pynet.metrics()

    def begin():
        sock = pynet.connect(1, "localhost")
        sock.on("error", ignore)
        return sock, changed(before, "lookups")

    sock, lookups = on_loop(begin)
    assert lookups == [1]
    sock.destroy()


def test_ticks_are_counted_until_they_run():
    def queue():
        pynet.next_tick(int)
        return pynet.metrics()["ticks"]

    assert on_loop(queue) >= 1


def test_the_child_of_a_fork_begins_at_zero():
    script = """
        import os, pynet
        server = pynet.create_server(lambda sock: None).listen(0, "127.0.0.1")
        pynet.once(server, "listening").result(5)
        sock = pynet.connect(server.port)
        pynet.once(sock, "connect").result(5)
        if os.fork() == 0:
            print(*set(pynet.metrics().values()), *pynet.event_loop_utilization(), flush=True)
            os._exit(0)
        os.wait()
        print(pynet.metrics()["connect_ok"], flush=True)
        os._exit(0)
    """
    assert printed(run_script(script)) == ["0 0.0 0.0 0.0", "1"]
