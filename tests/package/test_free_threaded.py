"""Free-threaded Python: pynet switches the GIL on, and refuses to be imported where it has to stay off."""

import subprocess
import sys

import pytest

import isolated
from free_threaded import IS_FREE_THREADED

pytestmark = pytest.mark.skipif(not IS_FREE_THREADED, reason="Python has the GIL")


def python(*args, **env):
    return subprocess.run(
        [sys.executable, *args], env=isolated.environment(**env), capture_output=True, text=True, check=False
    )


def test_import_switches_the_gil_on():
    done = python("-W", "ignore", "-c", "import sys, pynet; print(sys._is_gil_enabled())")
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


@pytest.mark.parametrize(("args", "env"), [(("-X", "gil=0"), {}), ((), {"PYTHON_GIL": "0"})], ids=["-X", "PYTHON_GIL"])
def test_import_without_the_gil_is_refused(args, env):
    done = python(*args, "-c", "import pynet", **env)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "ImportError: pynet cannot be imported while the GIL is off: the GIL guards its loop. "
        "Start Python without PYTHON_GIL=0 and -X gil=0"
    )


def test_import_with_the_gil_from_the_start():
    done = python("-W", "error", "-X", "gil=1", "-c", "import pynet")
    assert (done.returncode, done.stderr) == (0, "")
