"""The short form of `make soak`."""

import os
import subprocess
import sys

import pytest

import isolated
from paths import TESTS


def soak(*arguments):
    return subprocess.run(
        [sys.executable, TESTS / "stress" / "soak.py", *arguments],
        capture_output=True,
        text=True,
        timeout=110,
        env=isolated.environment(PYTHONSAFEPATH=""),  # soak.py imports its neighbour
        check=False,
    )


def test_a_short_soak(kind):
    done = soak("--connections", "200", "--total", "10000", "--cancelled", "0", "--reads", "0", "--kind", kind)
    check(done)
    assert "10000 connections" in done.stdout


def test_a_short_soak_of_cancelled_connects(kind):
    done = soak("--total", "0", "--reads", "0", "--cancelled", "2000" if kind == "tcp" else "1000", "--kind", kind)
    check(done)
    assert done.stdout.count("cancelled connects") == 4


def test_a_short_soak_of_handshakes(kind):
    done = subprocess.run(
        [sys.executable, TESTS / "stress" / "soak_tls.py", "1600", kind],
        capture_output=True,
        text=True,
        timeout=110,
        env=isolated.environment(PYTHONSAFEPATH=""),
        check=False,
    )
    check(done, "soak_tls")
    assert done.stdout.count("200 connections") == 8


def test_a_short_soak_of_reads():
    done = soak("--total", "0", "--cancelled", "0", "--reads", "20000")
    check(done)
    assert done.stdout.count("20000 reads") == 3


def check(done, name="soak"):
    # Under a sanitizer freed memory is kept back on purpose: nothing can be said about growth there.
    growth = [line for line in done.stderr.splitlines() if "grew the process" in line]
    if os.environ.get("PYNET_ASAN") and len(growth) == len(done.stderr.splitlines()):
        return
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.splitlines()[-1] == f"{name}: no leak, no error"


@pytest.mark.parametrize("scheduling", ["fair", "none", "rr"])
def test_no_client_is_refused_while_workers_are_replaced(scheduling):
    done = subprocess.run(
        [sys.executable, "-P", TESTS / "stress" / "soak_cluster.py", "2000", scheduling],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2000 served, 0 failed, ")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--connections", "many"]])
def test_wrong_arguments(arguments):
    assert soak(*arguments).returncode == 2
