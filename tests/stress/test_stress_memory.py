"""Allocations that fail: a MemoryError somewhere, or nothing at all, but no crash, no hang, nothing left open."""

import json
import os
import platform
import shutil
import subprocess
import sys

import pytest

import isolated
from isolated import memory_shim

EVERY = bool(os.environ.get("PYNET_MEMORY_SWEEP"))  # each allocation, not one in several: a minute or two

pytestmark = [
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc() is replaced by glibc's means"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler"),
    pytest.mark.skipif("PYNET_ASAN" in os.environ, reason="the sanitizer has a malloc() of its own"),
]


@pytest.fixture(scope="module")
def shim(tmp_path_factory):
    return memory_shim.build("cc", tmp_path_factory.mktemp("shim"))


def sweep(shim, kind, folder, first, stride, count):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "isolated.memory", kind, folder, *map(str, (first, stride, count))],
        env=isolated.environment(LD_PRELOAD=shim, PYTHONMALLOC="malloc"),
        capture_output=True,
        text=True,
        timeout=55 if not EVERY else 600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    *bad, totals = map(json.loads, done.stdout.splitlines())
    return bad, totals


@pytest.fixture(params=["tcp", "unix", "listen"])
def kind(request):
    """The two transports; and servers on what is there already, their loops and their shutdown."""
    return request.param


@pytest.mark.timeout(600 if EVERY else 60)
@pytest.mark.parametrize("count", [1, 4], ids=["one", "four"])
def test_allocations_that_fail(shim, kind, count, tmp_path):
    """The nth allocation that pynet or libuv asks for fails, or four in a row, for many n."""
    stride = 1 if EVERY else 97 if kind == "listen" else 9  # a server without its shutdown is waited for
    bad, totals = sweep(shim, kind, tmp_path, count, stride, count)
    assert bad == []
    assert totals["last"] > 100, "too few allocations were seen"
    assert totals["runs"] >= 100 // stride and totals["runs"] > 1


@pytest.mark.timeout(600 if EVERY else 60)
@pytest.mark.parametrize("count", [1, 4], ids=["one", "four"])
def test_connects_whose_allocations_fail(shim, count, tmp_path):
    """The same for clients that try several addresses."""
    bad, totals = sweep(shim, "connects", tmp_path, count, 1 if EVERY else 31, count)
    assert bad == []
    assert totals["last"] > 100, "too few allocations were seen"


@pytest.mark.parametrize("kind", ["tcp", "unix", "connects"])
def test_the_scenario_without_a_failure(shim, kind, tmp_path):
    bad, totals = sweep(shim, kind, tmp_path, 1_000_000, 1, 1)
    assert (bad, totals["runs"]) == ([], 1)


@pytest.mark.parametrize("count", [1, 4], ids=["one", "four"])
def test_run_puts_signals_back_when_any_allocation_fails(count):
    """Also the allocations of Python code: run() looks signals up and sets handlers in Python."""
    pytest.importorskip("_testcapi")
    out = isolated.check(f"""
        import signal, socket, _testcapi, pynet

        def of_signals():
            descriptor = signal.set_wakeup_fd(-1)
            signal.set_wakeup_fd(descriptor)
            return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM), descriptor

        def main():
            pass

        def attempt(n):
            _testcapi.set_nomemory(n, n + {count})
            try:
                pynet.run(main, signals=True)
            except (MemoryError, SystemError):  # SystemError: of the module enum, within signal.signal()
                return False
            finally:
                _testcapi.remove_mem_hooks()
            return True

        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        signal.set_wakeup_fd(ours.fileno())
        pynet.run(main, signals=True)  # all is imported, the loop is made
        before, failed = of_signals(), 0
        for n in range(1, 300):
            failed += not attempt(n)
            assert of_signals() == before, n
        print(failed > 20)
    """)
    assert out == "True\n"
