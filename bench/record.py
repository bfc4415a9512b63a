"""Runs suites and keeps their numbers in bench/recorded/DATE.json: `make bench-record`. bench/plots.py draws them.

A record says what it was made with, and how busy the machine was. Compare only numbers of one record with each other.
"""

import argparse
import datetime
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from lib import harness

BENCH = Path(__file__).resolve().parent
RECORDED = BENCH / "recorded"
SUITES = {
    "instr": [],
    "memory": ["--servers", "pynet-idle,pynet-data,uvloop,asyncio,libuv,node-data"],
    "speed": ["--rounds", "7"],
    "streams": [],
    "aio": ["--parts", "listeners,threads", "--rounds", "3"],
    "connect": [],
    "addresses": [],
}


def output(*command, cwd=None):
    """The first line that a command prints, or None."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip().split("\n")[0]


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def node_version():
    try:
        return output(harness.node(), "--version")
    except harness.Unavailable:
        return None


def libuv_version():
    """Of the system's copy, when pynet has loaded that."""
    import ctypes

    import pynet  # noqa: F401 - loads it

    if "/libuv.so" not in Path("/proc/self/maps").read_text():
        return "inside pynet"
    version = ctypes.CDLL("libuv.so.1").uv_version_string
    version.restype = ctypes.c_char_p
    return version().decode()


def made_with():
    """What the numbers depend on: the machine and the versions."""
    import pynet

    measured = [harness.ROOT / name for name in ("csrc", "pynet", "bench/lib", "bench/peers", "bench/suites")]
    changed = output("git", "status", "--porcelain", "--untracked-files=no", "--", *measured, cwd=BENCH)
    return {
        "processor": processor(),
        "processors": os.cpu_count(),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "compiler": platform.python_compiler(),
        "pynet": pynet.__version__,
        "commit": output("git", "rev-parse", "HEAD", cwd=BENCH),
        "changed": bool(changed),
        "libuv": libuv_version(),
        "uvloop": output(sys.executable, "-c", "import uvloop; print(uvloop.__version__)"),
        "node": node_version(),
    }


LEFT_OUT = {"seconds", "messages", "server_cpu_ns"}  # what other numbers are made of


def condensed(value):
    """A list of rounds becomes a dict of lists, with four significant digits."""
    if isinstance(value, dict):
        return {key: condensed(each) for key, each in value.items()}
    if isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        return {key: [condensed(each[key]) for each in value] for key in value[0] if key not in LEFT_OUT}
    if isinstance(value, list):
        return [condensed(each) for each in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def text_of(record):
    """JSON with each list on one line."""
    text = json.dumps(record, indent=1, sort_keys=True)
    return re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text) + "\n"


def run(suite, options):
    """One suite, with what it prints on this terminal; its document, and the load around it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "numbers.json")
        before = os.getloadavg()[0]
        print(f"--- {suite} {' '.join(options)}", flush=True)
        subprocess.run([sys.executable, str(BENCH), suite, *options, "--json", str(file)], check=True)
        return {
            "options": options,
            "load": [round(before, 2), round(os.getloadavg()[0], 2)],
            "numbers": condensed(json.loads(file.read_text())),
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("suites", nargs="*", help="default all: " + ", ".join(SUITES))
    parser.add_argument("--quick", action="store_true", help="does it work? Writes to build, not to bench/recorded")
    chosen = parser.parse_args()
    names = chosen.suites or list(SUITES)
    if unknown := sorted(set(names) - set(SUITES)):
        parser.error(f"no suite {unknown[0]}; there are: {', '.join(SUITES)}")
    date = datetime.date.today().isoformat()
    file = harness.ROOT / "build" / "bench" / "recorded.json" if chosen.quick else RECORDED / f"{date}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    # A second run on the same day replaces the suites that it runs.
    record = json.loads(file.read_text()) if file.exists() else {"suites": {}}
    made = made_with()
    for name in names:
        more = ["--quick"] if chosen.quick else SUITES[name]
        record["suites"][name] = run(name, more)
        record |= {"date": date, "made_with": made}
        file.write_text(text_of(record))
    print(f"written: {file.relative_to(harness.ROOT)}")


if __name__ == "__main__":
    main()
