"""Calling OpenSSL itself in place of the methods of _ssl: what it needs; events, errors and records stay the same."""

from __future__ import annotations

import _ssl
import contextlib
import ctypes
import gc
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import weakref

import pytest

import pynet
from helpers import connected_pair, raw_client, wait_until
from pynet import _private, _tls
from tls_errors import described

ADDRESS = 6  # its place in the parts of a filter


def _is_possible():
    """Whether the functions of _ssl's OpenSSL have names that the dynamic linker finds."""
    with contextlib.suppress(AttributeError, OSError):
        library = ctypes.CDLL(_ssl.__file__)
        return all(hasattr(library, name) for name in ("SSL_read_ex", "SSL_CTX_get_keylog_callback"))
    return False


needs_direct = pytest.mark.skipif(not _is_possible(), reason="this _ssl hides its OpenSSL")


@pytest.fixture
def direct(set_direct):
    set_direct(True)


def echoes(pair, data=b"hello"):
    """After this, both ends have read data."""
    pair.peer.pipe(pair.peer)
    pair.client.write(data)
    return pair.client.read_exactly(len(data), timeout=10) == data


# --- where it is used ---


@needs_direct
def test_an_established_connection_calls_openssl(direct, secure_pair):
    p = secure_pair()
    assert echoes(p)
    assert _private.tls_is_direct(p.client)
    assert _private.tls_is_direct(p.peer)


@needs_direct
def test_not_before_the_handshake_is_done(direct, secure_server, client_context):
    server = secure_server()
    sock = pynet.connect(server.port, "127.0.0.1", ssl=client_context, server_hostname="localhost")
    seen = []
    sock.on("connect", lambda: seen.append(_private.tls_is_direct(sock)))
    sock.wait("secureConnect", timeout=10)
    assert seen == [False]
    sock.destroy()


def test_not_without_tls(plain_pair):
    assert not _private.tls_is_direct(plain_pair.client)


@pytest.fixture
def plain_pair(where):
    pair = connected_pair(where, {}, {})
    yield pair
    pair.close()


def test_is_direct_takes_a_socket_only():
    with pytest.raises(TypeError, match="instance of Socket"):
        _private.tls_is_direct(None)


@needs_direct
def test_the_switch_counts_for_open_connections(set_direct, secure_pair):
    p = secure_pair()
    assert echoes(p)
    assert set_direct(False) is True
    assert not _private.tls_is_direct(p.client)
    p.client.write(b"by the methods")
    assert p.client.read_exactly(14, timeout=10) == b"by the methods"


# --- where it is not ---


def not_direct(pair):
    assert echoes(pair)
    return not _private.tls_is_direct(pair.client) and _private.tls_is_direct(pair.peer) is _is_possible()


class OwnSSLObject(ssl.SSLObject):
    def read(self, *args):
        return super().read(*args)


def test_not_with_a_class_of_the_user(direct, secure_pair, client_context):
    client_context.sslobject_class = OwnSSLObject
    assert not_direct(secure_pair())


def test_not_with_a_message_callback(direct, secure_pair, client_context):
    seen = []
    client_context._msg_callback = lambda *args: seen.append(args)
    assert not_direct(secure_pair())
    assert seen


def test_the_exception_of_a_message_callback_arrives(direct, secure_pair, client_context):
    """Only the methods of _ssl raise it."""
    raises = threading.Event()

    def callback(*args):
        if raises.is_set():
            raise LookupError("of the callback")

    client_context._msg_callback = callback
    p = secure_pair()
    assert echoes(p)
    raises.set()
    errors = []
    p.client.on("error", errors.append)
    p.client.write(b"x")
    assert wait_until(lambda: errors)
    assert isinstance(errors[0], LookupError)


def test_not_with_a_key_log(direct, secure_pair, client_context, tmp_path):
    client_context.keylog_filename = str(tmp_path / "keys")
    assert not_direct(secure_pair())
    assert (tmp_path / "keys").read_text()


def test_not_with_a_key_log_that_comes_later(direct, secure_pair, client_context, tmp_path):
    p = secure_pair()
    assert echoes(p)
    client_context.keylog_filename = str(tmp_path / "keys")
    assert not _private.tls_is_direct(p.client)
    client_context.keylog_filename = None
    assert _private.tls_is_direct(p.client) is _is_possible()


def test_not_with_authentication_after_the_handshake(direct, secure_pair, client_context):
    client_context.post_handshake_auth = True
    assert not_direct(secure_pair())


class TwoAtOnce(ssl.SSLContext):
    """wrap_bio() makes another connection as well."""

    def wrap_bio(self, *args, **options):
        made = super().wrap_bio(*args, **options)
        super().wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), **options)
        return made


