"""Server option proxy_protocol: connections that begin with a header of the PROXY protocol."""

from __future__ import annotations

import socket
import struct

import pytest

import pynet
from helpers import Recorder, live_handles, on_loop, raw_client, two_turns, wait_until
from proxies import CLIENT, CLIENT6, LOCAL, SERVER, SERVER6, V1, V1_6, V2, V2_6, V2_LOCAL, packed, summed, tlv, v2

HEADERS = {"v1": V1, "v2": V2, "v1-ipv6": V1_6, "v2-ipv6": V2_6, "v2-crc32c": summed(tlvs=tlv(5, b"id"))}
TRUSTED = ["127.0.0.0/8"]


@pytest.fixture(params=HEADERS)
def header(request):
    return HEADERS[request.param]


@pytest.fixture
def proxied(server):
    """proxied(**options): a server, a Recorder of it, and a function that connects and sends."""

    def make(**options):
        srv = server(None, **{"proxy_protocol": TRUSTED, **options})
        log = Recorder(srv, "connection", "drop", "proxyError", "error")
        return srv, log, lambda data: send(srv, data)

    clients = []

    def send(srv, data):
        clients.append(raw_client(srv))
        if data:  # nothing is sent to one that may have been dropped already
            clients[-1].sendall(data)
        return clients[-1]

    yield make
    for client in clients:
        client.close()


def accepted(log, times=1):
    """The socket of the last connection."""
    return log.wait("connection", times).args("connection")[-1][0]


def ends(header):
    return (CLIENT6, SERVER6) if header in (V1_6, V2_6) else (CLIENT, SERVER)


# --- what the socket shows ---


def test_the_remote_end_is_the_client(proxied, header):
    _, log, send = proxied()
    send(header)
    sock = accepted(log)
    client = ends(header)[0]
    assert (sock.remote_address, sock.remote_port) == client
    assert sock.remote_family == ("IPv6" if ":" in client[0] else "IPv4")
    assert sock.remote[:2] == client


def test_the_local_end_is_the_one_that_the_client_connected_to(proxied, header):
    _, log, send = proxied()
    send(header)
    sock = accepted(log)
    own = ends(header)[1]
    assert (sock.local_address, sock.local_port) == own
    assert sock.address()[:2] == sock.local[:2] == own


def test_both_stay_known_when_it_has_closed(proxied, header):
    _, log, send = proxied()
    send(header)
    sock = accepted(log)
    closed = Recorder(sock, "close")
    on_loop(sock.destroy)
    closed.wait("close")
    assert (sock.remote[:2], sock.local[:2]) == ends(header)
    assert sock.proxy.version in (1, 2)


def test_repr_shows_the_client(proxied):
    _, log, send = proxied()
    send(V1)
    assert "198.51.100.2:443 -> 192.0.2.1:56324" in repr(accepted(log))


def test_an_error_names_the_client(proxied, kind):
    _, log, send = proxied()
    client = send(V1)
    sock = accepted(log)
    errors = Recorder(sock, "error")
    sock.on("data", lambda data: None)
    if kind == "unix":
        return  # it is never reset
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    errors.wait("error")
    assert "192.0.2.1:56324" in peer_of(sock)


def peer_of(sock):
    return f"{sock.remote_address}:{sock.remote_port}"


