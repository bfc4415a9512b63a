"""start_tls() in the middle of a protocol: STARTTLS of SMTP, SSLRequest of PostgreSQL, bytes that are there already."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

import pynet
from helpers import connected_pair, raw_client, run_coroutine, target, wait_until
from tls_threads import thread_server

SSL_REQUEST = struct.pack(">ii", 8, 80877103)


# --- SMTP ---


def serve_smtp(sock, context, mails):
    """One connection of a small mail server, in the middle of a loop over its lines."""
    sock.write("220 mail.example ESMTP\r\n")
    mail, in_data = [], False
    for raw in sock.lines():
        line = raw.decode()
        if in_data:
            if line == ".":
                in_data = False
                mails.append("\n".join(mail))
                sock.write("250 taken\r\n")
            else:
                mail.append(line)
            continue
        verb = line.split(" ")[0].upper().split(":")[0]
        if verb == "EHLO":
            sock.write("250-mail.example\r\n" + ("250 8BITMIME\r\n" if sock.encrypted else "250 STARTTLS\r\n"))
        elif verb == "STARTTLS":
            sock.write("220 go ahead\r\n")
            sock.start_tls(context, server_side=True)
        elif verb == "DATA":
            in_data = True
            sock.write("354 go on\r\n")
        elif verb == "QUIT":
            sock.end("221 bye\r\n")
            return
        else:
            sock.write("250 ok\r\n")


@pytest.fixture
def smtp(server_context):
    """A mail server whose connections are loops in threads, and the mails that it took."""
    mails, errors = [], []

    def run(sock):
        try:
            serve_smtp(sock, server_context, mails)
        except BaseException as error:
            errors.append(error)

    server = pynet.create_server(lambda sock: threading.Thread(target=run, args=(sock,), daemon=True).start())
    server.listen(0, "127.0.0.1")
    yield server, mails
    server.shutdown(0)
    assert errors == []


def test_smtplib_sends_a_mail_behind_starttls(smtp, client_context):
    server, mails = smtp
    with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
        client._host = "localhost"  # the name that it checks
        client.starttls(context=client_context)
        client.sendmail("a@a.example", ["b@b.example"], "Subject: hello\n\n" + "text\n" * 5000)
    assert mails[0].startswith("Subject: hello\n\ntext\n")
    assert mails[0].count("text") == 5000


def smtp_peer(context):
    """A mail server on Python's ssl; it sends the greeting of the plain protocol, then goes on over TLS."""

    def serve(sock):
        stream = sock.makefile("rwb")
        say = lambda text: (stream.write(text + b"\r\n"), stream.flush())  # noqa: E731
        say(b"220 peer ESMTP")
        while line := stream.readline():
            if line.startswith(b"STARTTLS"):
                say(b"220 go ahead")
                sock = context.wrap_socket(sock, server_side=True)
                stream = sock.makefile("rwb")
            elif line.startswith(b"EHLO"):
                say(b"250-peer")
                say(b"250 " + (b"SECURE" if isinstance(sock, ssl.SSLSocket) else b"STARTTLS"))
            elif line.startswith(b"QUIT"):
                say(b"221 bye")
                sock.unwrap().close()
                return

    return thread_server(None, serve)


def test_a_client_of_starttls_in_the_middle_of_lines(server_context, client_context):
    said = []
    with smtp_peer(server_context) as peer:
        c = pynet.connect(peer.port, "127.0.0.1")
        for raw in c.lines():
            line = raw.decode()
            said.append(line)
            if line.startswith("220 peer"):
                c.write("EHLO me\r\n")
            elif line == "250 STARTTLS":
                c.write("STARTTLS\r\n")
            elif line == "220 go ahead":
                c.start_tls(client_context, server_hostname="localhost")
                c.write("EHLO me\r\n")  # before the handshake: it leaves behind it
            elif line == "250 SECURE":
                assert c.authorized
                c.write("QUIT\r\n")
        assert wait_until(lambda: c.closed)
    assert peer.errors == []
    assert said == [
        *["220 peer ESMTP", "250-peer", "250 STARTTLS", "220 go ahead"],
        *["250-peer", "250 SECURE", "221 bye"],
    ]


def test_an_asyncio_client_of_starttls(server_context, client_context):
    async def talk(port):
        c = pynet.connect(port, "127.0.0.1")
        assert await c.read_until(b"\r\n") == b"220 peer ESMTP\r\n"
        c.write("STARTTLS\r\n")
        await c.read_until(b"\r\n")
        await c.start_tls(client_context, server_hostname="localhost")
        assert c.get_protocol() == "TLSv1.3"
        c.write("EHLO me\r\n")
        answer = await c.read_until(b"SECURE\r\n")
        c.write("QUIT\r\n")
        rest = b"".join([chunk async for chunk in c])
        return answer + rest

    with smtp_peer(server_context) as peer:
        assert run_coroutine(talk(peer.port)) == b"250-peer\r\n250 SECURE\r\n221 bye\r\n"
    assert peer.errors == []


# --- PostgreSQL ---


