"""After gevent.monkey.patch_all(): the driver is a thread of the system, and a wait lets the greenlets run."""

import importlib.util

import pytest

import isolated

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("gevent") is None, reason="gevent is not installed"),
    pytest.mark.parametrize("first", ["gevent", "pynet"]),
]

PRELUDE = """
    import sys, warnings
    warnings.simplefilter("ignore")
    if sys.argv[1] == "pynet":
        import pynet
    import gevent.monkey
    gevent.monkey.patch_all()
    import threading
    import gevent, pynet

    beats = []

    def beat():
        while True:
            beats.append(True)
            gevent.sleep(0.001)

    def beats_while(wait, *args):
        \"\"\"Whether greenlets run while wait(*args) waits: it waits until some have.\"\"\"
        before = len(beats)
        wait(*args)
        return len(beats) > before + 3

    def after_beats(function):
        \"\"\"Calls function() in a greenlet when others have run.\"\"\"
        def greenlet():
            before = len(beats)
            while len(beats) < before + 5:
                gevent.sleep(0.001)
            function()
        gevent.spawn(greenlet)

    peers = []
    server = pynet.create_server(peers.append).listen(0, "127.0.0.1")
    client = pynet.connect(server.address().port, "127.0.0.1")
    client.wait("connect", 10)
    gevent.spawn(beat)
"""


def check(first, script):
    return isolated.check(isolated.join(PRELUDE, script, "client.destroy(); server.close()"), first).split("\n")[:-1]


def test_the_driver_is_a_thread_named_pynet(first):
    out = check(
        first,
        """
        native = gevent.monkey.get_original("threading", "get_ident")
        main, seen = native(), []
        pynet.next_tick(lambda: seen.append((threading.current_thread().name, native() != main)))
        over = pynet.once(client, "over")
        pynet.set_timeout(lambda: client.emit("over"), 1)
        over.result(10)
        print(*seen[0], "pynet" in [t.name for t in threading.enumerate()])
        """,
    )
    assert out == ["pynet True True"]


def test_what_a_listener_raises_goes_to_the_excepthook(first):
    out = check(
        first,
        """
        threading.excepthook = lambda args: (print(args.exc_type.__name__, args.thread.name), client.emit("heard"))
        heard = pynet.once(client, "heard")
        pynet.next_tick(lambda: 1 / 0)
        heard.result(10)
        """,
    )
    assert out == ["ZeroDivisionError pynet"]


@pytest.mark.parametrize(
    "wait, ends",
    [
        ("client.read_exactly(1, 10)", "peers[0].write('x')"),
        ("client.read_until('x', timeout=10)", "peers[0].write('x')"),
        ("client.wait('data', 10)", "peers[0].write('x')"),
        ("pynet.once(client, 'end').result(10)", "peers[0].end()"),
        ("list(client)", "peers[0].end()"),
        ("client.wait('close', 10)", "client.destroy()"),
        ("next(iter(server))", "pynet.connect(server.address().port, '127.0.0.1').unref()"),
    ],
)
def test_a_wait_lets_the_greenlets_run(first, wait, ends):
    out = check(
        first,
        f"""
        peers[0].resume()
        after_beats(lambda: {ends})
        print(beats_while(lambda: {wait}))
        for peer in peers: peer.destroy()
        """,
    )
    assert out == ["True"]


def test_run_beside_a_hub_is_refused(first):
    out = check(
        first,
        """
        try:
            pynet.run(lambda: print("main was called"))
        except RuntimeError as error:
            print(str(error)[:33])
        after_beats(lambda: peers[0].write("x"))
        print(client.read_exactly(1, 10))
        """,
    )
    assert out == ["run() would block gevent's hub: n", "b'x'"]
