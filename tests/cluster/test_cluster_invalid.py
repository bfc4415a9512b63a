"""A worker sends an invalid message: the primary emits an `error` of that worker, and the others go on."""

from __future__ import annotations

import ast
import textwrap

import pytest

from clusters import script
from helpers import run_script

# Before the import of pynet: the descriptor of the channel, and one frame of it (csrc/core/frame.h).
RAW = """
import json, os, socket
raw = os.dup(int(os.environ["PYNET_CHANNEL_FD"])) if "PYNET_CHANNEL_FD" in os.environ else -1

def frame(kind, message, flags=0, length=None):
    length = len(message) if length is None else length
    return length.to_bytes(4, "big") + bytes([kind, flags]) + message

def send(data, fds=()):
    with socket.socket(fileno=socket.dup(raw)) as sock:
        sock.setblocking(True)
        socket.send_fds(sock, [data], list(fds))
"""
PRIMARY = """
    good, bad = cluster.fork(), cluster.fork({"BAD": "1"})
    before = []
    def descriptors():
        return len(os.listdir("/proc/self/fd"))
    def failed(err):
        say(err.code, bad.is_connected())
        bad.kill("SIGKILL")
    def begin(message, handle):
        before.append(descriptors())
        bad.send("begin")
    def over(code, signal):
        good.send("still there?")
    def answered(message, handle):
        if message == "yes":
            say(message, descriptors() - before[0])
            cluster.disconnect()
    bad.on("error", failed)
    bad.on("message", begin)
    bad.on("exit", lambda code, signal: pynet.set_timeout(over, 50, code, signal))
    good.on("message", answered)
"""


@pytest.mark.parametrize(
    "act",
    [
        pytest.param("send(b'\\xff' * 64)", id="no frame"),
        pytest.param("send(frame(129, b'', length=2**20))", id="too long"),
        pytest.param("send(frame(129, b'no json'))", id="no json"),
        pytest.param("send(frame(129, b'5'))", id="no list"),
        pytest.param("send(frame(129, b'[\"nothing\"]'))", id="unknown message"),
        pytest.param("send(frame(129, b'[\"listen\"]'))", id="without arguments"),
        pytest.param("send(frame(130, b''))", id="empty message"),
        pytest.param("send(frame(132, b''))", id="an answer without a question"),
        pytest.param("send(frame(200, b''))", id="unknown kind"),
        pytest.param("send(frame(129, b'[\"online\"]', flags=1), [0])", id="a descriptor too many"),
        pytest.param("send(b'\\xff' * 64, [0] * 20)", id="no frame, with descriptors"),
        pytest.param("send(frame(130, b'\\x01\\0\\0\\0\\0\\xff\\xff', flags=1), [0])", id="no description"),
    ],
)
def test_what_is_no_message(act):
    source = script(
        both="",
        primary=PRIMARY,
        worker=f"""
    if "BAD" in os.environ:
        cluster.worker.on("message", lambda message, handle: {act})
        cluster.worker.send("ready")
    else:
        cluster.worker.on("message", lambda message, handle: cluster.worker.send("yes"))
    """,
    )
    done = run_script(RAW + textwrap.dedent(source), timeout=40)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [ast.literal_eval(line) for line in done.stdout.splitlines()]
    assert lines[0] == ("ERR_IPC_INVALID_FRAME", True)
    assert lines[1][0] == "yes"
    assert lines[1][1] <= 0
