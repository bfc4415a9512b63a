"""A plugin of pytest for tools/windows_test.py: writes what it does into the file that PYNET_PROGRESS names.

A line of JSON for each test: {"start": ID}, then {"end": ID, "outcome": "passed", "failed" or "skipped"}, the last
two with "why": REASON, a failure also with "text": what pytest prints of it, which it does at its end only. The last
line is {"finished": STATUS}. If the process dies, the last `start` without an `end` names the test. Those that the file
names already are deselected: so a second process goes on where the first one died.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

PROGRESS = Path(os.environ["PYNET_PROGRESS"])
_failed: dict[str, bool] = {}  # by ID: did a phase fail, or was the test skipped
_why: dict[str, str] = {}  # by ID
_text: dict[str, str] = {}  # of failures, by ID


def _write(**entry: object) -> None:
    with PROGRESS.open("a", encoding="utf-8") as out:
        out.write(json.dumps(entry) + "\n")


def _known() -> set[str]:
    if not PROGRESS.exists():
        return set()
    entries = map(json.loads, PROGRESS.read_text(encoding="utf-8").splitlines())
    return {entry["start"] for entry in entries if "start" in entry}


def _reason(report) -> str:
    """Why a test failed or was skipped, in a line."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = (crash.message if crash is not None else report.longreprtext).splitlines()
    return lines[0] if lines else ""


def pytest_collection_modifyitems(config, items):
    known = _known()
    left = [item for item in items if item.nodeid not in known]
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid in known])
    items[:] = left


def pytest_collectreport(report):
    if report.failed:
        _write(start=report.nodeid)
        _write(end=report.nodeid, outcome="failed", why=_reason(report))
    elif report.skipped:
        _write(start=report.nodeid)
        _write(end=report.nodeid, outcome="skipped", why=_reason(report))


def pytest_runtest_logstart(nodeid, location):
    _write(start=nodeid)


def pytest_runtest_logreport(report):
    if report.failed:
        _failed[report.nodeid] = True
        _text[report.nodeid] = report.longreprtext
    elif report.skipped:
        _failed.setdefault(report.nodeid, False)
    if not report.passed:
        _why.setdefault(report.nodeid, _reason(report))


def pytest_runtest_logfinish(nodeid, location):
    outcome = {True: "failed", False: "skipped", None: "passed"}[_failed.get(nodeid)]
    more = {key: texts[nodeid] for key, texts in (("why", _why), ("text", _text)) if nodeid in texts}
    _write(end=nodeid, outcome=outcome, **more)


def pytest_sessionfinish(session, exitstatus):
    _write(finished=int(exitstatus))
