"""What else a Socket and a Server do over TLS: send_file(), flush(), signals, pipeline(), shutdown(), limits, run()."""

from __future__ import annotations

import asyncio
import threading

import pytest

import pynet
from helpers import printed, raw_client, run_coroutine, target, wait_until
from tls_threads import tls_client

BIG = bytes(range(256)) * 8000


def connect(server, context, **options):
    return pynet.connect(target(server), **{"ssl": context, "server_hostname": "localhost", **options})


def ended(sock):
    got, over = bytearray(), threading.Event()
    sock.on("data", got.extend)
    sock.on("end", over.set)
    return got, over


def test_send_file_is_encrypted(secure_server, client_context, tmp_path):
    """No sendfile(): that would send it in the clear."""
    path = tmp_path / "file"
    path.write_bytes(BIG)

    def on_connection(sock):
        file = path.open("rb")
        sock.send_file(file, 1000).add_done_callback(lambda future: (file.close(), sock.end()))

    server = secure_server(on_connection)
    c = connect(server, client_context)
    got, over = ended(c)
    assert over.wait(20)
    assert bytes(got) == BIG[1000:]
    assert c.bytes_read == len(BIG) - 1000
    c.destroy()


def test_send_file_before_the_handshake(secure_server, client_context, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(BIG)
    received = []
    server = secure_server(lambda sock: received.append(ended(sock)))
    with path.open("rb") as file:
        c = connect(server, client_context)
        assert c.send_file(file).result(20) == len(BIG)
    c.end()
    assert wait_until(lambda: received)
    assert received[0][1].wait(20)
    assert bytes(received[0][0]) == BIG
    c.destroy()


def test_flush(secure_pair):
    p = secure_pair()
    p.peer.pause()
    p.client.write(bytes(8_000_000))
    future = p.client.flush()
    assert not future.done()
    p.peer.resume()
    future.result(20)
    assert p.client.writable_length == 0


def test_flush_before_the_handshake(secure_server, client_context):
    server = secure_server(lambda sock: sock.resume())
    c = connect(server, client_context)
    c.write(b"early")
    c.flush().result(10)
    assert c.get_protocol() is not None
    c.destroy()


def test_pipeline_ends_with_the_file(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock), allow_half_open=True)
    source, sink = connect(server, client_context), connect(server, client_context)
    done = []
    pynet.pipeline(source, sink, done.append)
    source.write(b"x")
    sink.resume()
    assert wait_until(lambda: sink.bytes_read == 1)
    source.end()
    assert wait_until(lambda: done)
    assert done == [None]
    source.destroy()
    sink.destroy()


@pytest.mark.parametrize("moment", ["handshake", "established"])
def test_a_signal_destroys(secure_server, silent, client_context, record, moment):
    controller = pynet.AbortController()
    if moment == "handshake":
        where = {"port": silent[1], "host": silent[0]}
    else:
        where = target(secure_server())
    c = pynet.connect(where, ssl=client_context, server_hostname="localhost", signal=controller.signal)
    log = record(c, "ready", "secureConnect", "error", "close")
    log.wait("ready" if moment == "handshake" else "secureConnect")
    controller.abort()
    log.wait("close")
    assert log["error"].code == "ABORT_ERR"


def test_shutdown_closes_a_connection_in_its_handshake(secure_server, record):
    """Else a listener would get a socket that it can write nothing to."""
    server = secure_server()
    log = record(server, "secureConnection", "connection", "tlsClientError")
    with raw_client(server) as raw:
        assert wait_until(lambda: len(server.connections) == 1)
        server.shutdown(30).result(10)
        assert raw.recv(1) == b""
    assert log.names == []


def test_shutdown_that_drains_lets_a_handshake_go_on(secure_server, client_context):
    server = secure_server(lambda sock: sock.end(b"served"))
    with raw_client(server) as raw:
        assert wait_until(lambda: len(server.connections) == 1)
        future = server.shutdown(30, drain=True)
        with client_context.wrap_socket(raw, server_hostname="localhost") as c:
            assert c.recv(100) == b"served"
            c.unwrap()
        future.result(10)


def test_close_lets_a_handshake_go_on(secure_server, client_context, record):
    server = secure_server(lambda sock: sock.end(b"served"))
    closed = record(server, "close")
    with raw_client(server) as raw:
        assert wait_until(lambda: len(server.connections) == 1)
        server.close()
        with client_context.wrap_socket(raw, server_hostname="localhost") as c:
            assert c.recv(100) == b"served"
    closed.wait("close")


def test_max_connections_counts_handshakes(secure_server, client_context, record):
    server = secure_server(lambda sock: sock.pipe(sock))
    server.max_connections = 1
    log = record(server, "drop")
    with raw_client(server) as raw:
        assert wait_until(lambda: len(server.connections) == 1)
        with raw_client(server) as other:
            log.wait("drop")
            assert other.recv(1) == b""
        raw.close()
    assert wait_until(lambda: len(server.connections) == 0)
    with tls_client(server, client_context) as c:
        c.sendall(b"x")
        assert c.recv(1) == b"x"


