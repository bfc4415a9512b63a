"""python -m pynet scan: which ports accept connections."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys

import pytest

from commands import DEVNULL, done, free_port, full_server, listener, typed_at
from pynet._cli.errors import UsageError
from pynet._cli.scan import parse_ports


@pytest.fixture
def ports():
    """Three ports: open, closed, open; in this order."""
    with contextlib.ExitStack() as stack:
        found = sorted(stack.enter_context(listener())[1] for _ in range(2))
        yield found[0], free_port(), found[1]


def test_open_ports_are_printed_in_the_order_of_the_command_line(ports):
    first, closed, second = ports
    status, out, err = done("scan", "127.0.0.1", f"{second},{closed}", first)
    assert (status, err) == (0, b"")
    lines = [line.split() for line in out.decode().splitlines()]
    assert [words[:3] for words in lines] == [["127.0.0.1", str(port), "open"] for port in (second, first)]


def test_a_range_of_ports():
    with listener() as (_, port):
        low, high = max(1, port - 3), min(65535, port + 3)
        status, out, _ = done("scan", "127.0.0.1", f"{low}-{high}", "-p", "2")
    assert status == 0
    assert f"127.0.0.1 {port} open" in out.decode()


def test_without_an_open_port_it_is_1():
    assert done("scan", "127.0.0.1", free_port()) == (1, b"", b"")


def test_verbose_prints_all_ports_and_a_summary(ports):
    first, closed, second = ports
    status, out, err = done("scan", "-v", "127.0.0.1", *ports)
    assert status == 0
    took = r"\([0-9.]+ m?s\)"
    lines = out.decode().splitlines()
    assert re.fullmatch(rf"127\.0\.0\.1 {first} open( \S+)? {took}", lines[0])
    assert re.fullmatch(rf"127\.0\.0\.1 {closed} closed {took}", lines[1])
    assert re.fullmatch(rf"127\.0\.0\.1 {second} open( \S+)? {took}", lines[2])
    assert re.fullmatch(r"2 open, 1 closed, 0 silent in [0-9.]+ m?s\n", err.decode())


def test_a_port_without_an_answer_is_silent():
    with full_server() as (host, port):
        status, out, _ = done("scan", "-v", "-w", "0.1", host, port)
    assert status == 1
    assert out.decode().startswith(f"{host} {port} silent (")


def test_a_name_is_looked_up_and_all_its_addresses_are_tried():
    with listener() as (_, port):  # 127.0.0.1 only, and localhost may be ::1 first
        status, out, _ = done("scan", "localhost", port)
    assert status == 0
    assert out.decode().startswith(f"127.0.0.1 {port} open")


def test_an_unknown_name_is_one_line_and_1():
    status, out, err = done("scan", "no.such.host.invalid", "80")
    assert (status, out, err.count(b"\n")) == (1, b"", 1)
    assert err.startswith(b"pynet: no.such.host.invalid: ")


@pytest.mark.posix_only("the number of handles has no limit")
def test_more_sockets_than_the_system_allows_is_one_line_and_1(tmp_path):
    shell = f'ulimit -n 32; exec "{sys.executable}" -m pynet scan -p 500 127.0.0.1 1-500'
    with subprocess.Popen(["bash", "-c", shell], stdin=DEVNULL, stdout=-1, stderr=-1) as process:
        out, err = process.communicate(timeout=40)
    assert process.returncode == 1
    assert err.count(b"\n") == 1
    assert err.startswith(b"pynet: connect EMFILE")


def test_a_reader_that_goes_ends_the_scan(running, ports):
    process = running("scan", "-v", "127.0.0.1", "1-65535", "-p", "8")
    assert process.stdout.readline()
    process.stdout.close()
    assert process.wait(40) in (0, 1)
    assert b"Traceback" not in process.stderr.read()


@pytest.mark.posix_only("there is no /dev/full")
def test_a_full_stdout_is_one_line_and_1(ports):
    with open("/dev/full", "wb") as full:
        status, _, err = done("scan", "127.0.0.1", ports[0], stdout=full)
    assert (status, err) == (1, b"pynet: stdout: No space left on device\n")


def test_ctrl_c_is_130(running):
    with full_server() as (host, port):
        process = running("scan", "-v", host, free_port(), port, "-w", "100")
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read() == b""


def test_progress_on_a_terminal(running):
    main, terminal = os.openpty()
    process = running("scan", "127.0.0.1", free_port(), stderr=terminal, env={"TERM": "xterm"})
    os.close(terminal)
    shown = typed_at(main)
    os.close(main)
    assert process.wait(20) == 1
    assert shown == b"\r\x1b[K1 of 1 port, 0 open\r\x1b[K"  # and it is gone in the end


@pytest.mark.parametrize(
    ("words", "ports"),
    [
        (["80"], [80]),
        (["80", "22"], [80, 22]),
        (["1-3,2-5"], [1, 2, 3, 4, 5]),
        (["65535,65535"], [65535]),
        (["ftp-data,http"], [socket.getservbyname("ftp-data"), 80]),
    ],
)
def test_lists_of_ports(words, ports):
    assert parse_ports(words) == ports


@pytest.mark.parametrize("text", ["", "80,", "-", "5-", "3-1", "0", "0-5", "65536", "1-65536", "x-y", "1-2-3", "²"])
def test_bad_lists_of_ports(text):
    with pytest.raises(UsageError):
        parse_ports([text])