def test_not_if_another_connection_was_made_as_well(direct, secure_pair, authority):
    context = TwoAtOnce(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(authority.cert)
    assert not_direct(secure_pair({"ssl": context}))


def wrapped(context, **options):
    """(SSLObject, the address of its connection in OpenSSL)."""
    return _private.tls_wrap(context.wrap_bio, ssl.MemoryBIO(), ssl.MemoryBIO(), **options)


@needs_direct
def test_an_address_counts_only_for_its_own_object(direct, plain_pair, server_context, client_context):
    """With any other one the methods are called, and nothing reads that memory."""
    other, of_another = wrapped(client_context, server_hostname="localhost")
    assert of_another != 0
    something = bytearray(64)
    wrong = (0, 8, id(something), id(other), id(other._sslobj), of_another)
    parts = list(_tls.parts_for(client_context, "context", False, "localhost", None, None, False))
    address = parts[ADDRESS]
    for each in wrong:
        parts[ADDRESS] = each
        assert not _private.tls_knows_connection(tuple(parts))
    parts[ADDRESS] = address
    assert _private.tls_knows_connection(tuple(parts))


@needs_direct
def test_the_buffers_must_be_those_of_the_connection(direct, client_context):
    parts = list(_tls.parts_for(client_context, "context", False, "localhost", None, None, False))
    feed, take = parts[-2:]
    parts[-2] = ssl.MemoryBIO().write
    assert not _private.tls_knows_connection(tuple(parts))
    parts[-2:] = feed, ssl.MemoryBIO().read
    assert not _private.tls_knows_connection(tuple(parts))
    parts[-2:] = feed, take
    while take():
        pass  # what the check before this one has left
    assert _private.tls_knows_connection(tuple(parts))


def test_a_connection_that_is_gone_again_has_no_address(direct, client_context):
    def makes_and_frees():
        client_context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost")

    assert _private.tls_wrap(makes_and_frees) == (None, 0)


def test_wrap_bio_may_fail(direct, client_context):
    """Its exception passes, and the next connection is found."""
    with pytest.raises(TypeError):
        _private.tls_wrap(client_context.wrap_bio)
    assert (wrapped(client_context, server_hostname="localhost")[1] != 0) is _is_possible()


def test_wrap_needs_a_function():
    with pytest.raises(TypeError, match="wrap_bio"):
        _private.tls_wrap()


@needs_direct
def test_connections_that_several_threads_make_at_once(direct, client_context):
    """Each sees its own."""
    found = []

    def make():
        for _ in range(50):
            parts = _tls.parts_for(client_context, "context", False, "localhost", None, None, False)
            found.append(_private.tls_knows_connection(parts))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 200


# --- the GIL ---


def runs_meanwhile(write):
    """Whether a thread that waits for the GIL gets it during the call: no thread has to give it up."""
    go, ran = threading.Lock(), []
    go.acquire()

    def other():
        go.acquire()
        ran.append(True)

    thread = threading.Thread(target=other)
    thread.start()  # it has the GIL until it waits for `go`
    go.release()
    write()
    seen = bool(ran)
    thread.join()
    return seen


@pytest.fixture
def no_switches():
    """A thread keeps the GIL until it waits for something."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    yield
    sys.setswitchinterval(before)


@needs_direct
def test_no_other_thread_runs_between_the_records(direct, no_switches, secure_pair, server_context, client_context):
    """One that computes would hold each of them up. With a fast cipher it would hardly have woken up in time."""
    for context in (server_context, client_context):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-ECDSA-ARIA256-GCM-SHA384:ECDHE-ECDSA-CAMELLIA256-SHA384:DEFAULT")
    p = secure_pair()
    p.peer.resume()
    assert echoes(p)
    for _ in range(20):
        assert not runs_meanwhile(lambda: p.client.write(bytes(200_000)))
        p.client.drain(timeout=20)


# --- events, errors and records stay the same ---


class Peer:
    """A client by Python's ssl whose records the test sees, and may change: over a raw connection."""

    def __init__(self, server, context, version):
        context.minimum_version = context.maximum_version = version
        self.raw = raw_client(server)
        self.raw.settimeout(10)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self.wire = b""  # what has come and was not looked at
        while not self._shakes_hands():
            self.flush()
            self.incoming.write(self.record())
        self.flush()

    def _shakes_hands(self):
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
            return True

    def flush(self):
        self.raw.sendall(self.outgoing.read())

    def record(self):
        """The next record of the server; shorter than that at the end of the connection."""
        while len(self.wire) < 5 or len(self.wire) < 5 + int.from_bytes(self.wire[3:5], "big"):
            try:
                data = self.raw.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                break
            self.wire += data
        length = 5 + int.from_bytes(self.wire[3:5], "big")
        record, self.wire = self.wire[:length], self.wire[length:]
        return record

    def sealed(self, data):
        """`data` as records."""
        self.tls.write(data)
        return self.outgoing.read()

    def echo(self, data):
        self.raw.sendall(self.sealed(data))
        got = b""
        while len(got) < len(data):
            self.incoming.write(self.record())
            with contextlib.suppress(ssl.SSLWantReadError):
                got += self.tls.read(65536)
        return got

    def rest(self):
        """The types and lengths of the records until the end."""
        seen = []
        while record := self.record():
            seen.append((record[0], len(record)))
        return seen


def damaged(record):
    return record[:-1] + bytes([record[-1] ^ 1])


def alert_of(peer):
    """A fatal alert, by a peer that has got a record which it cannot decrypt."""
    peer.raw.sendall(peer.sealed(b"once more"))
    peer.incoming.write(damaged(peer.record()))
    with pytest.raises(ssl.SSLError):
        peer.tls.read(100)
    return peer.outgoing.read()


def closing(peer):
    with contextlib.suppress(ssl.SSLWantReadError):
        peer.tls.unwrap()
    return peer.outgoing.read()


def twice(peer):
    record = peer.sealed(b"twice")
    return record + record


ENDS = {
    "a record that was changed": lambda peer: damaged(peer.sealed(b"changed")),
    "one behind good data": lambda peer: peer.sealed(b"good") + damaged(peer.sealed(b"changed")),
    "the header was changed": lambda peer: b"\x17\x03\x02" + peer.sealed(b"changed")[3:],
    "the same record twice": twice,
    "a record too long": lambda peer: b"\x17\x03\x03\x48\x01" + bytes(18433),
    "a short record": lambda peer: b"\x17\x03\x03\x00\x05hello",
    "an empty record": lambda peer: b"\x17\x03\x03\x00\x00",
    "data without encryption": lambda peer: b"\x17\x03\x03\x00\x40" + bytes(64),
    "plain text": lambda peer: b"GET / HTTP/1.1\r\n\r\n",
    "an alert without encryption": lambda peer: b"\x15\x03\x03\x00\x02\x02\x28",
    "a record of the handshake": lambda peer: b"\x16" + peer.sealed(b"no handshake")[1:],
    "change_cipher_spec": lambda peer: b"\x14\x03\x03\x00\x01\x01" + peer.sealed(b"behind it"),
    "a fatal alert": alert_of,
    "close_notify": closing,
    "close_notify behind data": lambda peer: peer.sealed(b"the last") + closing(peer),
    "close_notify before data": lambda peer: (lambda data: closing(peer) + data)(peer.sealed(b"too late")),
    "the end only": lambda peer: b"",
    "half a record": lambda peer: peer.sealed(b"not whole")[:-4],
}
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.fixture
def outcome(set_direct, secure_server, authority):
    """outcome(on, version, end, strict): what a connection sees that ends so: its events, and the peer's records."""

    def play(on, version, end, strict):
        set_direct(on)
        seen, direct, closed = [], [], threading.Event()

        def on_data(sock, data):
            direct.append(_private.tls_is_direct(sock))
            seen.append(data)
            sock.write(data)

        def connected(sock):
            sock.on("data", lambda data: on_data(sock, data))
            sock.on("end", lambda: seen.append("end"))
            sock.on("error", lambda error: seen.append(described(error)))
            sock.on("close", lambda had_error: (seen.append(("close", had_error)), closed.set()))

        server = secure_server(connected, strict_end=strict)
        peer = Peer(server, authority.client_context(), version)
        assert peer.echo(b"before") == b"before"
        with contextlib.suppress(ConnectionError):
            peer.raw.sendall(end(peer))
            peer.raw.shutdown(socket.SHUT_WR)
        records = peer.rest()
        assert closed.wait(20)
        peer.raw.close()
        assert direct[0] is (on and _is_possible())
        return seen, records

    return play


@pytest.mark.parametrize("strict", [False, True], ids=["", "strict"])
@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("name", ENDS)
def test_the_end_of_a_connection_is_the_same(outcome, name, version, strict):
    direct, methods = (outcome(on, version, ENDS[name], strict) for on in (True, False))
    assert direct == methods
    assert direct[0][-1][0] == "close"


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("on", [True, False], ids=["direct", "methods"])
def test_data_arrive_in_each_size_and_piece(set_direct, secure_server, authority, version, on):
    set_direct(on)
    server = secure_server(lambda sock: sock.pipe(sock))
    peer = Peer(server, authority.client_context(), version)
    for size in (1, 2, 1024, 16383, 16384, 16385, 100_000):
        data = bytes(range(256)) * (size // 256 + 1)
        assert peer.echo(data[:size]) == data[:size]
    for byte in peer.sealed(b"one by one"):
        peer.raw.sendall(bytes([byte]))
    got = b""
    while len(got) < 10:
        peer.incoming.write(peer.record())
        got += peer.tls.read(100)
    assert got == b"one by one"
    peer.raw.close()


# --- what OpenSSL's own client does within a connection ---


@pytest.fixture
def s_client(authority):
    """s_client(server, version, [(line, what it expects then), ...])."""
    processes = []

    def run(server, version, lines):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", version, "-CAfile",
                   str(authority.cert), "-servername", "localhost"]  # fmt: skip
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        processes.append(process)
        output = ""
        for line, expected in lines:
            try:
                process.stdin.write(line + "\n")
                process.stdin.flush()
            except BrokenPipeError:
                return output
            while expected not in output:
                got = process.stdout.readline()
                if not got:
                    return output
                output += got
            output = output.partition(expected)[2]
        return output

    yield run
    for process in processes:
        process.kill()
        process.communicate()


needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="the program openssl is not installed")


