"""Scripts in interpreters of their own: run() waits for the end, start() talks to one while it lives."""

from __future__ import annotations

import contextlib
import inspect
import os
import subprocess
import sys
import textwrap
import time

from helpers import run_script
from paths import ROOT, SUPPORT


def environment(**more: str) -> dict[str, str]:
    """Scripts may import helpers and isolated.tools; pynet is the one that the tests themselves use.

    There is no line on stderr about what still listens or connects at the end: PYNET_NO_EXIT_NOTICE="" brings it back.
    """
    path = [os.environ.get("PYTHONPATH"), str(SUPPORT)]
    return {
        **os.environ,
        "PYTHONSAFEPATH": "1",
        "PYNET_NO_EXIT_NOTICE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, path)),
        **more,
    }


def join(*parts: str) -> str:
    """A script of several parts, each without its own indentation."""
    return "\n".join(inspect.cleandoc(part) for part in parts)


def run(source: str, *args: str, timeout: float = 30.0, env: dict[str, str] | None = None, **options):
    """helpers.run_script() that also says how long it took, in .seconds; a crash fails at once."""
    began = time.monotonic()
    done = run_script(source, *map(str, args), timeout=timeout, env=environment(**(env or {})), **options)
    done.seconds = time.monotonic() - began
    assert done.returncode >= 0, f"died of signal {-done.returncode}\n{done.stdout}\n{done.stderr}"
    return done


def check(source: str, *args: str, **options) -> str:
    """run() of a script that must end well and say nothing on stderr; what it printed."""
    done = run(source, *args, **options)
    assert (done.returncode, done.stderr) == (0, ""), f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@contextlib.contextmanager
def start(source: str, *args: str):
    """A script that goes on; its standard streams are pipes, in text."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-c", textwrap.dedent(source), *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
