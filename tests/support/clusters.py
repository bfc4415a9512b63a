"""Scripts that are the primary and the workers of a cluster, and what they print."""

from __future__ import annotations

import ast
import textwrap

from helpers import run_script

PREAMBLE = """
import os, signal, sys, time
import pynet
from pynet import cluster

def say(*values):
    os.write(1, (repr(values) + "\\n").encode())

def connect(address):
    return pynet.connect(address if isinstance(address, str) else tuple(address[:2]))
"""


def script(*, primary: str = "", worker: str = "", both: str = "") -> str:
    """The source of a cluster's script. `primary` and `worker` are the bodies of main(), which run() calls in each."""
    parts = [PREAMBLE, textwrap.dedent(both)]
    for name, body in (("primary", primary), ("worker", worker)):
        parts.append(f"def {name}():\n" + textwrap.indent(textwrap.dedent(body) or "pass", "    "))
    parts.append("pynet.run(primary if cluster.is_primary else worker)")
    return "\n".join(parts)


def run_cluster(*args: str, primary: str = "", worker: str = "", both: str = "", **options) -> list[tuple]:
    """Runs such a script to its end; what say() has printed in all of its processes, in the order of writing."""
    done = run_script(script(primary=primary, worker=worker, both=both), *args, timeout=40, **options)
    assert (done.returncode, done.stderr) == (0, ""), (done.returncode, done.stdout, done.stderr)
    return [ast.literal_eval(line) for line in done.stdout.splitlines()]
