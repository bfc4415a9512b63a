"""The option proxy_header of connect(): a header of the PROXY protocol that leaves before anything else."""

from __future__ import annotations

import socket
import sys

import pytest

import pynet
from helpers import Recorder, on_loop, target
from proxies import CLIENT, CLIENT6, SERVER, SERVER6, V1, V1_6, V2, V2_6, V2_LOCAL, summed, tlv, v2


@pytest.fixture
def raw(where, kind):
    """A listening socket of Python's own."""
    if kind == "tcp":
        listener = socket.create_server(("127.0.0.1", 0))
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(where[0])
        listener.listen()
    listener.settimeout(5)
    with listener:
        yield listener


def address_of(listener):
    name = listener.getsockname()
    return {"path": name} if isinstance(name, str) else {"port": name[1], "host": name[0]}


def received(listener, count):
    """The first bytes of the next connection."""
    peer, _ = listener.accept()
    peer.settimeout(5)
    data = b""
    with peer:
        while len(data) < count:
            data += peer.recv(count - len(data))
    return data


@pytest.mark.parametrize(
    ("header", "want"),
    [
        (pynet.ProxyHeader((CLIENT, SERVER), 1), V1),
        (pynet.ProxyHeader((CLIENT, SERVER)), V2),
        (pynet.ProxyHeader((CLIENT6, SERVER6), 1), V1_6),
        (pynet.ProxyHeader((CLIENT6, SERVER6)), V2_6),
        (pynet.ProxyHeader((pynet.SocketAddress(*CLIENT), SERVER)), V2),
        (pynet.ProxyHeader("LOCAL"), V2_LOCAL),
        (pynet.ProxyHeader("LOCAL", 1), b"PROXY UNKNOWN\r\n"),
        (
            pynet.ProxyHeader((CLIENT, SERVER), tlvs={2: "example.com", 0xE0: b"\0"}),
            v2(tlvs=tlv(2, b"example.com") + tlv(0xE0, b"\0")),
        ),
        (pynet.ProxyHeader((CLIENT, SERVER), tlvs={5: b"id"}, checksum=True), summed(tlvs=tlv(5, b"id"))),
        (pynet.ProxyHeader(("/a", b"/b")), v2(family=0x31, rest=b"/a".ljust(108, b"\0") + b"/b".ljust(108, b"\0"))),
        (pynet.ProxyHeader(("/a", "/b"), 1), b"PROXY UNKNOWN\r\n"),
        ("LOCAL", V2_LOCAL),
    ],
    ids=str,
)
def test_the_header_is_the_first_that_comes(raw, header, want):
    client = pynet.connect({**address_of(raw), "proxy_header": header})
    client.write(b"hello")
    assert received(raw, len(want) + 5) == want + b"hello"
    client.destroy()
    if isinstance(header, pynet.ProxyHeader):
        assert bytes(header) == want


def test_the_header_comes_without_data(raw):
    client = pynet.connect({**address_of(raw), "proxy_header": "LOCAL"})
    assert received(raw, 16) == V2_LOCAL
    client.destroy()


def test_what_the_listener_of_connect_writes_comes_behind_it(raw):
    with pynet.turn():
        client = pynet.connect({**address_of(raw), "proxy_header": "LOCAL"}, lambda: client.write(b"hello"))
    assert received(raw, 21) == V2_LOCAL + b"hello"
    client.destroy()


@pytest.mark.skipif(sys.platform != "linux", reason="counts the system calls that Linux takes")
def test_both_leave_in_one_write(raw):
    before = pynet._pynet._counts()["sends"]
    with pynet.turn():  # else it may be connected before write()
        client = pynet.connect({**address_of(raw), "proxy_header": "LOCAL"})
        client.write(b"hello")
    assert received(raw, 21) == V2_LOCAL + b"hello"
    assert on_loop(lambda: pynet._pynet._counts()["sends"]) - before == 1
    client.destroy()


def test_socket_connect_has_the_option(raw):
    client = pynet.Socket()
    client.connect({**address_of(raw), "proxy_header": pynet.ProxyHeader((CLIENT, SERVER))})
    assert received(raw, len(V2)) == V2
    client.destroy()


