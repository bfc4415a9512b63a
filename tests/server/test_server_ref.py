"""run() returns when nothing referenced is left: servers, their connections, ref() and unref()."""

import pytest

import pynet
from helpers import raw_client

RUN = """
    import pynet

    def main():
        server = pynet.create_server(lambda sock: None)
        {setup}

    pynet.run(main)
    print("over")
"""


@pytest.mark.parametrize(
    "setup",
    [
        "pass",
        "server.unref().listen(0, '127.0.0.1')",
        "server.listen(0, '127.0.0.1').unref()",
        "server.listen(0, '127.0.0.1').unref().ref().unref()",
        pytest.param(
            "server.listen('\\0pynet-%d' % __import__('os').getpid()).unref()",
            marks=pytest.mark.posix_only("there are no abstract names"),
        ),
        "server.listen(0, '127.0.0.1', server.close)",
        "server.listen(0, '127.0.0.1', lambda: server.unref())",
        "server.on('connection', lambda s: s.unref()); server.listen(0, '127.0.0.1').unref(); "
        "pynet.connect(server.address().port, '127.0.0.1').unref()",
    ],
)
def test_run_returns(script, setup):
    done = script(RUN.format(setup=setup), timeout=10)
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


@pytest.mark.parametrize(
    "setup",
    [
        "server.listen(0, '127.0.0.1')",
        "server.unref().listen(0, '127.0.0.1').ref()",
        "server.listen(0, '127.0.0.1').unref(); server.ref()",
    ],
)
def test_run_stays_while_a_referenced_server_listens(script, setup):
    stop = "; pynet.set_timeout(lambda: print('still here') or server.close(), 50).unref()"
    done = script(RUN.format(setup=setup + stop), timeout=10)
    assert (done.returncode, done.stdout) == (0, "still here\nover\n")


def test_connection_of_an_unreferenced_server_keeps_run_going(script):
    done = script(
        """
        import socket, pynet

        def main():
            def on_connection(sock):
                server.unref()
                pynet.set_timeout(lambda: print("still here") or sock.destroy() and other.close(), 50).unref()

            server = pynet.create_server(on_connection).listen(0, "127.0.0.1")
            other = socket.create_connection(server.address()[:2])

        pynet.run(main)
        print("over")
        """,
        timeout=10,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "still here\nover\n", "")


# --- without a listener ---


def test_server_that_waits_for_its_listener_keeps_run_going():
    """It accepts nothing before its first `connection` listener, but it listens: run() must not return."""
    srv = pynet.create_server()
    srv.listen(0, "127.0.0.1")
    passed = []

    def ask_for_connections():
        passed.append("timer")
        srv.on("connection", lambda sock: (passed.append("connection"), sock.destroy(), srv.close()))

    pynet.set_timeout(ask_for_connections, 20).unref()
    with raw_client(srv):
        pynet.run()
    assert passed == ["timer", "connection"]


def test_unreferenced_server_that_waits_for_its_listener_does_not():
    srv = pynet.create_server()
    srv.listen(0, "127.0.0.1")
    srv.unref()
    done = []
    pynet.set_timeout(lambda: done.append("late"), 5000).unref()
    pynet.run()
    assert done == []
    srv.close()
