"""A plugin of pytest for tools/windows_test.py: writes what it does into the file that PYNET_PROGRESS names.

A line of JSON for each test: {"start": ID}, then {"end": ID, "outcome": "passed", "failed" or "skipped"}; the last
line is {"finished": STATUS}. If the process dies, the last `start` without an `end` names the test. Those that the file
names already are deselected: so a second process goes on where the first one died.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

PROGRESS = Path(os.environ["PYNET_PROGRESS"])
_failed: dict[str, bool] = {}  # by ID: did a phase fail, or was the test skipped


def _write(**entry: object) -> None:
    with PROGRESS.open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")


def _known() -> set[str]:
    if not PROGRESS.exists():
        return set()
    entries = map(json.loads, PROGRESS.read_text(encoding="utf-8").splitlines())
    return {entry["start"] for entry in entries if "start" in entry}


def pytest_collection_modifyitems(config, items):
    known = _known()
    left = [item for item in items if item.nodeid not in known]
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in known])
    items[:] = left


def pytest_collectreport(report):
    if report.failed:
        _write(start=report.nodeid)
        _write(end=report.nodeid, outcome="failed")
    elif report.skipped:
        _write(start=report.nodeid)
        _write(end=report.nodeid, outcome="skipped")


def pytest_runtest_logstart(nodeid, location):
    _write(start=nodeid)


def pytest_runtest_logreport(report):
    if report.failed:
        _failed[report.nodeid] = True
    elif report.skipped:
        _failed.setdefault(report.nodeid, False)


def pytest_runtest_logfinish(nodeid, location):
    outcome = {True: "failed", False: "skipped", None: "passed"}[_failed.get(nodeid)]
    _write(end=nodeid, outcome=outcome)


def pytest_sessionfinish(session, exitstatus):
    _write(finished=int(exitstatus))