@pytest.mark.posix_only("an accepted pipe has no name", only="unix")
@pytest.mark.parametrize("data", [V2_LOCAL, b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN x\r\n", v2(family=0, rest=b"")])
def test_a_header_without_addresses_leaves_the_real_ones(proxied, kind, data):
    _, log, send = proxied()
    client = send(data)
    sock = accepted(log)
    if kind == "tcp":
        assert sock.remote[:2] == client.getsockname()
        assert sock.local[:2] == client.getpeername()
    else:
        assert (sock.remote, sock.local) == (None, client.getpeername())
    assert sock.proxy.command == ("LOCAL" if data == V2_LOCAL else "PROXY")
    assert sock.proxy.source is None


def test_a_local_command_may_say_anything(proxied):
    """A receiver must accept it, and ignore its addresses."""
    _, log, send = proxied()
    send(v2(LOCAL, 0x77, b"abc"))
    sock = accepted(log)
    assert sock.proxy.command == "LOCAL"
    assert dict(sock.proxy.tlvs) == {}


def test_unix_addresses_are_in_the_info_only(proxied, kind):
    _, log, send = proxied()
    client = send(v2(family=0x31, rest=b"/run/a".ljust(108, b"\0") + b"/run/b".ljust(108, b"\0")))
    sock = accepted(log)
    assert (sock.proxy.source, sock.proxy.destination) == ("/run/a", "/run/b")
    if kind == "tcp":
        assert sock.remote[:2] == client.getsockname()
    else:
        assert sock.remote is None


def test_without_the_option_there_is_no_info(pair):
    p = pair()
    assert p.peer.proxy is None
    assert p.client.proxy is None
    assert pynet.Socket().proxy is None


# --- sock.proxy ---


def test_the_info_has_the_real_ends(proxied, kind):
    _, log, send = proxied()
    client = send(V2)
    info = accepted(log).proxy
    if kind == "tcp":
        assert (info.peer[:2], info.local[:2]) == (client.getsockname(), client.getpeername())
    else:
        assert (info.peer, info.local) == (None, None)
    assert (info.version, info.command) == (2, "PROXY")
    assert (info.source[:2], info.destination[:2]) == (CLIENT, SERVER)


def test_the_info_has_the_tlvs(proxied):
    tlvs = tlv(1, b"h2") + tlv(2, b"ex\xc3\xa4mple.com") + tlv(4, b"xx") + tlv(5, b"\0id") + tlv(0xEA, b"\1vpce-08")
    _, log, send = proxied()
    send(v2(tlvs=tlvs))
    info = accepted(log).proxy
    assert (info.alpn, info.authority, info.unique_id) == (b"h2", "exämple.com", b"\0id")
    assert dict(info.tlvs) == {1: b"h2", 2: b"ex\xc3\xa4mple.com", 4: b"xx", 5: b"\0id", 0xEA: b"\1vpce-08"}
    assert info.ssl is None


def test_the_info_cannot_be_changed(proxied):
    _, log, send = proxied()
    send(v2(tlvs=tlv(5, b"id")))
    sock = accepted(log)
    assert sock.proxy is sock.proxy
    with pytest.raises(TypeError):
        sock.proxy.tlvs[5] = b"x"
    with pytest.raises(AttributeError):
        sock.proxy = None


@pytest.mark.parametrize(
    ("client", "verify", "cert", "verified"),
    [(0x01, 0, False, False), (0x03, 0, True, True), (0x05, 0, True, True), (0x07, 1, True, False)],
)
def test_the_info_about_tls(proxied, client, verify, cert, verified):
    parts = tlv(0x21, b"TLSv1.3") + tlv(0x22, b"me") + tlv(0x23, b"AES") + tlv(0x24, b"SHA256") + tlv(0x25, b"RSA")
    _, log, send = proxied()
    send(v2(tlvs=tlv(0x20, struct.pack(">BI", client, verify) + parts)))
    assert accepted(log).proxy.ssl == ("TLSv1.3", "me", "AES", "SHA256", "RSA", cert, verified)


def test_a_client_without_tls(proxied):
    _, log, send = proxied()
    send(v2(tlvs=tlv(0x20, bytes(5))))
    assert accepted(log).proxy.ssl is None


# --- the bytes behind the header ---


def test_what_follows_the_header_is_data(proxied, header):
    _, log, send = proxied()
    client = send(header + b"hello")
    sock = accepted(log)
    data = Recorder(sock, "data")
    data.wait("data")
    assert data.data() == b"hello"
    client.sendall(b" again")
    data.wait_for(lambda: data.data() == b"hello again")
    assert sock.bytes_read == 11


@pytest.mark.parametrize("step", [1, 5, 17])
def test_a_header_in_pieces(proxied, header, step):
    srv, log, send = proxied()
    data = header + b"hello"
    client = send(data[:step])
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1) if client.family == socket.AF_INET else None
    for at in range(step, len(data), step):
        two_turns()
        client.sendall(data[at : at + step])
    sock = accepted(log)
    received = Recorder(sock, "data")
    received.wait_for(lambda: received.data() == b"hello")
    assert sock.remote[:2] == ends(header)[0]


def test_the_longest_header(proxied):
    data = v2(tlvs=tlv(0xE0, b"x" * (4096 - 12 - 3)))
    _, log, send = proxied()
    client = send(data[:3000])
    two_turns()
    client.sendall(data[3000:] + b"hello")
    sock = accepted(log)
    received = Recorder(sock, "data").wait("data")
    assert received.data() == b"hello"
    assert sock.proxy.tlvs[0xE0] == b"x" * 4081


def test_a_second_header_is_data(proxied):
    _, log, send = proxied()
    send(V1 + V1)
    received = Recorder(accepted(log), "data").wait("data")
    assert received.data() == V1


def test_the_connection_is_emitted_after_the_header_only(proxied):
    srv, log, send = proxied()
    client = send(V2[:20])
    two_turns()
    assert log.names == []
    assert srv.connections == []
    client.sendall(V2[20:])
    accepted(log)


def test_connections_that_wait_do_not_keep_others_waiting(proxied):
    _, log, send = proxied()
    first = send(V2[:20])
    two_turns()
    send(V1)
    accepted(log)
    first.sendall(V2[20:])
    accepted(log, 2)


def test_many_connections_wait(proxied):
    srv, log, send = proxied()
    many = [send(V1[:5]) for _ in range(40)]
    two_turns()
    for client in reversed(many):
        client.sendall(V1[5:])
    log.wait("connection", 40)
    assert len(srv.connections) == 40


# --- who must send one ---


def test_an_untrusted_peer_is_refused(server, kind):
    srv = server(None, proxy_protocol=["192.0.2.0/24"])
    log = Recorder(srv, "connection", "proxyError")
    if kind == "unix":
        with raw_client(srv) as client:  # everybody on a unix socket must send a header
            client.sendall(V1)
            accepted(log)
        return
    with socket.socket() as client:
        client.settimeout(5)
        client.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionResetError):  # perhaps by connect() already
            client.connect(srv.address()[:2])
            client.recv(1)
        error, info = log.wait("proxyError").args("proxyError")[0]
        assert error.code == "ERR_PROXY_UNTRUSTED"
        assert (info.peer.address, info.data) == ("127.0.0.1", b"")


