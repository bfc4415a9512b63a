"""TLS with programs that are not pynet: openssl s_client and s_server, Python's ssl in threads, asyncio's ssl."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

import pynet
from helpers import Recorder, run_coroutine, wait_until
from tls_threads import echo, thread_server, tls_client

BIG = bytes(range(256)) * 12_000  # 3 MB
OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
VERSIONS = [("-tls1_2", "TLSv1.2"), ("-tls1_3", "TLSv1.3")]


# --- openssl s_client ---


def s_client(server, authority, *words, **options):
    words = ("-connect", f"127.0.0.1:{server.port}", "-CAfile", str(authority.cert), "-verify_return_error", *words)
    return subprocess.run(
        [OPENSSL, "s_client", *words], capture_output=True, timeout=30, check=False, **{"input": b"", **options}
    )


@needs_openssl
@pytest.mark.parametrize(("word", "version"), VERSIONS)
def test_s_client(secure_server, authority, word, version):
    logs = []

    def on_connection(sock):
        logs.append(Recorder(sock, "data", "end", "error", "close"))
        sock.on("data", lambda chunk: sock.end(b"hello from pynet\n"))

    server = secure_server(on_connection)
    done = s_client(server, authority, word, "-servername", "localhost", "-ign_eof", input=b"hello from openssl\n")
    assert b"Verify return code: 0 (ok)" in done.stdout
    assert version.encode() in done.stdout
    assert b"hello from pynet" in done.stdout
    logs[0].wait("close")
    assert logs[0].data() == b"hello from openssl\n"
    assert "error" not in logs[0].names


@needs_openssl
def test_s_client_sends_much(secure_server, authority):
    got, over = bytearray(), threading.Event()

    def on_connection(sock):
        sock.on("data", got.extend)
        sock.on("end", over.set)

    server = secure_server(on_connection)
    s_client(server, authority, "-quiet", "-no_ign_eof", input=BIG.replace(b"\n", b"_").replace(b"\r", b"_"))
    assert over.wait(20)
    assert bytes(got) == BIG.replace(b"\n", b"_").replace(b"\r", b"_")


@needs_openssl
def test_s_client_receives_much(secure_server, authority):
    server = secure_server(lambda sock: sock.end(BIG))
    done = s_client(server, authority, "-quiet")  # which implies -ign_eof
    assert hashlib.sha256(done.stdout).digest() == hashlib.sha256(BIG).digest()


@needs_openssl
@pytest.mark.parametrize(("word", "version"), VERSIONS)
def test_s_client_resumes_a_session(secure_server, authority, tmp_path, word, version):
    reused = []

    def on_connection(sock):
        reused.append(sock.is_session_reused())
        sock.end(b"hello\n")

    server = secure_server(on_connection)
    kept = tmp_path / "session.pem"
    with subprocess.Popen(
        [OPENSSL, "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", str(authority.cert), word]
        + ["-sess_out", str(kept), "-ign_eof"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as first:
        first.communicate(timeout=20)
    done = s_client(server, authority, word, "-sess_in", str(kept))
    assert b"Reused" in done.stdout
    assert reused == [False, True]


@needs_openssl
def test_s_client_updates_its_keys(secure_server, authority):
    """`K` of s_client over TLS 1.3: new keys on both sides, and the data goes on."""
    server = secure_server(lambda sock: (sock.write(b"welcome\n"), sock.pipe(sock)))
    with subprocess.Popen(
        [OPENSSL, "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile", str(authority.cert), "-tls1_3"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as client:
        assert any(b"welcome" in line for line in client.stdout)
        for word in (b"K", b"k"):
            client.stdin.write(word + b"\n")
            client.stdin.flush()
            assert any(b"KEYUPDATE" in line for line in client.stdout)
            client.stdin.write(b"after %s\n" % word)
            client.stdin.flush()
            assert any(b"after " + word in line for line in client.stdout)
        client.communicate(timeout=20)


@needs_openssl
def test_s_client_with_alpn_and_a_certificate(secure_server, server_context, authority):
    server_context.load_verify_locations(authority.cert)
    server_context.verify_mode = ssl.CERT_REQUIRED
    server_context.set_alpn_protocols(["h2", "http/1.1"])
    issued = authority.issue("client.example", client=True)
    peers = []
    server = secure_server(lambda sock: (peers.append(sock), sock.end(b"hello\n")))
    done = s_client(
        server, authority, "-alpn", "http/1.1", "-cert", str(issued.cert), "-key", str(issued.key), "-quiet"
    )
    assert b"hello" in done.stdout
    assert peers[0].authorized
    assert peers[0].alpn_protocol == "http/1.1"


# --- openssl s_server ---


@pytest.fixture
def s_server(certificate):
    """A function that starts openssl s_server -rev, which answers each line with its reverse: the port."""
    started = []

    def start(*words):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [OPENSSL, "s_server", "-accept", f"127.0.0.1:{port}", "-cert", str(certificate.cert)]
            + ["-key", str(certificate.key), "-rev", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        assert any(b"ACCEPT" in line for line in process.stdout)
        return port

    yield start
    for process in started:
        process.kill()
        process.communicate()


@needs_openssl
@pytest.mark.parametrize(("word", "version"), VERSIONS)
def test_s_server(s_server, client_context, word, version):
    c = pynet.connect(s_server(word), "127.0.0.1", ssl=client_context)
    c.write(b"hello\n")
    assert c.read_until(b"\n", timeout=10) == b"olleh\n"
    assert c.get_protocol() == version
    for i in range(50):
        c.write(b"%d\n" % i)
        assert c.read_until(b"\n", timeout=10) == str(i)[::-1].encode() + b"\n"
    c.destroy()


@needs_openssl
def test_s_server_resumes_a_session(s_server, client_context):
    port, sessions, reused = s_server(), [], []
    for _ in range(2):
        c = pynet.connect(port, "127.0.0.1", ssl=client_context, session=sessions[-1] if sessions else None)
        c.once("session", sessions.append)
        c.write(b"ab\n")
        assert c.read_until(b"\n", timeout=10) == b"ba\n"
        reused.append(c.is_session_reused())
        c.end()
        c.resume()
        c.wait("close", timeout=10)
    assert reused == [False, True]


@needs_openssl
@pytest.mark.parametrize(
    "suite", ["ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES256-SHA384", "ECDHE-ECDSA-AES128-SHA"]
)
def test_ciphers_of_tls_1_2(s_server, client_context, suite):
    """Also those with CBC, whose records have other lengths."""
    client_context.set_ciphers(suite)
    c = pynet.connect(s_server("-tls1_2"), "127.0.0.1", ssl=client_context)
    c.write(b"x" * 10_000 + b"\n")
    assert c.read_until(b"\n", timeout=10) == b"x" * 10_000 + b"\n"
    assert c.get_cipher()[0] == suite
    c.destroy()


# --- Python's ssl in threads ---


def test_clients_in_threads(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))
    failed = []

    def visit(number):
        try:
            data = BIG[: 50_000 + number]
            with tls_client(server, client_context, suppress_ragged_eofs=False) as c:
                c.sendall(data)
                got = bytearray()
                while len(got) < len(data):
                    got += c.recv(65536)
                assert got == data
                c.unwrap()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=visit, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []


def test_servers_in_threads(server_context, client_context):
    with thread_server(server_context, echo) as peer:
        done = []
        for number in range(20):
            c = pynet.connect(peer.port, "127.0.0.1", ssl=client_context, allow_half_open=True)
            got = bytearray()
            c.on("data", got.extend)
            c.on("close", lambda had_error, got=got, number=number: done.append((number, had_error, bytes(got))))
            c.write(BIG[: 30_000 + number])
            c.on("data", lambda chunk, c=c, got=got, n=number: c.end() if len(got) == 30_000 + n else None)
        assert wait_until(lambda: len(done) == 20, timeout=20)
    assert peer.errors == []
    assert all(not had_error and got == BIG[: 30_000 + n] for n, had_error, got in done)


# --- asyncio's ssl ---


def test_asyncio_clients(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))

    async def visit(number):
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", server.port, ssl=client_context, server_hostname="localhost"
        )
        data = BIG[: 100_000 + number]
        writer.write(data)
        assert await reader.readexactly(len(data)) == data
        writer.close()
        await writer.wait_closed()
        return True

    async def main():
        return await asyncio.gather(*(visit(n) for n in range(10)))

    assert run_coroutine(main()) == [True] * 10


@pytest.mark.parametrize("way", ["eof", "close"])
def test_an_asyncio_server(server_context, client_context, record, way):
    async def serve(reader, writer):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
            if way == "close":
                break
        writer.close()

    async def main():
        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=server_context) as server:
            port = server.sockets[0].getsockname()[1]
            c = pynet.connect(port, "127.0.0.1", ssl=client_context)
            log = record(c, "data", "end", "error", "close")
            c.write(b"hello")
            await asyncio.to_thread(log.wait, "data")
            if way == "eof":
                c.end()
            await asyncio.to_thread(log.wait, "close")
            return log

    log = run_coroutine(main())
    assert log.data() == b"hello"
    assert log.names == ["data", "end", "close"]


def test_asyncio_upgrades_by_start_tls(server_context, client_context):
    """asyncio's StreamWriter.start_tls() against that of a Socket."""
    errors = []

    def on_connection(sock):
        def upgrade(chunk):
            if chunk == b"STARTTLS\n":
                sock.off("data", upgrade)
                sock.write(b"ok\n")
                sock.start_tls(server_context, server_side=True)
                sock.pipe(sock)

        sock.on("data", upgrade)
        sock.on("error", errors.append)

    server = pynet.create_server(on_connection).listen(0, "127.0.0.1")

    async def main():
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(b"STARTTLS\n")
        assert await reader.readline() == b"ok\n"
        await writer.start_tls(client_context, server_hostname="localhost")
        writer.write(b"secret\n")
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer

    assert run_coroutine(main()) == b"secret\n"
    assert errors == []
    server.shutdown(0)
