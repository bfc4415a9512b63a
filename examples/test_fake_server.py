"""Tests of a client against a fake server, and of a program that has to be started first.

    python -m pytest examples/test_fake_server.py

Without pynet installed, in a clone: add `-p pynet.pytest_plugin`.
"""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

import pynet

# --- what is tested: a client that blocks ---


def temperature(url: str) -> float:
    with urllib.request.urlopen(url, timeout=0.5) as reply:
        return float(reply.read())


# --- the fake server ---


@dataclass
class FakeHttp:
    """Answers each request with `answer`, and keeps what it was asked."""

    url: str = ""
    answer: bytes = b""
    requests: list[bytes] = field(default_factory=list)

    def on_connection(self, sock: pynet.Socket) -> None:
        head = bytearray()

        def on_data(chunk: bytes) -> None:
            head.extend(chunk)
            if head.endswith(b"\r\n\r\n"):
                self.requests.append(bytes(head))
                if self.answer:
                    sock.end(self.answer)

        sock.on("data", on_data)

    def says(self, body: bytes, length: int | None = None) -> None:
        length = len(body) if length is None else length
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (length, body)


@pytest.fixture
def weather(pynet_server: Callable[..., Any]) -> FakeHttp:
    """On port 0, any free one: it is ours from the first moment."""
    fake = FakeHttp()
    server, address = pynet_server(fake.on_connection)
    fake.url = f"http://{address.address}:{address.port}/now"
    return fake


def test_the_temperature_is_read(weather: FakeHttp) -> None:
    weather.says(b"21.5")
    assert temperature(weather.url) == 21.5
    assert weather.requests[0].startswith(b"GET /now HTTP/1.1\r\n")


def test_an_answer_that_is_cut_off_is_an_error(weather: FakeHttp) -> None:
    weather.says(b"2", length=4)
    with pytest.raises(Exception, match="IncompleteRead"):
        temperature(weather.url)


def test_a_server_that_is_silent_is_a_timeout(weather: FakeHttp) -> None:
    with pytest.raises(TimeoutError):
        temperature(weather.url)


def test_a_server_that_is_gone_is_an_error() -> None:
    # Bound and not listening: nothing accepts here, and nobody else can get the port.
    with (
        pynet.BoundSocket(host="127.0.0.1") as bound,
        pytest.raises(urllib.error.URLError, match="refused"),
    ):
        temperature(f"http://127.0.0.1:{bound.address().port}/now")


# --- a program that has to be started ---

PROGRAM = """
import sys, pynet
server = pynet.create_server(lambda sock: sock.end("ready\\n"))
server.listen(fd=int(sys.argv[1]))
pynet.run(signals=True)
"""


@pytest.fixture
def program() -> Iterator[int]:
    """The test listens, and hands the socket on: clients may connect at once."""
    with pynet.create_server() as server:
        server.listen(0, "127.0.0.1")
        port = server.port
        fd = os.dup(server.fileno())
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(fd)], pass_fds=[fd]
    ) as process:
        os.close(fd)
        yield port
        process.terminate()


def test_nothing_waits_for_the_program(program: int) -> None:
    with pynet.connect(program, "127.0.0.1") as sock:
        assert sock.read_until("\n", timeout=20) == b"ready\n"


# --- a program of others, which cannot be handed a socket ---


def wait_for_port(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Returns when something accepts; raises when the process ends, or the time is up."""
    end = time.monotonic() + seconds
    while True:
        if process.poll() is not None:
            raise RuntimeError(f"the program has ended with {process.returncode}")
        left = max(end - time.monotonic(), 0.01)
        sock = pynet.connect(port, "127.0.0.1", connect_timeout=left)
        try:
            sock.wait("connect")
            sock.destroy()
            return
        except ConnectionRefusedError:
            time.sleep(0.02)


def test_a_program_that_tells_its_port() -> None:
    """http.server takes port 0, and prints the port that it got: wait for this line."""
    command = [sys.executable, "-u", "-m", "http.server", "--bind", "127.0.0.1", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        words = (
            process.stdout.readline().split()
        )  # Serving HTTP on 127.0.0.1 port 40123 (...)
        port = int(words[words.index(b"port") + 1])
        wait_for_port(port, process)
        process.kill()


def test_a_program_that_has_ended_is_not_waited_for() -> None:
    with pynet.BoundSocket(host="127.0.0.1") as bound:
        process = subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])
        with pytest.raises(RuntimeError, match="ended with 3"):
            wait_for_port(bound.address().port, process)
