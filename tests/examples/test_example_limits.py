"""examples/limits.py: who is served, who is refused, who is blocked."""

import contextlib
import socket

import pytest

from peers import read_exactly

ONE, OTHER = "127.0.0.1", "127.0.0.2"


def is_served(sock: socket.socket) -> bool:
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        sock.sendall(b"x")
        return sock.recv(1) == b"x"
    return False


@pytest.fixture
def limited(example, dial, monkeypatch):
    """limited(**constants): connect(source), to a server with these limits; connect.blocked is its list."""
    servers = []

    def make(**constants):
        import pynet

        module = example("limits")
        for name, value in constants.items():
            monkeypatch.setattr(module, name, value)
        blocked = pynet.BlockList()
        server = module.echo_with_limits(0, blocked)
        servers.append(server)

        def connect(source=ONE):
            return dial(server.port, source)

        connect.blocked = blocked
        return connect

    yield make
    for server in servers:
        server.shutdown(0)


def test_each_address_has_so_many_connections(limited):
    connect = limited(MOST_FOR_EACH=3, RATE=(10, 1e6))
    assert [is_served(connect()) for _ in range(4)] == [True, True, True, False]
    assert is_served(connect(OTHER))


def test_a_connection_that_closes_makes_room(limited):
    connect = limited(MOST_FOR_EACH=1, RATE=(10, 1e6))
    first = connect()
    assert is_served(first)
    first.shutdown(socket.SHUT_WR)
    assert first.recv(1) == b""
    first.close()
    assert is_served(connect())


def test_new_connections_are_rationed(limited):
    connect = limited(RATE=(10, 1e6))
    for _ in range(10):
        with connect() as sock:
            assert is_served(sock)
            sock.shutdown(socket.SHUT_WR)
            assert sock.recv(1) == b""
    assert not is_served(connect())
    assert is_served(connect(OTHER))


def test_who_is_refused_too_often_is_blocked(limited, capsys):
    connect = limited(MOST_FOR_EACH=1, RATE=(10, 1e6), STRIKES=3)
    kept = connect(OTHER)
    assert is_served(kept)
    assert [is_served(connect(OTHER)) for _ in range(4)] == [False] * 4
    assert OTHER in connect.blocked
    assert capsys.readouterr().out == f"blocked: {OTHER}\n"
    assert is_served(kept)  # a rule concerns new connections
    assert is_served(connect())


@pytest.fixture
def strikes(example, monkeypatch):
    import pynet

    module = example("limits")
    monkeypatch.setattr(module, "MOST_STRIKES", 2)
    return module.Strikes(pynet.BlockList())


def refused(address, reason="accept_rate"):
    return {"remoteAddress": address, "reason": reason}


def test_the_table_of_those_that_were_refused_is_bounded(strikes):
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3"):
        strikes.on_drop(refused(address))
    assert strikes.count == {"192.0.2.3": 1}


def test_a_full_server_is_not_the_fault_of_an_address(strikes):
    strikes.on_drop(refused("192.0.2.1", "max_connections"))
    assert strikes.count == {}


def test_as_a_program_with_a_list(program, dial, tmp_path):
    rules = tmp_path / "blocked.txt"
    rules.write_text(f"{OTHER}  # not today\n2001:db8::/32\n")
    started = program("limits.py", 0, rules)
    assert started.line() == "rules: 2"
    port = started.port
    assert not is_served(dial(port, OTHER))
    sock = dial(port)
    sock.sendall(b"hello")
    assert read_exactly(sock, 5) == b"hello"
    sock.shutdown(socket.SHUT_WR)
    assert sock.recv(1) == b""
