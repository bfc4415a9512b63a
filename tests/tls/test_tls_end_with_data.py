"""end() while records of the peer wait to be decrypted: close_notify is sent, and what the peer has sent counts."""

from __future__ import annotations

import contextlib
import ssl

import pytest

import pynet
from tls_threads import thread_server


def memory_server(context, together):
    """A server of MemoryBIO that sends its last flight of the handshake and `together` in one packet. It ends after the
    client."""
    received = []

    def serve(sock):
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        obj = context.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                obj.do_handshake()
                break
            except ssl.SSLWantReadError:
                sock.sendall(outgoing.read())
                incoming.write(sock.recv(65536))
        for chunk in together:
            obj.write(chunk)
        sock.sendall(outgoing.read())
        while True:
            try:
                if not (data := obj.read(65536)):
                    break
                received.append(data)
            except ssl.SSLZeroReturnError:
                break
            except ssl.SSLWantReadError:
                piece = sock.recv(65536)
                assert piece, "no close_notify"
                incoming.write(piece)
        with contextlib.suppress(ssl.SSLError):
            obj.unwrap()
        sock.sendall(outgoing.read())

    return thread_server(None, serve), received


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("moment", ["secureConnect", "data", "at once"])
def test_end_with_records_of_the_peer(server_context, client_context, record, version, moment):
    client_context.minimum_version = client_context.maximum_version = ssl.TLSVersion[version]
    serving, received = memory_server(server_context, [b"a" * 16000, b"b" * 16000, b"c" * 100])
    with serving as peer:
        with pynet.turn():
            c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context, allow_half_open=True)
            log = record(c, "data", "end", "error", "close")
            if moment == "at once":
                c.end(b"question")
            else:
                c.once(moment, lambda *args: c.end(b"question"))
        log.wait("close")
    assert peer.errors == []
    assert log.data() == b"a" * 16000 + b"b" * 16000 + b"c" * 100
    assert received == [b"question"]
    assert "error" not in log.names
    assert log.names[-2:] == ["end", "close"]


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_end_while_paused_with_data_on_the_way(server_context, client_context, record, version):
    """The client reads only after it has ended."""
    client_context.minimum_version = client_context.maximum_version = ssl.TLSVersion[version]
    big = [bytes([65 + i % 26]) * 16000 for i in range(60)]
    serving, received = memory_server(server_context, big)
    with serving as peer:
        with pynet.turn():
            c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context, allow_half_open=True)
            c.pause()
            log = record(c, "data", "end", "error", "close", "secureConnect", "finish")
        log.wait("secureConnect")
        c.end(b"question")
        log.wait("finish")
        c.resume()
        log.wait("close")
    assert peer.errors == []
    assert log.data() == b"".join(big)
    assert received == [b"question"]
    assert "error" not in log.names