@needs_openssl
@pytest.mark.parametrize("on", [True, False], ids=["direct", "methods"])
@pytest.mark.parametrize("command", ["k", "K"], ids=["an update of its key", "an update of both keys"])
def test_new_keys(set_direct, secure_server, s_client, command, on):
    set_direct(on)
    got, direct = bytearray(), []

    def connected(sock):
        sock.on("error", lambda err: None)
        sock.on("data", lambda data: (got.extend(data), direct.append(_private.tls_is_direct(sock)), sock.write(data)))

    server = secure_server(connected)
    lines = [
        ("first", "first"),
        (command, "KEYUPDATE"),
        ("second", "second"),
        (command, "KEYUPDATE"),
        ("third", "third"),
    ]
    s_client(server, "-tls1_3", lines)
    assert wait_until(lambda: bytes(got) == b"first\nsecond\nthird\n")
    assert set(direct) == {on and _is_possible()}


@needs_openssl
@pytest.mark.parametrize("on", [True, False], ids=["direct", "methods"])
def test_a_renegotiation_is_for_the_methods(set_direct, secure_server, s_client, on):
    """OpenSSL refuses it. From its first record on, only the methods are called."""
    set_direct(on)
    seen, closed, direct = [], threading.Event(), []

    def connected(sock):
        sock.on(
            "data",
            lambda data: (seen.append(bytes(data)), direct.append(_private.tls_is_direct(sock)), sock.write(data)),
        )
        sock.on("error", lambda error: seen.append(error.code))
        sock.on("close", lambda had_error: (direct.append(_private.tls_is_direct(sock)), closed.set()))

    server = secure_server(connected)
    s_client(server, "-tls1_2", [("first", "first"), ("R", "RENEGOTIATING"), ("second", "second")])
    assert seen[0] == b"first\n"
    assert direct[0] is (on and _is_possible())
    assert direct[-1] is False