def test_max_connections_per_address_counts_handshakes(secure_server, client_context, record):
    server = secure_server(lambda sock: sock.pipe(sock), max_connections_per_address=1)
    log = record(server, "drop")
    with raw_client(server):
        assert wait_until(lambda: len(server.connections) == 1)
        with raw_client(server) as other:
            log.wait("drop")
            assert other.recv(1) == b""
    assert wait_until(lambda: len(server.connections) == 0)
    with tls_client(server, client_context) as c:
        c.sendall(b"x")
        assert c.recv(1) == b"x"


def test_connect_timeout_does_not_count_the_handshake(silent, client_context, record):
    """It ends with the connection; the handshake has its own."""
    c = pynet.connect(
        silent[1],
        silent[0],
        ssl=client_context,
        server_hostname="localhost",
        connect_timeout=0.2,
        handshake_timeout=0.6,
    )
    log = record(c, "error", "close")
    log.wait("close")
    assert log["error"].code == "ERR_TLS_HANDSHAKE_TIMEOUT"


def test_a_name_with_several_addresses(secure_server, client_context):
    """Happy eyeballs: the attempt that wins speaks TLS, with the name that was asked for."""
    server = secure_server(lambda sock: sock.pipe(sock))

    def lookup(host, options, callback):
        callback(None, [{"address": "::1", "family": 6}, {"address": "127.0.0.1", "family": 4}])

    c = pynet.connect(server.port, "localhost", lookup=lookup, ssl=client_context)
    c.write(b"x")
    assert c.read_exactly(1, timeout=10) == b"x"
    assert c.servername == "localhost"
    assert c.authorized
    c.destroy()


def test_a_block_list_comes_before_the_handshake(secure_server, client_context, record):
    blocked = pynet.BlockList()
    blocked.add_address("127.0.0.1")
    server = secure_server(block_list=blocked)
    log = record(server, "tlsClientError", "connection")
    with raw_client(server) as raw:
        try:
            assert raw.recv(1) == b""
        except ConnectionResetError:
            pass
    assert log.names == []


def test_run_ends_when_the_connections_have(script, certificate, authority):
    """Nothing of TLS keeps run() going: no timer of a handshake, no tick."""
    done = script(
        """
        import ssl, sys, time
        import pynet
        cert, key, authority = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        trusting = ssl.create_default_context(cafile=authority)

        def main():
            server = pynet.create_server(lambda sock: sock.pipe(sock), ssl=context)
            server.listen(0, "127.0.0.1")
            c = pynet.connect(server.port, "127.0.0.1", ssl=trusting)
            c.on("secureConnect", lambda: print("secure"))
            c.on("data", lambda chunk: print(chunk))
            c.on("close", lambda had_error: server.close())
            c.end("hello")

        began = time.monotonic()
        pynet.run(main)
        print(time.monotonic() - began < 10)
        """,
        str(certificate.cert),
        str(certificate.key),
        str(authority.cert),
    )
    assert printed(done) == ["secure", "b'hello'", "True"]


def test_an_unref_connection_in_its_handshake_does_not_keep_run_going(script):
    done = script(
        """
        import socket, ssl
        import pynet
        listener = socket.create_server(("127.0.0.1", 0))

        def main():
            c = pynet.connect(listener.getsockname()[1], "127.0.0.1", ssl=ssl._create_unverified_context())
            c.on("connect", lambda: print("connected") or c.unref())

        pynet.run(main)
        """
    )
    assert printed(done) == ["connected"]


def test_accept_under_asyncio(client_context, server_context):
    async def main():
        async with await pynet.aio.listen(0, "127.0.0.1", ssl=server_context) as server:
            connecting = asyncio.create_task(pynet.aio.connect(server.port, "127.0.0.1", ssl=client_context))
            sock = await server.accept()
            c = await connecting
            c.write(b"hello\n")
            line = await sock.read_until(b"\n")
            sock.end(line.upper())
            answer = b"".join([chunk async for chunk in c])
            c.destroy()
            return answer

    assert run_coroutine(main()) == b"HELLO\n"


def test_two_servers_with_one_context(secure_server, server_context, client_context):
    first, second = secure_server(lambda sock: sock.end(b"1")), secure_server(lambda sock: sock.end(b"2"))
    for server, answer in ((first, b"1"), (second, b"2")):
        with tls_client(server, client_context) as c:
            assert c.recv(10) == answer


def test_the_peer_s_empty_records_are_no_data(secure_server, client_context, record):
    """write(b"") sends nothing, and its callback comes."""
    p = secure_server(lambda sock: sock.pipe(sock))
    c = connect(p, client_context)
    log = record(c, "data")
    c.write(b"", log.note("callback"))
    log.wait("callback")
    c.write(b"x")
    log.wait("data")
    assert log.names == ["callback", "data"]
    c.destroy()
