"""Runs batches of scenarios on Node and on pynet, each batch in one process of each."""

import json
import os
import selectors
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CONFORMANCE = HERE.parent / "conformance"  # the interpreters use its harness
PATIENCE_SECONDS = 15  # of one scenario


def node_command(node):
    return [str(node), str(HERE / "interpreter.cjs")]


def pynet_command():
    return [sys.executable, "-P", str(HERE / "interpreter.py")]


def _environment(late):
    import pynet  # here, so that recording needs no build

    package = Path(pynet.__file__).resolve().parent.parent
    env = {key: value for key, value in os.environ.items() if not key.startswith("NODE_")}
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(CONFORMANCE), str(package), env.get("PYTHONPATH", "")]))
    env["DIFFERENTIAL_LATE"] = "1" if late else "0"
    return env


def _lines(process):
    """The lines that `process` prints; ends at its end, or when nothing comes for too long (the process is killed)."""
    kept = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(PATIENCE_SECONDS):
                process.kill()
                return
            read = os.read(process.stdout.fileno(), 1 << 16)
            if not read:
                return
            *lines, kept = (kept + read).split(b"\n")
            yield from lines


def _attempt(command, scenarios, late):
    """The traces of the first scenarios, and why the process ended before the rest (None when there is none)."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "scenarios"
        file.write_text("".join(json.dumps(made) + "\n" for made in scenarios), encoding="utf-8")
        stderr = Path(folder) / "stderr"
        with (
            stderr.open("wb") as errors,
            subprocess.Popen(
                [*command, str(file), folder], env=_environment(late), stdout=subprocess.PIPE, stderr=errors
            ) as process,
        ):
            traces = [json.loads(line) for line in _lines(process)]
        if len(traces) == len(scenarios):
            return traces, None
        return traces, f"ended with status {process.returncode}: {stderr.read_text(errors='replace')[-2000:]}"


def run(command, scenarios, late=False):
    """The traces of each scenario. One that ends or hangs the process has {"main": ["DIED ..."]}; the rest go on."""
    done = []
    while len(done) < len(scenarios):
        traces, why = _attempt(command, scenarios[len(done) :], late)
        done += traces
        if why is not None:
            done.append({"main": [f"DIED {why}"]})
    return done
