"""python -m pynet proxy: both ways, over TCP and unix sockets on either side."""

from __future__ import annotations

import os
import signal
import socket
import threading

import pytest

from commands import (
    BIG,
    cli,
    done,
    finished,
    free_port,
    full_server,
    listener,
    place_of,
    plain_socket,
    receive_all,
    reset,
)


@pytest.fixture(params=["tcp-tcp", "tcp-unix", "unix-tcp", "unix-unix"])
def sides(request):
    """The transports of A and of B."""
    return request.param.split("-")


@pytest.fixture
def behind(sides, tmp_path):
    """A listening socket of Python's for B to reach: (server, what B is called)."""
    with listener(tmp_path / "b.sock" if sides[1] == "unix" else None) as (server, place):
        yield server, place


@pytest.fixture
def proxy(running, sides, behind, tmp_path):
    """A function that starts a proxy to `behind`: (process, where it listens)."""

    def start(*options):
        a = tmp_path / "a.sock" if sides[0] == "unix" else "0"
        process = running("proxy", *options, a, behind[1])
        return process, place_of(process.stdout)

    return start


def test_data_goes_both_ways(proxy, behind):
    _, place = proxy()
    with plain_socket(place) as client, behind[0].accept()[0] as server:
        client.sendall(b"there")
        assert server.recv(100) == b"there"
        server.sendall(b"back")
        assert client.recv(100) == b"back"


def test_each_side_is_half_closed_as_the_other_one_is(proxy, behind):
    _, place = proxy()
    with plain_socket(place) as client, behind[0].accept()[0] as server:
        client.sendall(b"question")
        client.shutdown(socket.SHUT_WR)
        assert receive_all(server) == b"question"
        server.sendall(b"answer")
        server.shutdown(socket.SHUT_WR)
        assert receive_all(client) == b"answer"
    with plain_socket(place) as client, behind[0].accept()[0] as server:
        server.sendall(b"greeting")
        server.shutdown(socket.SHUT_WR)
        assert receive_all(client) == b"greeting"
        client.sendall(b"late")
        client.shutdown(socket.SHUT_WR)
        assert receive_all(server) == b"late"


@pytest.mark.parametrize("options", [[], ["--delay", "1ms"], ["--rate", "1G"]])
def test_it_carries_every_byte(proxy, behind, options):
    _, place = proxy(*options)
    with plain_socket(place) as client, behind[0].accept()[0] as server:

        def answer():
            server.sendall(receive_all(server)[::-1])
            server.shutdown(socket.SHUT_WR)

        def send():
            client.sendall(BIG)
            client.shutdown(socket.SHUT_WR)

        threads = [threading.Thread(target=answer), threading.Thread(target=send)]
        for thread in threads:
            thread.start()
        assert receive_all(client) == BIG[::-1]
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("options", [[], ["--rate", "1G"]])
def test_a_server_that_does_not_read_stops_the_client(proxy, behind, options):
    _, place = proxy(*options)
    with plain_socket(place) as client, behind[0].accept()[0] as server:
        client.settimeout(0.5)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 64 << 20:
                sent += client.send(b"x" * 65536)
        # The other direction goes on meanwhile, and nothing is lost.
        server.sendall(b"still here")
        assert client.recv(100) == b"still here"
        client.shutdown(socket.SHUT_WR)
        assert len(receive_all(server)) == sent


@pytest.mark.parametrize("sides", [["tcp", "tcp"]], ids=["tcp-tcp"])
def test_a_reset_goes_through(proxy, behind):
    _, place = proxy()
    client = plain_socket(place)
    server = behind[0].accept()[0]
    with client:
        client.sendall(b"x")
        assert server.recv(1) == b"x"
        reset(server)
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    client = plain_socket(place)
    with behind[0].accept()[0] as server:
        client.sendall(b"x")
        assert server.recv(1) == b"x"
        reset(client)
        with pytest.raises(ConnectionResetError):
            server.recv(1)


@pytest.mark.parametrize("sides", [["tcp", "tcp"]], ids=["tcp-tcp"])
def test_log_of_connections(proxy, behind):
    process, place = proxy("--log")
    for number in (1, 2):
        with plain_socket(place) as client, behind[0].accept()[0] as server:
            port = client.getsockname()[1]
            client.sendall(b"four")
            assert server.recv(4, socket.MSG_WAITALL) == b"four"
            server.sendall(b"sixsix")
            assert client.recv(6, socket.MSG_WAITALL) == b"sixsix"
        line = process.stderr.readline().decode()
        assert line == f"{number} 127.0.0.1 {port} to localhost {behind[1]}\n"
        line = process.stderr.readline().decode()
        assert line.startswith(f"{number} closed after ")
        assert line.endswith("s, 4 bytes there, 6 back\n")


def test_a_server_that_refuses_is_one_line_and_the_proxy_goes_on(running):
    port = free_port()
    process = running("proxy", "0", f"127.0.0.1:{port}")
    place = place_of(process.stdout)
    for _ in range(2):
        with pytest.raises(ConnectionResetError), plain_socket(place) as client:
            client.recv(1)
        assert process.stderr.readline().decode() == f"pynet: connect ECONNREFUSED 127.0.0.1:{port}\n"
    assert process.poll() is None


def test_connecting_may_have_a_time_limit(running):
    with full_server() as (host, port):
        process = running("proxy", "--timeout", "50ms", "--log", "0", f"{host}:{port}")
        with pytest.raises(ConnectionResetError), plain_socket(place_of(process.stdout)) as client:
            client.recv(1)
    process.stderr.readline()
    assert b"connect ETIMEDOUT" in process.stderr.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_proxy_in_order(proxy, behind, number):
    process, place = proxy("--delay", "1ms")
    with plain_socket(place) as client, behind[0].accept()[0] as server:
        client.sendall(b"x")
        assert server.recv(1) == b"x"
        process.send_signal(number)
        assert client.recv(1) == b""
        assert server.recv(1) == b""
    assert finished(process) == (0, b"", b"")
    assert len(place) == 2 or not os.path.exists(place[0])


def test_an_address_in_use_is_one_line_and_1():
    with listener() as (_, port):
        status, out, err = done("proxy", port, "1")
    assert (status, out) == (1, b"")
    assert err.decode() == f"pynet: listen EADDRINUSE: address already in use 127.0.0.1:{port}\n"


# --- the block list ---


def test_blocked_clients_are_refused(running, tmp_path):
    rules = tmp_path / "rules"
    rules.write_text("127.0.0.1  # this one\n10.0.0.0/8\n")
    with listener() as (server, port):
        process = running("proxy", "--log", "--block-list", rules, "0", port)
        place = place_of(process.stdout)
        with plain_socket(place) as client:
            try:
                assert client.recv(1) == b""
            except ConnectionResetError:
                pass
        assert process.stderr.readline() == b"127.0.0.1 is blocked\n"
        with socket.create_connection(("127.0.0.1", int(place[1])), source_address=("127.0.0.2", 0)):
            server.accept()[0].close()


@pytest.mark.parametrize("text", [None, "not an address\n"])
def test_a_bad_block_list_is_one_line_and_2(tmp_path, text):
    rules = tmp_path / "rules"
    if text is not None:
        rules.write_text(text)
    status, out, err = finished(cli("proxy", "--block-list", rules, "0", "1"))
    assert (status, out, err.count(b"\n")) == (2, b"", 1)
    assert err.startswith(f"pynet: {rules}: ".encode())
