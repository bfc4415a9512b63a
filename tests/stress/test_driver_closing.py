"""Random descriptors of the process are closed while the loop runs: an error, a dead loop, but no crash, no hang."""

import os
import subprocess
import sys

import pytest

import isolated

RUNS = int(os.environ.get("PYNET_CLOSING_RUNS", "6"))
FIRST = int(os.environ.get("PYNET_CLOSING_SEED", "1"))

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds descriptors in /proc")


@pytest.mark.timeout(60 + 2 * RUNS)
@pytest.mark.parametrize("mode", ["listener", "turn"])
def test_random_descriptors_are_closed(mode):
    for seed in range(FIRST, FIRST + RUNS):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "isolated.closing", mode, str(seed)],
            env=isolated.environment(),
            capture_output=True,
            timeout=30,
            check=False,
        )
        assert done.returncode == 0, (seed, done.stderr.decode())