# --- the memory of the BIOs ---


@needs_direct
def test_the_ssl_object_may_outlive_its_socket(direct, secure_server, client_context):
    """OpenSSL then reads nothing, and what it writes is dropped."""
    server = secure_server(lambda sock: sock.pipe(sock))
    sock = pynet.connect(server.port, "127.0.0.1", ssl=client_context, server_hostname="localhost")
    sock.write(b"hello")
    assert sock.read_exactly(5, timeout=10) == b"hello"
    gone, ssl_object = weakref.ref(sock), sock.ssl_object
    sock.destroy()
    sock.wait("close", timeout=10)
    del sock
    assert wait_until(lambda: gc.collect() >= 0 and gone() is None)
    with pytest.raises(ssl.SSLWantReadError):
        ssl_object.read(100)
    assert ssl_object.write(b"lost") == 4
    assert ssl_object.pending() == 0


@needs_direct
@pytest.mark.parametrize("size", [1, 100, 16_384, 16_385, 100_000])
def test_what_came_before_a_pause_is_read_after_it(direct, secure_pair, size):
    """The connection keeps what it has not read, in whole records and in a part of one."""
    p = secure_pair(high_water_mark=1000)
    assert echoes(p)
    p.peer.unpipe()
    p.peer.pause()
    data = bytes(range(256)) * (size * 20 // 256 + 1)
    p.client.end(data)
    got = bytearray()
    ended = threading.Event()

    def take(chunk):
        got.extend(chunk)
        p.peer.pause()
        pynet.set_immediate(p.peer.resume)

    p.peer.on("data", take).on("end", ended.set)
    p.peer.resume()
    assert ended.wait(20)
    assert got == data
