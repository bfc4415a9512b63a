"""Every runnable example of README.md and docs/, each in an interpreter of its own.

A block that begins with ```python run is run. Further words: `echo` gives it an echo server on the port that the text
calls 8124, `stop` ends its pynet.run() after a moment (it serves for ever).
"""

from __future__ import annotations

import ast
import contextlib
import socket
import sys
import threading

import pytest

from doc_examples import examples
from helpers import run_script

THE_PORT = "8124"
# Again and again: on a slow machine the first one may come before run() is called, and have no effect.
STOP_SOON = "import pynet\npynet.set_interval(pynet.stop, 150).unref()\n"


@pytest.fixture
def echo_port():
    """The port of an echo server on plain sockets."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            while True:
                try:
                    peer = server.accept()[0]
                except OSError:
                    return
                with peer:
                    while data := peer.recv(65536):
                        peer.sendall(data)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        with contextlib.suppress(OSError):  # Windows: close() is enough
            server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)


@pytest.mark.parametrize("example", list(examples()), ids=lambda each: each.place)
def test_example_runs(example, echo_port):
    words, source = example.words, example.source
    ast.parse(source)
    assert set(words) <= {"run", "echo", "stop"}, "unknown words after ```python"
    if "run" not in words:
        return
    if sys.platform == "win32" and "os.pipe(" in source:
        pytest.skip("not on Windows: a descriptor is a handle of the system")
    if sys.platform == "win32" and "ssl=theirs" in source:
        pytest.skip("not on Windows: the end of the client is a reset for the server, which logs it")
    port = echo_port if "echo" in words else 0
    program = (STOP_SOON if "stop" in words else "") + source.replace(THE_PORT, str(port))
    done = run_script(program, timeout=20)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_there_are_examples():
    assert sum("run" in each.words for each in examples()) >= 5
