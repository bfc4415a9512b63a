"""Each allocation of a call, of a conversation or of the import fails: MemoryError or an error, nothing lost, no crash.

The cases are in tests/support/isolated: allocation_calls.py (calls without a loop that runs), allocation_scenes.py and
allocation_refusals.py (conversations on the loop). test_stress_memory.py has long scenarios of many objects.
"""

import os
import platform
import shutil
import subprocess
import sys

import pytest

import isolated
from isolated import memory_shim

pytestmark = [
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="malloc() is replaced by glibc's means"),
    pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler"),
    pytest.mark.skipif("PYNET_ASAN" in os.environ, reason="the sanitizer has a malloc() of its own"),
]

SWEEPS = {"one": "1", "four": "4", "ticks": "ticks"}  # how many allocations fail in a row; or those for ticks


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory):
    """All sweeps at once: they spend most of their time waiting."""
    folder = tmp_path_factory.mktemp("shim")
    shim = memory_shim.build("cc", folder)
    running = {}
    for name, mode in SWEEPS.items():
        running[name] = subprocess.Popen(
            [sys.executable, "-P", "-m", "isolated.allocations", mode],
            env=isolated.environment(LD_PRELOAD=shim, PYTHONMALLOC="malloc", TMPDIR=str(folder)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    yield running
    for process in running.values():
        process.kill()
        process.communicate()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", SWEEPS)
def test_each_allocation_fails(sweeps, name):
    out, err = sweeps[name].communicate(timeout=280)
    assert (out, sweeps[name].returncode) == ("", 0), out + err
    assert err.startswith("runs: ") and int(err.split()[1]) > 2000, "too few allocations were seen"


def run(mode, folder):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "isolated.allocations", mode],
        env=isolated.environment(TMPDIR=str(folder)),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0), done.stdout + done.stderr


def test_no_descriptor_is_free(tmp_path):
    """From the first on, the second, and so on: an error, or a connection that the server drops; nothing stays open."""
    run("descriptors", tmp_path)


def test_each_object_that_is_made_runs_a_garbage_collection(tmp_path):
    """gc.set_threshold(1): nothing is lost, and nothing is freed too early."""
    run("collections", tmp_path)
