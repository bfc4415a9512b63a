"""Fixtures that every test may use; see support/helpers.py for the classes behind them."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys

import hypothesis
import pytest

import pynet
from helpers import Pair, Recorder, connected_pair, live_handles, run_script, wait_until
from pipe_names import PipeFolder

pytest_plugins = ["platform_skips"]

# Since Python 3.12, os.fork() beside other threads warns, on the stderr of many scripts here. What comes of such a fork
# is what those tests are about.
_FORK = "ignore:This process (pid=:DeprecationWarning"
# So does a free-threaded Python that imports pynet: tests/package/test_free_threaded.py.
_GIL = "ignore:The global interpreter lock:RuntimeWarning"
os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _FORK, _GIL]))
# A script in the checkout's folder imports the pynet that is tested, and not the folder's, which need not be built.
os.environ["PYTHONSAFEPATH"] = "1"
# A shell ignores SIGINT for what it starts with `&`, and so would the scripts of the tests of Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# So does nohup SIGHUP, at which a cluster replaces its workers.
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


# A slow machine, or an emulated one, is no reason to fail.
hypothesis.settings.register_profile("pynet", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("pynet")


# The files that take longest. `python -m pytest --durations=0` shows what each test takes.
LONG_FILES = [
    "test_conformance",
    "test_build_sdist",
    "test_dealloc_user_code",
    "test_stress_allocations",
    "test_stubs_types",
    "test_driver_dead",
    "test_driver_gevent",
    "test_driver_descriptors",
    "test_driver_exit",
    "test_driver_paused",
    "test_core",
    "test_bench_tools",
    "test_docs_snippets",
    "test_docs_api",
]


def pytest_collection_modifyitems(config, items):
    """When several processes share the suite (make test), they begin with the longest files: else one ends alone."""
    if hasattr(config, "workerinput"):
        order = {name: number for number, name in enumerate(LONG_FILES)}
        items.sort(key=lambda item: order.get(item.path.stem, len(order)))


def pytest_collection_finish():
    """What the tests are made of is there to the end: gc.collect(), which many of them call, need not look at it."""
    gc.collect()
    gc.freeze()


if sys.platform == "win32":

    @pytest.fixture
    def tmp_path(tmp_path):
        """On Windows tmp_path / "s.sock" is the name of a pipe."""
        return PipeFolder(tmp_path)


@pytest.fixture(autouse=True)
def no_handles_left(request):
    """Each test closes what it opened: the live-handle counters are back where they were when it is over."""
    before = live_handles()

    def closed():
        now = live_handles()
        if sys.platform != "win32":
            return now == before
        return all(count <= before[name] for name, count in now.items())  # a skipped test may have left some

    yield
    if closed() or request.node.get_closest_marker("leaves_handles"):
        return
    if wait_until(closed, timeout=1):
        return
    gc.collect()
    if getattr(request.node, "not_there", False):
        pynet.close_all()  # a server that is left would keep the run() of other tests going
    assert wait_until(closed, timeout=0.1 if getattr(request.node, "not_there", False) else 4), live_handles()


@pytest.fixture(params=["tcp", "unix"])
def kind(request):
    """Both transports."""
    return request.param


@pytest.fixture
def where(kind, tmp_path):
    """What to listen on: a free port of 127.0.0.1, or a path; on Windows the name of a pipe."""
    return (0, "127.0.0.1") if kind == "tcp" else (str(tmp_path / "s.sock"),)


@pytest.fixture
def server(where):
    """A function that makes a listening server: server(on_connection=None, **options)."""
    made = []

    def make(on_connection=None, **options):
        srv = pynet.create_server(options, on_connection or (lambda sock: None))
        made.append(srv)
        srv.listen(*where)
        assert srv.listening
        return srv

    yield make
    for srv in made:
        srv.close()


@pytest.fixture
def bare(where):
    """A function that makes a server without listeners; listen=False: which does not listen yet."""
    made = []

    def make(*, listen=True, **options):
        srv = pynet.Server(options)
        made.append(srv)
        return srv.listen(*where) if listen else srv

    yield make
    for srv in made:
        srv.shutdown(0)


@pytest.fixture
def pair(where):
    """A function that gives a connected Pair(client, peer, server): pair(client_options={}, **server_options)."""
    made: list[Pair] = []

    def make(client_options=None, **server_options):
        p = connected_pair(where, client_options or {}, server_options)
        made.append(p)
        return p

    yield make
    for p in made:
        p.close()


@pytest.fixture
def reset_pair(pair):
    """As pair(), and the client has an `error` listener: a peer that closes with unread data resets the connection."""

    def make(*args, **options):
        p = pair(*args, **options)
        p.client.on("error", lambda err: None)
        return p

    return make


@pytest.fixture
def silent():
    """(host, port) of a listening socket of Python's own that accepts nothing: what it gets is never read."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    yield listener.getsockname()[:2]
    listener.close()


@pytest.fixture
def refused():
    """(host, port) of a port that is bound and does not listen: connecting is refused."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    yield bound.getsockname()
    bound.close()


@pytest.fixture
def record():
    """record(emitter, *events): a Recorder that notes events and their arguments, and can wait for them."""
    return Recorder


@pytest.fixture
def uncaught():
    """What the handler of uncaught exceptions gets meanwhile: [(exception, emitter)]."""
    seen = []
    before = pynet.set_uncaught_handler(lambda exc, emitter: seen.append((exc, emitter)))
    yield seen
    pynet.set_uncaught_handler(before)


@pytest.fixture
def uncaught_errors():
    """The exceptions that the handler of uncaught exceptions gets meanwhile."""
    seen = []
    before = pynet.set_uncaught_handler(lambda exc, emitter: seen.append(exc))
    yield seen
    pynet.set_uncaught_handler(before)


@pytest.fixture
def script():
    """script(source, *args, timeout=20): runs Python source in a fresh interpreter; see helpers.run_script."""
    return run_script
