"""pipe() to files: buffered, unbuffered, of text, that block, that are closed; the standard output."""

import io
import os
import socket
import threading

import pytest

from helpers import Recorder, wait_until
from sinks import Plain


@pytest.fixture
def pair(reset_pair):
    return reset_pair


def test_to_bytesio(pair):
    p = pair()
    dest = io.BytesIO()
    log = Recorder(p.peer, "end")
    assert p.peer.pipe(dest) is dest
    p.client.write(b"one ")
    p.client.end(b"two" * 100_000)
    log.wait("end")
    assert wait_until(lambda: len(dest.getvalue()) == 300_004)
    assert dest.getvalue() == b"one " + b"two" * 100_000
    assert dest.closed is False


def test_to_a_buffered_file_that_is_flushed_at_the_end(pair, tmp_path):
    p = pair()
    log = Recorder(p.peer, "end", "close")
    with open(tmp_path / "out", "wb", buffering=1 << 20) as dest:
        p.peer.pipe(dest)
        p.client.end(b"x" * 5000)
        log.wait("close")
        assert dest.closed is False
        assert (tmp_path / "out").read_bytes() == b"x" * 5000, "it was not flushed"


def test_end_false_does_not_flush(pair):
    p = pair()

    class Flushing(Plain):
        flushed = 0

        def flush(self):
            self.flushed += 1

    one, two = Flushing(), Flushing()
    log = Recorder(p.peer, "close")
    p.peer.pipe(one, end=False)
    p.peer.pipe(two)
    p.client.end(b"data")
    log.wait("close")
    assert (one.data(), two.data(), one.flushed, two.flushed) == (b"data", b"data", 0, 1)


def test_to_an_unbuffered_file(pair, tmp_path):
    p = pair()
    log = Recorder(p.peer, "close")
    payload = os.urandom(1 << 20)
    with open(tmp_path / "out", "wb", buffering=0) as dest:
        p.peer.pipe(dest)
        p.client.end(payload)
        log.wait("close")
        assert (tmp_path / "out").read_bytes() == payload


class Stingy(io.RawIOBase):
    """An unbuffered file that takes three bytes at a time."""

    def __init__(self):
        self.data = bytearray()

    def writable(self):
        return True

    def write(self, chunk):
        self.data += chunk[:3]
        return min(3, len(chunk))


def test_a_file_that_takes_a_part_is_offered_the_rest(pair):
    p = pair()
    dest = Stingy()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"0123456789" * 100)
    log.wait("close")
    assert dest.data == b"0123456789" * 100


def test_a_number_from_what_is_no_raw_file_is_no_part(pair):
    """Many objects give some number; only io.RawIOBase promises what it means."""
    p = pair()

    class Counting(Plain):
        def write(self, chunk):
            super().write(chunk)
            return 1

    dest = Counting()
    log = Recorder(p.peer, "close")
    p.peer.pipe(dest)
    p.client.end(b"0123456789")
    log.wait("close")
    assert dest.data() == b"0123456789"


def test_an_unbuffered_file_that_would_block_is_an_error(pair):
    """It takes a part, then gives None: the rest must not be lost in silence."""
    p = pair()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    log = Recorder(p.peer, "error", "close")
    with open(writer, "wb", buffering=0) as dest, open(reader, "rb", buffering=0):
        p.peer.pipe(dest)
        p.client.end(b"x" * (1 << 20))
        log.wait("close")
    assert log.names == ["error", "close"]
    assert isinstance(log["error"], BlockingIOError)


def test_a_buffered_file_that_would_block_is_an_error(pair):
    p = pair()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    log = Recorder(p.peer, "error", "close")
    with open(reader, "rb", buffering=0) as source:
        dest = open(writer, "wb")
        p.peer.pipe(dest)
        p.client.write(b"x" * (1 << 20))
        log.wait("close")
        os.set_blocking(writer, True)
        drained = threading.Thread(target=source.readall)
        drained.start()
        dest.close()
        drained.join()
    assert isinstance(log["error"], BlockingIOError)


def test_a_closed_file_is_an_error(pair, tmp_path):
    p = pair()
    log = Recorder(p.peer, "error", "close")
    with open(tmp_path / "out", "wb") as dest:
        pass
    p.peer.pipe(dest)
    p.client.write(b"x")
    log.wait("close")
    assert (log.names, type(log["error"])) == (["error", "close"], ValueError)


def test_bytes_to_a_text_file_are_an_error(pair):
    p = pair()
    log = Recorder(p.peer, "error", "close")
    p.peer.pipe(io.StringIO())
    p.client.write(b"x")
    log.wait("close")
    assert isinstance(log["error"], TypeError)


def test_text_to_a_text_file(pair):
    p = pair()
    dest = io.StringIO()
    log = Recorder(p.peer, "close")
    p.peer.set_encoding("utf8")
    p.peer.pipe(dest)
    p.client.write("naïve €"[:3].encode() + "€".encode()[:1])
    p.client.end("€".encode()[1:] + b"!")
    log.wait("close")
    assert dest.getvalue() == "naï€!"


def test_to_the_makefile_of_a_plain_socket(pair):
    p = pair()
    log = Recorder(p.peer, "close")
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("wb", buffering=0) as dest:
        p.peer.pipe(dest)
        p.client.end(b"hello")
        log.wait("close")
        assert theirs.recv(100) == b"hello"


def test_to_stdout(script):
    """A whole program: what comes in goes to the standard output, which it does not close."""
    done = script(
        """
        import sys, pynet

        def main():
            def on_connection(sock):
                sock.pipe(sys.stdout.buffer)
                sock.on("close", lambda had_error: (print("after"), server.close()))

            server = pynet.create_server(on_connection).listen(0, "127.0.0.1")
            pynet.connect(server.address().port).end("naïve\\n" * 3)

        pynet.run(main)
        print("end")
        """
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "naïve\n" * 3 + "after\nend\n"


@pytest.mark.posix_only("a broken pipe of the C library is EINVAL")
def test_to_a_standard_output_that_nobody_reads_any_more(script):
    """EPIPE of a file is the source's error; the program goes on."""
    done = script(
        """
        import os, pynet

        def main():
            reader, writer = os.pipe()
            os.close(reader)
            dest = open(writer, "wb", buffering=0)

            def on_connection(sock):
                sock.pipe(dest)
                sock.on("error", lambda err: print(type(err).__name__))
                sock.on("close", lambda had_error: (print("close", had_error), server.close()))

            server = pynet.create_server(on_connection).listen(0, "127.0.0.1")
            pynet.connect(server.address().port).on("error", lambda err: None).resume().write("x")

        pynet.run(main)
        """
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "BrokenPipeError\nclose True\n")