def startup(user="nobody", database="nothing"):
    body = struct.pack(">i", 196608) + f"user\0{user}\0database\0{database}\0\0".encode()
    return struct.pack(">i", len(body) + 4) + body


def test_a_faithful_fake_of_postgresql(server_context, client_context):
    def serve(sock):
        assert sock.recv(8) == SSL_REQUEST
        sock.sendall(b"S")
        with server_context.wrap_socket(sock, server_side=True) as secure:
            size = struct.unpack(">i", secure.recv(4))[0]
            assert b"user\0nobody\0" in secure.recv(size - 4)
            secure.sendall(b"R" + struct.pack(">ii", 8, 0))
            secure.unwrap().close()

    with thread_server(None, serve) as peer:
        c = pynet.connect(peer.port, "127.0.0.1")
        c.write(SSL_REQUEST)
        assert c.read_exactly(1, timeout=5) == b"S"
        c.start_tls(client_context, server_hostname="localhost").result(5)
        c.write(startup())
        assert c.read_exactly(9, timeout=5) == b"R" + struct.pack(">ii", 8, 0)
        c.end()
        c.resume()
        c.wait("close", timeout=5)
    assert peer.errors == []


def test_a_postgresql_client_that_is_refused(server_context, client_context):
    """`N`: there is no TLS, and the connection goes on in the clear."""

    def serve(sock):
        assert sock.recv(8) == SSL_REQUEST
        sock.sendall(b"N")
        sock.recv(100)
        sock.sendall(b"plain")

    with thread_server(None, serve) as peer:
        c = pynet.connect(peer.port, "127.0.0.1")
        c.write(SSL_REQUEST)
        assert c.read_exactly(1, timeout=5) == b"N"
        c.write(startup())
        assert c.read_exactly(5, timeout=5) == b"plain"
        assert not c.encrypted
        c.destroy()
    assert peer.errors == []


POSTGRES = shutil.which("postgres")
INITDB = shutil.which("initdb") or (shutil.which("initdb", path="/usr/lib/postgresql/15/bin"))


@pytest.fixture(scope="module")
def postgres(authority):
    """The port of a PostgreSQL server with TLS."""
    if POSTGRES is None or INITDB is None:
        pytest.skip("postgresql is not installed")
    if os.getuid() == 0:
        try:
            import pwd  # not on Windows

            account = pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("there is no user postgres, and root may not run the server")
    # Not in the folder of pytest: its parents are of root alone.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield from run_postgres(Path(folder) / "data", authority, account if os.getuid() == 0 else None)


