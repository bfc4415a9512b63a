"""python -m pynet bench: the load that a server bears."""

from __future__ import annotations

import json
import os
import re
import signal
import threading

import pytest

from commands import done, finished, free_port, listener, receive_all, typed_at
from pynet._cli.bench import Times


@pytest.fixture
def target(echo):
    """A running echo server, as one argument."""
    return ":".join(echo[1])


@pytest.fixture
def silent():
    """The port of a server that answers nothing, and closes when its peer does."""
    with listener() as (server, port):

        def serve():
            with server.accept()[0] as sock:
                receive_all(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        yield port
        thread.join()


def test_a_number_of_messages(running, target):
    status, out, err = finished(running("bench", "-n", "500", "-c", "3", "-s", "2k", target))
    assert (status, err) == (0, b"")
    first, answers, times = out.decode().splitlines()
    assert re.fullmatch(rf"{re.escape(target.replace(':', ' '))}: messages of 2.0 KiB, 3 at a time, [0-9.]+ s", first)
    assert re.fullmatch(r"answers  500, [0-9,]+ a second, [0-9.]+ [KMG]iB a second each way", answers)
    names = re.findall(r"(\S+) [0-9.]+ m?s", times)
    assert names == ["min", "p50", "p90", "p99", "p99.9", "max"]


def test_a_time(running, target):
    status, out, _ = finished(running("bench", "-t", "200ms", "--json", target))
    result = json.loads(out)
    assert status == 0
    assert result["seconds"] >= 0.2
    assert result["answers"] > 0


def test_json(running, target):
    status, out, err = finished(running("bench", "--json", "-n", "100", "-s", "10", target))
    assert (status, err) == (0, b"")
    result = json.loads(out)
    assert (result["target"], result["size"], result["connections"]) == (target.replace(":", " "), 10, 10)
    assert (result["answers"], result["errors"]) == (100, {})
    assert result["rate"] == pytest.approx(100 / result["seconds"])
    assert result["bytes_per_second"] == pytest.approx(10 * result["rate"])
    latency = result["latency"]
    order = [latency[name] for name in ("min", "p50", "p90", "p99", "p99.9", "max")]
    assert order == sorted(order)
    assert latency["min"] <= latency["mean"] <= latency["max"]


def test_large_messages(running, target):
    status, out, _ = finished(running("bench", "--json", "-n", "4", "-c", "2", "-s", "3M", target))
    assert (status, json.loads(out)["answers"]) == (0, 4)


def test_connections_in_turn(running, target):
    status, out, err = finished(running("bench", "--connect", "-n", "50", "-c", "4", target))
    assert (status, err) == (0, b"")
    lines = out.decode().splitlines()
    assert ": connections in turn, 4 at a time, " in lines[0]
    assert re.fullmatch(r"answers  50, [0-9,]+ a second", lines[1])


def test_a_server_that_refuses_is_one_line_and_1():
    port = free_port()
    status, out, err = done("bench", "-c", "3", f"127.0.0.1:{port}")
    assert (status, out, err.decode()) == (1, b"", f"pynet: connect ECONNREFUSED 127.0.0.1:{port}\n")


def test_a_server_that_ends_is_counted():
    with listener() as (server, port):

        def serve():
            with server.accept()[0] as sock:
                sock.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        status, out, err = done("bench", "-c", "1", port)
        thread.join()
    assert status == 1
    assert err.count(b"\n") == 1
    assert b"errors   " in out


def test_a_server_that_does_not_echo_is_1():
    with listener() as (server, port):

        def serve():
            with server.accept()[0] as sock:
                sock.sendall(b"220 hello\r\n")
                receive_all(sock)

        thread = threading.Thread(target=serve)
        thread.start()
        status, out, err = done("bench", "-c", "1", port)
        thread.join()
    assert status == 1
    assert err == b"pynet: what came back is not what was sent\n"


def test_a_server_that_answers_nothing_is_1(silent):
    status, out, err = done("bench", "-c", "1", "-t", "50ms", silent)
    assert status == 1
    assert b"answers  0, 0 a second" in out
    assert err.decode() == f"pynet: nothing came back from localhost {silent}: is it an echo server?\n"


def test_ctrl_c_is_130_and_prints_the_result(running):
    with listener() as (server, port):
        process = running("bench", "-c", "1", "-s", "4", "-t", "1000", port)
        with server.accept()[0] as sock:
            sock.sendall(sock.recv(4))
            assert len(sock.recv(4)) == 4  # the first answer has arrived
            process.send_signal(signal.SIGINT)
            status, out, err = finished(process)
    assert (status, err) == (130, b"")
    assert b"answers  1, " in out


def test_progress_on_a_terminal(running, target):
    main, terminal = os.openpty()
    process = running("bench", "-t", "700ms", target, stderr=terminal, env={"TERM": "xterm"})
    os.close(terminal)
    shown = typed_at(main)
    os.close(main)
    assert process.wait(20) == 0
    assert re.match(rb"\r\x1b\[K\d of 0.7 s, [0-9,]+ answers, [0-9,]+ a second", shown)
    assert shown.endswith(b"\r\x1b[K")


# --- the histogram ---


def test_percentiles_are_right_to_half_a_percent():
    times = Times()
    for number in range(1, 1001):
        times.add(number / 1000)
    for percent in (1, 50, 90, 99, 99.9):
        assert times.percentile(percent) == pytest.approx(percent / 100, rel=0.006)
    assert (times.least, times.most, times.number) == (0.001, 1.0, 1000)
    assert times.percentile(100) == pytest.approx(1.0, rel=0.006)


def test_a_single_time_is_every_percentile():
    times = Times()
    times.add(0.25)
    assert {times.percentile(percent) for percent in (0, 1, 50, 99.9, 100)} == {0.25}


def test_a_time_of_zero_counts():
    times = Times()
    times.add(0.0)
    assert times.number == 1
    assert times.percentile(50) == pytest.approx(1e-9)
