"""Threads that meet in one connection: the SSLObject releases the GIL, so another call may come meanwhile."""

from __future__ import annotations

import random
import threading
import time

import pytest

import pynet
from helpers import on_loop, target, wait_until

CHUNK = bytes(range(256)) * 256


def crowd(*functions):
    """Runs each in a thread of its own. Raises what one of them has raised."""
    failed = []

    def run(function):
        try:
            function()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(40)
    if failed:
        raise failed[0]


def connect(server, context, **options):
    return pynet.connect(target(server), **{"ssl": context, "server_hostname": "localhost", **options})


def test_writers_and_an_end(secure_pair):
    """What was written before end() arrives whole, from each of the threads."""
    p = secure_pair()
    got, over = bytearray(), threading.Event()
    p.peer.on("data", got.extend)
    p.peer.on("end", over.set)
    written = threading.Barrier(3, action=p.client.end)

    def write():
        for _ in range(40):
            p.client.write(CHUNK)
        written.wait(30)
        assert over.wait(30)

    crowd(write, write, write)
    assert len(got) == 120 * len(CHUNK)


@pytest.mark.parametrize("seed", range(5))
def test_destroy_while_others_write_and_read(secure_pair, seed):
    p = secure_pair()
    p.client.on("error", lambda err: None)
    p.peer.pipe(p.peer)
    p.client.resume()
    rng = random.Random(seed)
    wait = rng.randrange(1, 60)
    called, lock, written = [], threading.Lock(), [0]

    def note(err):
        with lock:
            called.append(err)

    def write():
        while not p.client.destroyed:
            with lock:
                written[0] += 1
            p.client.write(CHUNK, note)
        assert wait_until(lambda: p.client.closed)

    def destroy():
        for _ in range(wait):
            on_loop(lambda: None)
        p.client.destroy()

    crowd(write, write, destroy)
    assert wait_until(lambda: len(called) == written[0], timeout=10)


def test_reconnecting_while_a_thread_writes(secure_server, client_context):
    """A write that is in the SSLObject of the old connection does not touch the new one."""
    server = secure_server(lambda sock: (sock.on("error", lambda err: None), sock.resume()))
    c = pynet.Socket()
    c.on("error", lambda err: None)
    connects, stop = threading.Event(), threading.Event()

    def write():
        connects.wait(20)  # a write before the first connect() destroys the socket, as in Node
        while not stop.is_set():
            if c.writable_length < 1_000_000:
                c.write(CHUNK)
            else:
                time.sleep(0.001)  # else it keeps the GIL for 5 ms whenever the loop wants it

    def again():
        try:
            for _ in range(25):
                c.connect(target(server), ssl=client_context, server_hostname="localhost")
                connects.set()
                c.wait("secureConnect", timeout=10)
                for _ in range(3):
                    on_loop(lambda: None)
                c.destroy()
                assert wait_until(lambda: c.closed, timeout=10)
        finally:
            stop.set()

    crowd(write, again)
    c.destroy()


def test_pause_and_resume_from_threads(secure_pair):
    p = secure_pair()
    got, over = bytearray(), threading.Event()
    p.peer.on("data", got.extend)
    p.peer.on("end", over.set)

    def toggle():
        while not over.is_set():
            p.peer.pause()
            p.peer.resume()

    def write():
        for _ in range(60):
            p.client.write(CHUNK)
        p.client.end()
        assert over.wait(30)

    crowd(toggle, write)
    assert len(got) == 60 * len(CHUNK)


def test_handshakes_in_many_threads(secure_server, client_context):
    server = secure_server(lambda sock: sock.pipe(sock))
    lock, done = threading.Lock(), []

    def visit():
        for _ in range(10):
            c = connect(server, client_context)
            c.write(b"hello")
            assert c.read_exactly(5, timeout=20) == b"hello"
            c.end()
            with lock:
                done.append(c)

    crowd(*[visit] * 6)
    assert len(done) == 60
    for c in done:
        c.destroy()


