"""run() returns when nothing referenced is left: servers, their connections, ref() and unref()."""

import pytest

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
        "server.listen('\\0pynet-%d' % __import__('os').getpid()).unref()",
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
