"""Listeners that are added when the handshake is over, from outside of the loop: as of `connect`, nothing is missed."""

import pynet
from helpers import Recorder


def test_it_comes_behind_connect_and_ready(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))
    with pynet.connect(server.address(), ssl=client_context, server_hostname="localhost") as sock:
        sock.write(b"x")
        assert sock.read_exactly(1, timeout=10) == b"x"  # the handshake is over
        events = Recorder(sock)
        with pynet.turn():
            for name in ("secureConnect", "ready", "connect"):
                sock.on(name, events.note(name))
        events.wait("secureConnect")
    assert events.names == ["connect", "ready", "secureConnect"]


def test_one_that_was_heard_is_not_missed(secure_pair):
    """The listener of connect() has had it."""
    client = secure_pair().client
    events = Recorder(client, "connect", "secureConnect")
    events.wait("connect")
    assert events.names == ["connect"]


def test_after_start_tls(pair, server_context, client_context):
    p = pair()
    p.peer.start_tls(server_context, server_side=True)
    p.client.start_tls(client_context, server_hostname="localhost").result(10)
    Recorder(p.client, "secureConnect").wait("secureConnect")
    Recorder(p.peer, "secureConnect").wait("secureConnect")