def test_properties_from_threads_while_data_flows(secure_pair):
    p = secure_pair()
    over = threading.Event()
    p.peer.on("data", lambda chunk: None)
    p.peer.on("end", over.set)

    def look():
        while not over.is_set():
            assert p.peer.get_cipher() is not None
            assert p.client.get_protocol() == "TLSv1.3"
            assert p.client.get_peer_certificate()
            assert p.client.authorized
            p.client.get_session()

    def write():
        for _ in range(60):
            p.client.write(CHUNK)
        p.client.end()
        assert over.wait(30)

    crowd(look, look, write)


def test_properties_at_the_end_of_the_handshake(secure_server, client_context):
    """The loop may be in the SSLObject, with the tickets of the server, while a thread asks for the certificate."""
    server = secure_server(lambda sock: sock.pipe(sock))

    def visit():
        for _ in range(40):
            c = connect(server, client_context)
            c.wait("secureConnect", timeout=20)
            assert c.authorized
            assert c.get_protocol() == "TLSv1.3"
            assert c.get_peer_certificate()
            c.destroy()

    crowd(visit, visit, visit)


def test_what_was_put_off_goes_on(secure_pair):
    """The loop finds a writer inside of the SSLObject, and has records to decrypt: no more bytes need to come."""
    p = secure_pair()
    p.client.resume()
    got = [0]

    def on_data(chunk):
        got[0] += len(chunk)

    p.peer.on("data", on_data)
    stop = threading.Event()

    def write():  # in the other direction, in the SSLObject of the reader
        while not stop.is_set():
            p.peer.write(CHUNK)
            if p.peer.writable_length > 1_000_000:
                p.peer.drain().result(20)  # a loop that only looks would hold the GIL, 5 ms for each call of the loop
        p.peer.flush(20).result()

    def ask():
        total = 0
        try:
            for _ in range(20):
                p.client.write(CHUNK * 3)
                total += 3 * len(CHUNK)
                assert wait_until(lambda total=total: got[0] == total, timeout=10)
        finally:
            stop.set()

    crowd(write, ask)


def test_a_fork_with_tls_connections(script, certificate):
    """The child has no part in the parent's connections: it ends, and they go on."""
    done = script(
        """
        import os, ssl, sys
        import pynet
        cert, key = sys.argv[1:]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        trusting = ssl.create_default_context()
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        server = pynet.create_server(lambda sock: sock.pipe(sock), ssl=context).listen(0, "127.0.0.1")
        c = pynet.connect(server.port, "127.0.0.1", ssl=trusting)
        c.write(b"x")
        assert c.read_exactly(1, timeout=10) == b"x"
        pid = os.fork()
        if pid == 0:
            try:
                c.write(b"of the child")
            except pynet.NetError as error:
                os._exit(7)
            os._exit(8)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        c.write(b"y")
        assert c.read_exactly(1, timeout=10) == b"y"
        print(status)
        c.destroy()
        server.shutdown(0)
        """,
        str(certificate.cert),
        str(certificate.key),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "7\n", "")


def test_the_exit_flushes_what_was_written(script, server_context, authority):
    """A script that writes and ends: the bytes are encrypted and sent at its exit."""
    server_context.num_tickets = 0  # what a client has not read when it ends makes the kernel reset the connection
    got, over = bytearray(), threading.Event()

    def on_connection(sock):
        sock.on("data", got.extend)
        sock.on("error", lambda err: over.set())
        sock.on("close", lambda had_error: over.set())

    server = pynet.create_server({"ssl": server_context}, on_connection).listen(0, "127.0.0.1")
    done = script(
        """
        import ssl, sys
        import pynet
        trusting = ssl.create_default_context(cafile=sys.argv[2])
        c = pynet.connect(int(sys.argv[1]), "127.0.0.1", ssl=trusting)
        c.wait("secureConnect", timeout=10)
        c.write(b"z" * 200_000)
        """,
        str(server.port),
        str(authority.cert),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert over.wait(10)
    assert bytes(got) == b"z" * 200_000
    server.shutdown(0)
