"""examples/behind_proxy.py: a server that sees the clients of its proxy."""

import contextlib

import pytest

from proxies import V1, V2, V2_LOCAL

PROXY, OTHER = "127.0.0.1", "127.0.0.2"


@pytest.mark.parametrize("header", [V1, V2])
def test_it_greets_the_client(program, dial, header):
    started = program("behind_proxy.py", 0, PROXY)
    sock = dial(started.port, PROXY)
    sock.sendall(header)
    assert sock.recv(100) == b"hello 192.0.2.1\r\n"
    assert started.line() == "192.0.2.1 by 127.0.0.1"


def test_a_blocked_client_gets_nothing(program, dial):
    started = program("behind_proxy.py", 0, PROXY, "192.0.2.0/24")
    sock = dial(started.port, PROXY)
    sock.sendall(V1)
    assert sock.recv(100) == b""


def test_a_check_of_the_proxy_is_no_client(program, dial):
    started = program("behind_proxy.py", 0, PROXY)
    sock = dial(started.port, PROXY)
    sock.sendall(V2_LOCAL)
    assert sock.recv(100) == b""


def test_others_are_refused(program, dial):
    started = program("behind_proxy.py", 0, PROXY)
    with contextlib.suppress(ConnectionResetError):  # which may come before connect() has returned
        dial(started.port, OTHER)
    assert started.line() == "refused 127.0.0.2: ERR_PROXY_UNTRUSTED"
