"""Peers that have closed before TLS has said everything."""

from __future__ import annotations

import socket

import pynet
from helpers import Recorder, nothing_dispatched
from pipe_names import raw_socket
from tls_peers import Client


def gone_client(server, context):
    """A connection whose client has sent its last flight of the handshake and a line, and has closed."""
    address = server.address()
    if isinstance(address, str):
        sock = raw_socket(address)
        sock.connect(address)
    else:
        sock = socket.create_connection(address[:2])
    sock.settimeout(10)
    with sock:
        client = Client(sock, context)
        client.shake_hands(finish=False)
        with nothing_dispatched():
            client.secure.write(b"bye")
            client.send()
            sock.close()


def listening(where, context, on_connection, **options):
    server = pynet.create_server({"ssl": context, **options}, on_connection)
    return server.listen(*where)


def test_what_it_has_sent_arrives(where, server_context, client_context):
    """The tickets of the server cannot be sent any more: over a unix socket that is EPIPE at once."""
    recorders = []
    with listening(
        where, server_context, lambda sock: recorders.append(Recorder(sock, "data", "end", "error", "close"))
    ) as server:
        events = Recorder(server, "connection", "tlsClientError")
        gone_client(server, client_context)
        events.wait("connection")
        recorders[0].wait("close")
    assert events.names == ["connection"]
    assert recorders[0].data() == b"bye"


def test_a_write_to_it_fails(where, server_context, client_context):
    """It must not wait behind what could not be sent."""
    recorders, answers = [], []

    def on_connection(sock):
        recorders.append(Recorder(sock, "data", "error", "close"))
        sock.on("end", lambda: sock.write(b"x" * 3_000_000, answers.append))

    with listening(where, server_context, on_connection, allow_half_open=True) as server:
        events = Recorder(server, "connection", "tlsClientError")
        gone_client(server, client_context)
        events.wait("connection")
        recorders[0].wait("close")
    assert recorders[0]["error"].code in ("EPIPE", "ECONNRESET")
    assert [each.code for each in answers] == [recorders[0]["error"].code]
