"""ref() and unref() of sockets: what keeps run() going."""

import pytest

SCRIPT = """
    import pynet

    def main():
        def on_connection(sock):
            sock.unref()

        def connected():
            print("connected")
            {connected}

        server = pynet.create_server(on_connection)
        server.listen(0, "127.0.0.1").unref()
        client = pynet.Socket()
        client.on("close", lambda had_error: print("close"))
        {before}
        client.connect(server.address()[1], "127.0.0.1", connected)
        {after}

    pynet.run(main)
    print("over")
"""


def steps(connected="pass", before="pass", after="pass"):
    return SCRIPT.format(connected=connected, before=before, after=after)


@pytest.mark.parametrize(
    "source",
    [
        steps(before="client.unref()"),
        steps(after="client.unref()"),
        steps(connected="client.unref()"),
        steps(before="client.unref()", after="client.ref(); client.unref()"),
    ],
)
def test_an_unreferenced_connection_does_not_keep_run_going(script, source):
    """But the outcome of a connect under way is waited for."""
    done = script(source, timeout=10)
    assert (done.returncode, done.stdout, done.stderr) == (0, "connected\nover\n", "")


LATER = "pynet.set_timeout(lambda: print('still here') or client.destroy(), 50).unref()"


@pytest.mark.parametrize(
    "source",
    [
        steps(connected=LATER),
        steps(connected=LATER, before="client.unref()", after="client.ref()"),
        steps(connected=f"client.ref(); {LATER}", before="client.unref()"),
    ],
)
def test_a_referenced_connection_keeps_run_going(script, source):
    done = script(source, timeout=10)
    assert (done.returncode, done.stdout, done.stderr) == (0, "connected\nstill here\nclose\nover\n", "")


@pytest.mark.parametrize("what", ["pynet.Socket()", "pynet.Socket().end()", "pynet.Socket().set_timeout(5000)"])
def test_a_socket_without_a_connection_does_not_keep_run_going(script, what):
    done = script(f"import pynet; pynet.run(lambda: {what}); print('over')", timeout=10)
    assert (done.returncode, done.stdout, done.stderr) == (0, "over\n", "")


def test_a_failed_connect_of_an_unreferenced_socket_is_told(script):
    done = script(
        """
        import socket, pynet

        def main():
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            client = pynet.connect(port, "127.0.0.1").unref()
            client.on("error", lambda err: print(err.code))

        pynet.run(main)
        print("over")
        """,
        timeout=10,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "ECONNREFUSED\nover\n", "")