def test_a_proxy_passes_its_client_on(server):
    """client - proxy - server: the server sees the client."""
    back = server(None, proxy_protocol=["127.0.0.1"])
    log = Recorder(back, "connection")

    def forward(sock):
        upstream = pynet.connect({**target(back), "proxy_header": sock})
        pynet.pipeline(sock, upstream, sock, lambda err: None)

    front = pynet.create_server(forward).listen(0, "127.0.0.1")
    with socket.create_connection(front.address()[:2]) as client:
        client.sendall(b"hello")
        sock = log.wait("connection")["connection"]
        assert sock.remote[:2] == client.getsockname()
        assert sock.local[:2] == client.getpeername()
        assert Recorder(sock, "data").wait("data").data() == b"hello"
    front.shutdown(0)


def test_a_chain_of_proxies_passes_the_first_client_on(server):
    back = server(None, proxy_protocol=["127.0.0.1"])
    log = Recorder(back, "connection")
    front = pynet.create_server(
        lambda sock: pynet.connect({**target(back), "proxy_header": sock}), proxy_protocol=["127.0.0.1"]
    ).listen(0, "127.0.0.1")
    client = pynet.connect({"port": front.port, "proxy_header": pynet.ProxyHeader((CLIENT6, SERVER6))})
    sock = log.wait("connection")["connection"]
    assert sock.remote[:2] == CLIENT6
    sock.destroy()
    client.destroy()
    front.shutdown(0)


def test_a_failed_connect_sends_nothing_later(raw, refused):
    client = pynet.Socket()
    log = Recorder(client, "error", "close", "connect")
    client.connect(*refused[::-1], proxy_header="LOCAL")
    log.wait("close")
    client.connect(address_of(raw))
    log.wait("connect")
    client.end(b"hello")
    assert received(raw, 5) == b"hello"


def test_a_lookup_that_raises_leaves_no_header(raw):
    def lookup(host, options, callback):
        raise ZeroDivisionError

    client = pynet.Socket()
    with pytest.raises(ZeroDivisionError):
        on_loop(lambda: client.connect(1, "name.invalid", lookup=lookup, proxy_header="LOCAL"))
    assert (client.bytes_written, client.writable_length) == (0, 0)
    client.connect(address_of(raw))
    client.write(b"hello")
    assert received(raw, 5) == b"hello"
    client.destroy()


def test_it_cannot_come_after_a_write(raw):
    client = pynet.Socket()
    client.cork()
    client.write(b"x")
    with pytest.raises(ValueError, match=r"options\.proxy_header.*after write"):
        client.connect({**address_of(raw), "proxy_header": "LOCAL"})
    client.destroy()


@pytest.mark.parametrize("value", [1, "x", b"PROXY", (CLIENT, SERVER)])
def test_a_bad_option(value):
    with pytest.raises(TypeError, match=r"options\.proxy_header") as caught:
        pynet.connect(1, proxy_header=value)
    assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize(
    ("args", "options", "kind", "name"),
    [
        ((1,), {}, TypeError, "source"),
        (("REMOTE",), {}, TypeError, "source"),
        ((CLIENT,), {}, TypeError, "source"),
        (((CLIENT, 1.5),), {}, TypeError, r"source\[1\]"),
        (((CLIENT, SERVER6),), {}, ValueError, "source"),
        (((CLIENT, "/path"),), {}, ValueError, "source"),
        (((CLIENT, None),), {}, ValueError, "source"),
        (((("host", 1), SERVER),), {}, ValueError, "host"),
        ((pynet.Socket(),), {}, ValueError, "source"),
        (("LOCAL", 3), {}, ValueError, "version"),
        (("LOCAL", True), {}, ValueError, "version"),
        (("LOCAL", 1), {"tlvs": {5: b""}}, ValueError, "version"),
        (("LOCAL", 1), {"checksum": True}, ValueError, "version"),
        (("LOCAL",), {"tlvs": {"5": b""}}, TypeError, "tlvs"),
        (("LOCAL",), {"tlvs": {5: 1}}, TypeError, "tlvs"),
        (("LOCAL",), {"tlvs": {3: b""}}, ValueError, "tlvs"),
        (("LOCAL",), {"tlvs": {256: b""}}, ValueError, "tlvs"),
        (("LOCAL",), {"tlvs": {5: bytes(4094)}}, ValueError, "tlvs"),
        (("LOCAL",), {"tlvs": {5: bytes(4000), 6: bytes(100)}}, ValueError, "4096"),
        ((("/" * 109, "/"),), {}, ValueError, "no such form"),
    ],
)
def test_a_bad_header(args, options, kind, name):
    with pytest.raises(kind, match=name) as caught:
        pynet.ProxyHeader(*args, **options)
    assert caught.value.code.startswith("ERR_")
