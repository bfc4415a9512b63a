"""Where addresses are taken: SocketAddress and objects of ipaddress in connect() and listen()."""

from __future__ import annotations

import ipaddress

import pytest

import pynet
from pynet import SocketAddress

HERE = ipaddress.ip_address("127.0.0.1")


@pytest.fixture
def listening():
    server = pynet.create_server(lambda sock: sock.end(b"hello"))
    server.listen(SocketAddress("127.0.0.1"))
    assert server.address().address == "127.0.0.1"
    yield server
    server.close()


@pytest.mark.parametrize(
    "forms",
    [
        lambda port: (SocketAddress("127.0.0.1", port),),
        lambda port: ((HERE, port),),
        lambda port: (port, HERE),
        lambda port: (port, ipaddress.ip_interface("127.0.0.1/8")),
        lambda port: ({"port": port, "host": HERE},),
    ],
)
@pytest.mark.parametrize("how", ["connect", "create_connection", "method"])
def test_connect(listening, record, forms, how):
    function = pynet.Socket().connect if how == "method" else getattr(pynet, how)
    sock = function(*forms(listening.address().port), lambda: None)
    seen = record(sock, "data", "close").wait("close")
    assert seen.data() == b"hello"
    assert sock.remote_address == "127.0.0.1"


def test_connect_by_keyword(listening, record):
    sock = pynet.connect(port=listening.address().port, host=HERE)
    assert record(sock, "data", "close").wait("close").data() == b"hello"


@pytest.mark.parametrize(
    "forms", [(SocketAddress("127.0.0.1"),), (SocketAddress("127.0.0.1"), 16), ((HERE, 0),), (0, HERE), (0, HERE, 16)]
)
def test_listen(record, forms):
    server = pynet.create_server()
    seen = record(server, "listening")
    server.listen(*forms, seen.note("callback"))
    seen.wait("callback")
    assert server.address().address == "127.0.0.1"
    server.close()


def test_listen_by_option(record):
    server = pynet.create_server()
    server.listen(port=0, host=HERE)
    record(server, "listening").wait("listening")
    assert server.address().address == "127.0.0.1"
    server.close()


@pytest.mark.parametrize("first", [HERE, ipaddress.ip_address("::1")], ids=str)
def test_wrong_way_round(first):
    server = pynet.create_server()
    for call in (lambda: pynet.connect(first, 80), lambda: server.listen(first, 80)):
        with pytest.raises(TypeError, match="The port comes first") as caught:
            call()
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"


@pytest.mark.parametrize("host", [5, b"127.0.0.1", ipaddress.ip_network("127.0.0.0/8")], ids=repr)
def test_other_hosts_are_refused(host):
    for call in (lambda: pynet.connect(1, host), lambda: pynet.connect({"port": 1, "host": host})):
        with pytest.raises(TypeError) as caught:
            call()
        assert caught.value.code == "ERR_INVALID_ARG_TYPE"
    with pytest.raises(TypeError):
        pynet.connect((host, 1))
