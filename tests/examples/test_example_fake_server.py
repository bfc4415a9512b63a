"""examples/test_fake_server.py is a file of tests itself."""

import subprocess
import sys

import pytest

import isolated
from paths import ROOT


@pytest.mark.posix_only("the settings of pytest-timeout need SIGALRM")
def test_its_tests_pass():
    command = [sys.executable, "-m", "pytest", "-q", "-p", "pynet.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, str(ROOT / "examples" / "test_fake_server.py")],
        cwd=ROOT, env=isolated.environment(), capture_output=True, text=True, timeout=55, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "7 passed" in done.stdout
