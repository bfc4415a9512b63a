"""Connections that wait for their PROXY header: at the end of run(), at the exit, after a fork, in active()."""

from __future__ import annotations

import sys
import textwrap

import pytest

from helpers import printed, run_script

WAITING = """
    import os, signal, socket
    import pynet

    kept = []

    def waiting(then):
        \"\"\"A server with a connection that waits; then() is called in the loop.\"\"\"
        server = pynet.create_server(lambda sock: print("connection"), proxy_protocol=["127.0.0.1"])
        server.on("proxyError", lambda error, info: print(error.code))
        server.on("close", lambda: print("close"))
        server.listen(0, "127.0.0.1")
        client = socket.create_connection(server.address()[:2])
        client.sendall(b"PROXY TCP4")
        client.settimeout(5)
        kept.append(client)
        pynet.set_timeout(then, 50, server, client)

    def end_of(client):
        try:
            return client.recv(1)
        except ConnectionResetError:
            return "reset"
"""


def run(body):
    return printed(script_of(body))


def script_of(body):
    return run_script(textwrap.dedent(WAITING) + textwrap.dedent(body))


def test_a_signal_ends_them():
    body = """
    def then(server, client):
        os.kill(os.getpid(), signal.SIGTERM)

    pynet.run(lambda: waiting(then), signals=True)
    print(end_of(kept[0]))
    """
    assert run(body) == ["close", "reset"]


def test_stop_leaves_them_to_the_exit():
    body = """
    pynet.run(lambda: waiting(lambda server, client: pynet.stop()))
    print("stopped")
    """
    assert run(body) == ["stopped"]


def test_the_background_thread_goes_with_them():
    body = """
    import threading
    there = threading.Event()
    waiting(lambda server, client: there.set())
    assert there.wait(5)
    print("exit")
    """
    done = script_of(body)
    assert (done.returncode, done.stdout) == (0, "exit\n")


def test_active_names_their_server():
    body = """
    def then(server, client):
        reasons = [(each.what is server, each.why) for each in pynet.active()]
        print(sorted(reasons))
        server.close()

    pynet.run(lambda: waiting(then))
    """
    assert run(body)[0].startswith("[(True, 'listens'), (True, 'reads')")


@pytest.mark.skipif(sys.platform != "linux", reason="forks while a thread drives the loop")
def test_the_child_of_a_fork_leaves_them_to_its_parent():
    body = """
    def then(server, client):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitpid(pid, 0)
        client.sendall(b" 192.0.2.1 192.0.2.2 1 2\\r\\n")
        server.once("connection", lambda sock: (print(sock.remote_address), sock.destroy(), server.close()))

    pynet.run(lambda: waiting(then))
    """
    assert run(body) == ["connection", "192.0.2.1", "close"]


def test_a_server_that_is_closed_lets_run_return():
    body = """
    def then(server, client):
        server.close(lambda err: print(err))
        print(end_of(client))

    pynet.run(lambda: waiting(then))
    print("over")
    """
    assert run(body) == ["reset", "close", "None", "over"]