def run_postgres(data, authority, account):
    data.mkdir()
    options = {"env": {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}}  # of a sanitizer
    if account is not None:
        os.chown(data, account.pw_uid, account.pw_gid)
        options.update(user=account.pw_uid, group=account.pw_gid)
    words = [INITDB, "-D", data, "-U", "tester", "-A", "trust", "-N"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=data, **options)
    assert done.returncode == 0, done.stderr
    for name, source in (("server.crt", authority.localhost.cert), ("server.key", authority.localhost.key)):
        (data / name).write_bytes(source.read_bytes())
        (data / name).chmod(0o600)
        if account is not None:
            os.chown(data / name, account.pw_uid, account.pw_gid)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    words = [POSTGRES, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", data, "-c", "ssl=on", "-c", "fsync=off"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=data, **options)
    lines = []
    for line in process.stdout:
        lines.append(line)
        if b"ready to accept connections" in line:
            break
    else:
        pytest.fail(b"".join(lines).decode())
    reader = threading.Thread(target=process.stdout.read)
    reader.start()
    yield port
    process.terminate()
    process.wait(20)
    reader.join()
    process.stdout.close()


def messages(sock):
    """The messages of the server: (kind, body)."""
    while True:
        kind, size = struct.unpack(">ci", sock.read_exactly(5, timeout=10))
        yield kind, sock.read_exactly(size - 4, timeout=10) if size > 4 else b""


def test_a_postgresql_server(postgres, client_context):
    """SSLRequest, TLS, the start, a query, and the end."""
    c = pynet.connect(postgres, "127.0.0.1")
    c.write(SSL_REQUEST)
    assert c.read_exactly(1, timeout=5) == b"S"
    c.start_tls(client_context, server_hostname="localhost").result(10)
    assert c.authorized
    c.write(startup("tester", "postgres"))
    for kind, body in messages(c):
        assert kind != b"E", body
        if kind == b"Z":
            break
    query = b"select ssl, version from pg_stat_ssl where pid = pg_backend_pid()\0"
    c.write(b"Q" + struct.pack(">i", len(query) + 4) + query)
    rows = []
    for kind, body in messages(c):
        assert kind != b"E", body
        if kind == b"D":
            rows.append(body)
        if kind == b"Z":
            break
    assert len(rows) == 1
    assert b"t" in rows[0]
    assert c.get_protocol().encode() in rows[0]
    big = b"select repeat('x', 3000000)\0"
    c.write(b"Q" + struct.pack(">i", len(big) + 4) + big)
    sizes = {}
    for kind, body in messages(c):
        sizes[kind] = len(body)
        if kind == b"Z":
            break
    assert sizes[b"D"] == 3_000_006
    c.end(b"X" + struct.pack(">i", 4))
    c.resume()
    c.wait("close", timeout=10)


# --- bytes that are there already ---


def test_the_client_hello_has_been_read_already(server_context, client_context):
    """A client sends its hello right behind the last line of the plain protocol: the bytes belong to TLS."""
    peers = []
    server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj = client_context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        obj.do_handshake()
    with raw_client(server) as raw:
        raw.sendall(b"STARTTLS\r\n" + outgoing.read())
        assert wait_until(lambda: peers)
        sock = peers[0]
        assert sock.read_until(b"\r\n", timeout=5) == b"STARTTLS\r\n"
        assert wait_until(lambda: sock.readable_length > 100)
        future = sock.start_tls(server_context, server_side=True)
        while True:
            try:
                obj.do_handshake()
                break
            except ssl.SSLWantReadError:
                raw.sendall(outgoing.read())
                incoming.write(raw.recv(65536))
        obj.write(b"secret")
        raw.sendall(outgoing.read())
        future.result(5)
        assert sock.read_exactly(6, timeout=5) == b"secret"
    sock.destroy()
    server.shutdown(0)


def test_unsent_plain_bytes_leave_before_the_client_hello(where, server_context, client_context):
    """Much was written in the clear, and has not left: it does, unencrypted, and TLS follows."""
    p = connected_pair(where, {}, {})
    part, big = bytes(range(256)) * 4096, b""
    p.peer.pause()
    while p.client.writable_length < len(part):
        p.client.write(part)
        big += part
    future = p.client.start_tls(client_context, server_hostname="localhost")
    p.client.write(b"secret")
    assert p.peer.read_exactly(len(big), timeout=20) == big
    p.peer.start_tls(server_context, server_side=True)
    future.result(10)
    assert p.peer.read_exactly(6, timeout=10) == b"secret"
    p.close()


def test_callbacks_of_plain_writes_come_before_secure_connect(where, server_context, client_context, record):
    p = connected_pair(where, {}, {})
    log = record(p.client, "secureConnect", "drain")
    big = bytes(4_000_000)
    p.peer.pause()
    p.client.write(big, log.note("plain"))
    p.client.start_tls(client_context, server_hostname="localhost")
    p.client.write(b"secret", log.note("secret"))
    assert len(p.peer.read_exactly(len(big), timeout=20)) == len(big)
    p.peer.start_tls(server_context, server_side=True)
    assert p.peer.read_exactly(6, timeout=10) == b"secret"
    log.wait("secret")
    assert [name for name in log.names if name != "drain"] == ["plain", "secureConnect", "secret"]
    p.close()


def test_listeners_and_loops_stay(where, server_context, client_context):
    p = connected_pair(where, {}, {})
    got = bytearray()
    p.peer.on("data", got.extend)
    p.client.write(b"plain ")
    assert wait_until(lambda: got == b"plain ")
    future = p.peer.start_tls(server_context, server_side=True)
    p.client.start_tls(client_context, server_hostname="localhost").result(5)
    future.result(5)
    p.client.write(b"secret")
    assert wait_until(lambda: got == b"plain secret")
    p.close()


def test_tls_within_an_on_data_listener(where, server_context, client_context):
    """What the listener writes after start_tls() is encrypted, what it wrote before is not."""
    p = connected_pair(where, {}, {})
    got = []

    def on_data(chunk):
        got.append(chunk)
        if chunk == b"STARTTLS\n":
            p.peer.write(b"go\n")
            p.peer.start_tls(server_context, server_side=True)
            p.peer.write(b"behind it, encrypted")

    p.peer.on("data", on_data)
    p.client.write(b"STARTTLS\n")
    assert p.client.read_exactly(3, timeout=5) == b"go\n"
    p.client.start_tls(client_context, server_hostname="localhost")
    assert p.client.read_exactly(20, timeout=5) == b"behind it, encrypted"
    p.close()


def test_the_future_fails_with_the_handshake(where, server_context, client_context):
    p = connected_pair(where, {}, {})
    p.client.on("error", lambda err: None)
    p.peer.start_tls(server_context, server_side=True)
    future = p.client.start_tls(client_context, server_hostname="other.example")
    with pytest.raises(ssl.SSLCertVerificationError):
        future.result(5)
    p.close()


@pytest.mark.parametrize("state", ["fresh", "connecting", "closed", "ended"])
def test_a_socket_that_is_not_open(server, client_context, state):
    srv = server()
    sock = pynet.Socket() if state == "fresh" else pynet.connect(target(srv))
    if state == "closed":
        sock.destroy()
    elif state == "ended":
        sock.wait("connect", timeout=5)
        sock.end()
    with pytest.raises(pynet.NetError) as info:
        if state == "connecting":
            with pynet.turn():
                other = pynet.connect(target(srv))
                try:
                    other.start_tls(client_context, server_hostname="localhost")
                finally:
                    other.destroy()
        else:
            sock.start_tls(client_context, server_hostname="localhost")
    assert info.value.code in ("ENOTCONN", "ERR_STREAM_WRITE_AFTER_END")
    sock.destroy()