def test_an_untrusted_peer_is_served_directly(server, kind):
    srv = server(None, proxy_protocol=["192.0.2.0/24"], proxy_untrusted="direct")
    if kind == "unix":
        return
    log = Recorder(srv, "connection", "proxyError")
    with raw_client(srv) as client:
        client.sendall(V1)
        sock = accepted(log)
        assert sock.remote[:2] == client.getsockname()
        assert sock.proxy is None
        assert Recorder(sock, "data").wait("data").data() == V1


def test_the_list_may_change_while_it_listens(server, kind):
    trusted = pynet.BlockList()
    srv = server(None, proxy_protocol=trusted, proxy_untrusted="direct")
    if kind == "unix":
        return
    log = Recorder(srv, "connection")
    trusted.add("127.0.0.1")
    assert srv.proxy_protocol is trusted
    with raw_client(srv) as client:
        client.sendall(V1)
        assert accepted(log).remote_address == "192.0.2.1"


def test_true_trusts_everybody_and_warns_on_tcp(kind, where):
    srv = pynet.create_server(proxy_protocol=True)
    log = Recorder(srv, "connection")
    if kind == "tcp":
        with pytest.warns(RuntimeWarning, match="every client can claim any address"):
            srv.listen(*where)
    else:
        srv.listen(*where)
    with raw_client(srv) as client:
        client.sendall(V1)
        assert accepted(log).remote_address == "192.0.2.1"
    assert srv.proxy_protocol is True
    srv.close()


# --- what acts on the client ---


def test_the_block_list_is_asked_about_the_client(proxied):
    blocked = pynet.BlockList(["192.0.2.1"])
    srv, log, send = proxied(block_list=blocked)
    client = send(V1)
    assert client.recv(1) == b""
    assert log.names == []
    assert srv.proxy_errors == 0


def test_the_block_list_is_not_asked_about_the_proxy(proxied):
    _, log, send = proxied(block_list=pynet.BlockList(["127.0.0.1"]))
    send(V1)
    accepted(log)
    send(V2_LOCAL)
    accepted(log, 2)


def test_drop_is_told_of_the_client(proxied):
    srv, log, send = proxied()
    srv.max_connections = 1
    send(V1)
    accepted(log)
    send(v2(rest=packed(("192.0.2.7", 7), SERVER)))
    log.wait("drop")
    assert log["drop"] == {
        "localAddress": "198.51.100.2",
        "localPort": 443,
        "localFamily": "IPv4",
        "remoteAddress": "192.0.2.7",
        "remotePort": 7,
        "remoteFamily": "IPv4",
        "reason": "max_connections",
    }


def test_limits_for_each_address_count_the_client(proxied):
    _, log, send = proxied(max_connections_per_address=1)
    send(V1)
    accepted(log)
    send(v2(rest=packed(("192.0.2.7", 7), SERVER)))
    log.wait("connection", times=2)
    send(V1)
    log.wait("drop")
    assert log["drop"]["remoteAddress"] == "192.0.2.1"
    assert log["drop"]["reason"] == "max_connections_per_address"


def test_connections_that_wait_count_for_max_connections(proxied, kind):
    srv, log, send = proxied()
    srv.max_connections = 1
    first = send(b"")
    two_turns()
    second = send(V1)
    log.wait("drop")
    assert second.recv(1) == b""
    assert log["drop"]["remoteAddress"] == "192.0.2.1"
    first.sendall(V1)
    accepted(log)


def test_those_over_max_connections_do_not_wait_without_limit(proxied, kind):
    srv, log, send = proxied()
    srv.max_connections = 1
    clients = [send(b"") for _ in range(18)]
    log.wait("drop")
    if kind == "tcp":
        assert log["drop"]["remotePort"] == clients[-1].getsockname()[1]
    else:
        assert log["drop"] is None


def test_one_that_came_when_the_server_was_full_may_get_in(proxied):
    srv, log, send = proxied()
    srv.max_connections = 1
    first = send(V1)
    accepted(log)
    second = send(V1[:9])
    two_turns()
    closed = Recorder(accepted(log), "close")
    first.close()
    accepted(log).resume()
    closed.wait("close")
    second.sendall(V1[9:])
    accepted(log, 2)
    assert "drop" not in log.names


def test_when_one_that_waits_has_gone_there_is_place_again(proxied):
    srv, log, send = proxied()
    srv.max_connections = 1
    send(b"").close()
    log.wait("proxyError")
    send(V1)
    accepted(log)


def test_options_of_the_server_apply(proxied):
    _, log, send = proxied(pause_on_connect=True, high_water_mark=100, allow_half_open=True)
    client = send(V1[:9])
    two_turns()
    client.sendall(V1[9:] + b"hello")
    sock = accepted(log)
    assert (sock.is_paused(), sock.readable_high_water_mark, sock.allow_half_open) == (True, 100, True)
    received = Recorder(sock, "data")
    two_turns()
    assert received.names == []
    sock.resume()
    received.wait("data")
    sock.destroy()


def test_a_factory_makes_the_socket(proxied):
    class Mine(pynet.Socket):
        pass

    _, log, send = proxied(socket_factory=Mine)
    client = send(V1[:9])
    two_turns()
    client.sendall(V1[9:])
    sock = accepted(log)
    assert type(sock) is Mine
    assert sock.remote_address == "192.0.2.1"


def test_a_factory_that_raises_loses_one_connection(proxied, uncaught_errors):
    def factory(**options):
        raise ZeroDivisionError

    srv, _, send = proxied(socket_factory=factory)
    client = send(V1[:9])
    two_turns()
    client.sendall(V1[9:])
    assert client.recv(1) == b""
    assert [type(e) for e in uncaught_errors] == [ZeroDivisionError]
    assert srv.connections == []


def test_loops_over_the_server(bare):
    srv = bare(proxy_protocol=TRUSTED)
    with raw_client(srv) as client:
        client.sendall(V1)
        with srv.accept(timeout=5) as sock:
            assert sock.remote_address == "192.0.2.1"


def test_an_accepted_socket_may_connect_again(proxied):
    _, log, send = proxied()
    send(V1)
    sock = accepted(log)
    closed = Recorder(sock, "close", "connect")
    on_loop(sock.destroy)
    closed.wait("close")
    other = pynet.create_server().listen(0, "127.0.0.1")
    sock.connect(other.address())
    closed.wait("connect")
    assert sock.proxy is None
    assert sock.remote_address == "127.0.0.1"
    sock.destroy()
    other.shutdown(0)


# --- closing ---


def test_close_resets_those_that_wait(proxied, kind):
    srv, log, send = proxied()
    client = send(V1[:9])
    two_turns()
    closed = Recorder(srv, "close")
    srv.close()
    closed.wait("close")
    if kind == "tcp":
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    else:
        assert client.recv(1) == b""
    assert log.names == []


def test_a_listener_may_close_the_server(proxied):
    srv, log, send = proxied()
    srv.prepend_listener("connection", lambda sock: srv.close())
    first = send(V1[:9])
    send(V1[:9])
    two_turns()
    closed = Recorder(srv, "close")
    first.sendall(V1[9:])
    accepted(log)
    first.close()
    closed.wait("close")


def test_init_again_without_the_option_resets_those_that_wait(proxied):
    srv, _, send = proxied()
    before = live_handles()["streams"]
    client = send(V1[:9])
    assert wait_until(lambda: live_handles()["streams"] > before)  # two turns may be too few at a pipe
    on_loop(srv.__init__)
    assert srv.proxy_protocol is False
    client.settimeout(5)
    try:
        assert client.recv(1) == b""
    except ConnectionResetError:
        pass
    assert wait_until(lambda: srv.proxy_errors == 0)
