"""Runs the tests on CPython for Windows under wine: `make test-windows`. tools/windows.sh test has set it up.

    python tools/windows_test.py [--again] [--jobs N] [--stall SECONDS] [--limit SECONDS] [--restarts N]
        [ARGUMENTS OF PYTEST]

Each folder of tests/ runs in a process of its own, --jobs at a time; with paths among the arguments, each path does.
If a process dies, or no test ends for --stall seconds, the test that ran counts as crashed, and another process
goes on behind it. If wineserver is gone, it is started anew, and the test that ran does so once more in another
process; likewise if a process takes more than --limit seconds. --again goes on where an earlier run has stopped, and
runs once more what did not pass in it. What pytest prints is in build/windows/tests/NAME.log, and the outcome of each
test in NAME.progress. At the end there is a table, the list of what failed and crashed, why tests were skipped, how
often wineserver was lost, and a line `N passed, N failed, N skipped`. The exit status is 0 if nothing failed, and each
skipped test is of a feature that the docs name (tools/windows_features.py).
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, BinaryIO

import windows_features
import wine

ROOT = wine.ROOT
LOGS = wine.PLACE / "tests"
# pytest-timeout's own method needs SIGALRM. The other one ends the process: that is a crash for us, and we go on.
PYTEST = "-P -m pytest -p windows_progress -p no:cacheprovider --continue-on-collection-errors"
SETTINGS = "-o timeout_method=thread -o faulthandler_timeout=0"
TOO_LONG = "it took too long"
GOOD = (0, 1, 5)  # of pytest's exit statuses: the tests have run, or all are deselected
LONGEST = ("conformance", "examples", "stream", "server", "package", "loop", "cli")  # the folders that begin
LOSSES = 20  # as often wineserver may get lost in a run


class Services:
    """wineserver, and what belongs to it. Without it, each program under wine waits for ever."""

    def __init__(self):
        self.lock = threading.Lock()
        self.losses: list[str] = []  # when, and why
        self.begin()

    def begin(self) -> None:
        wine.start_services()
        self.server = wine.server_process()

    def there(self, seen: int) -> bool:
        """Whether wineserver is that of the time when `seen` was the number of losses."""
        return seen == len(self.losses) and wine.is_there(self.server)

    def check(self, seen: int) -> bool:
        """As there(); if it is not, or does not answer, another one is when this returns."""
        with self.lock:
            if seen != len(self.losses):
                return False
            try:
                if self.there(seen):
                    self.begin()
                    return True
                why = "wineserver had gone"
            except RuntimeError:
                why = "wineserver did not answer"
            self.losses.append(f"{time.strftime('%H:%M:%S')}: {why}")
            print(f"  {why}: it is started anew", flush=True)
            if len(self.losses) > LOSSES:
                raise RuntimeError(f"wineserver was lost {LOSSES} times")
            wine.end_all()
            self.begin()
            return False


class Part:
    """A folder or a file of tests."""

    def __init__(self, path: str):
        self.path = path
        name = re.sub(r"[^\w.-]+", "-", path.removeprefix("tests/")).strip("-")
        self.log = LOGS / f"{name}.log"
        self.progress = LOGS / f"{name}.progress"
        self.crashed: list[str] = []
        self.resumed = 0  # how often another process went on, and no test was to blame
        self.broken = ""  # why not all of it could run

    def entries(self) -> list[dict[str, Any]]:
        if not self.progress.exists():
            return []
        lines = self.progress.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]  # the last one may have been cut

    def under_way(self) -> str | None:
        ended = {entry["end"] for entry in self.entries() if "end" in entry}
        started = [entry["start"] for entry in self.entries() if "start" in entry]
        left = [test for test in started if test not in ended and test not in self.crashed]
        return left[-1] if left else None

    def forget(self, test: str | None) -> None:
        """The test that was under way is to run once more."""
        self.keep([entry for entry in self.entries() if test is None or entry.get("start") != test])

    def keep(self, entries: list[dict[str, Any]]) -> None:
        lines = [json.dumps(entry) + "\n" for entry in entries]
        self.progress.write_text("".join(lines), encoding="utf-8", newline="\n")

    def finished(self) -> int | None:
        """The exit status of the last process's pytest, if it came to its end."""
        entries = self.entries()
        return entries[-1].get("finished") if entries else None

    def with_outcome(self, outcome: str) -> list[str]:
        return [entry["end"] for entry in self.entries() if entry.get("outcome") == outcome]


def write(log: BinaryIO, chunk: bytes) -> None:
    log.write(chunk.replace(b"\r\n", b"\n"))
    log.flush()


class Limits:
    """What a process may take, in seconds, and how many of them a folder."""

    def __init__(self, stall: float, limit: float, restarts: int):
        self.stall = stall  # seconds in which no test ends
        self.limit = limit  # in all
        self.restarts = restarts


def one_process(part: Part, options: list[str], limits: Limits, there: Callable[[], bool]) -> tuple[int | None, str]:
    """(exit status, "") or, if it had to be ended, (None, why)."""
    with part.log.open("ab") as log:
        run = wine.Run(
            [str(wine.PYTHON), *PYTEST.split(), *SETTINGS.split(), *options, part.path],
            partial(write, log),
            cwd=ROOT,
            PYNET_PROGRESS=wine.windows_path(part.progress),
            PYTHONPATH=wine.windows_path(ROOT) + ";" + wine.windows_path(ROOT / "tools"),
            PYTHONFAULTHANDLER="1",
        )
        began = since = time.monotonic()
        size = -1
        try:
            while True:
                try:
                    return run.wait(1), ""
                except subprocess.TimeoutExpired:
                    pass
                now = part.progress.stat().st_size if part.progress.exists() else 0
                if now != size:
                    size, since = now, time.monotonic()
                elif time.monotonic() - since > limits.stall:
                    return None, f"nothing happened for {limits.stall:.0f} s"
                if time.monotonic() - began > limits.limit:
                    return None, TOO_LONG
                if not there():
                    return None, "wineserver had gone"
        finally:
            run.stop()


def forget(part: Part, again: bool) -> None:
    """Forgets the earlier run; `again`: only what did not end well in it."""
    part.log.unlink(missing_ok=True)
    good = {entry["end"]: entry for entry in part.entries() if entry.get("outcome") in ("passed", "skipped")}
    part.progress.unlink(missing_ok=True)
    if again and good:
        part.keep([line for test in good for line in ({"start": test}, good[test])])


def run_part(part: Part, options: list[str], limits: Limits, services: Services) -> None:
    idle = 0  # processes, one behind the other, in which no test has begun
    for _ in range(limits.restarts + 1):
        seen, before = len(services.losses), len(part.entries())
        status, why = one_process(part, options, limits, partial(services.there, seen))
        if part.finished() is not None:
            if why:
                part.broken = f"the process did not end after its last test: {why}"
            elif part.finished() not in GOOD and not part.with_outcome("failed"):
                part.broken = f"pytest ended with status {part.finished()}"
            return
        why = why or f"exit status {status}"
        test = part.under_way()
        idle = idle + 1 if len(part.entries()) == before else 0
        if idle == 3:
            part.broken = f"three processes in turn have run no test: {why}"
            return
        if services.check(seen) and why != TOO_LONG and test is not None:
            part.crashed.append(test)
            part.keep(part.entries())
            print(f"  crashed ({why}): {test}", flush=True)
        else:
            part.resumed += 1
            part.forget(test)
            why = why if seen == len(services.losses) else services.losses[-1]
            print(f"  {part.path} goes on in another process: {why}", flush=True)
    part.broken = f"given up after {limits.restarts} restarts"


def parts_of(arguments: list[str]) -> tuple[list[Part], list[str]]:
    """What runs, and the options for each."""
    paths = [argument for argument in arguments if (ROOT / argument.partition("::")[0]).exists()]
    options = [argument for argument in arguments if argument not in paths]
    if not paths:
        folders = {path.parent for path in ROOT.glob("tests/*/**/test_*.py")}
        names = {folder.relative_to(ROOT / "tests").parts[0] for folder in folders}
        paths = [f"tests/{name}" for name in (*LONGEST, *sorted(names.difference(LONGEST)))]
    return [Part(path.rstrip("/")) for path in paths], options


def report_skipped(parts: list[Part]) -> bool:
    """Prints why tests were skipped. True if each reason belongs to a feature that the docs name."""
    why = Counter(entry["why"] for part in parts for entry in part.entries() if entry.get("outcome") == "skipped")
    lacking: Counter[str] = Counter()
    for reason, count in why.most_common():
        print(f"skipped: {count:5} {reason}")
        feature = windows_features.feature_of(reason)
        if feature is None:
            print(f"skipped for no feature of tests/support/windows_features.toml: {reason}")
        lacking[feature or ""] += count
    for feature, count in lacking.most_common():
        print(f"not there: {count:5} {feature}")
    return "" not in lacking


def report(parts: list[Part], services: Services) -> bool:
    """Prints what came of it. True if all is well."""
    kinds = ("passed", "failed", "skipped")
    print(f"\n{'':32}" + "".join(f"{kind:>9}" for kind in (*kinds, "crashed", "resumed")))
    for part in parts:
        counts = [*(len(part.with_outcome(kind)) for kind in kinds), len(part.crashed), part.resumed]
        print(f"{part.path:32}" + "".join(f"{count:9}" for count in counts) + (part.broken and f"  {part.broken}"))
    for part in parts:
        for what, tests in (("failed", part.with_outcome("failed")), ("crashed", part.crashed)):
            for test in tests:
                print(f"{what}: {test}")
    good = report_skipped(parts)
    for loss in services.losses:
        print(f"wineserver was started anew at {loss}")
    total = {kind: sum(len(part.with_outcome(kind)) for part in parts) for kind in kinds}
    failed = total["failed"] + sum(len(part.crashed) for part in parts)
    print(f"\n{total['passed']} passed, {failed} failed, {total['skipped']} skipped")
    return good and failed == 0 and total["passed"] > 0 and not any(part.broken for part in parts)


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the tests under wine.", allow_abbrev=False)
    parser.add_argument("--again", action="store_true", help="go on, and run what failed or crashed once more")
    parser.add_argument("--jobs", type=int, default=1, help="folders or paths that run at a time (default 1)")
    parser.add_argument("--stall", type=float, default=180, help="seconds without an end of a test (default 180)")
    parser.add_argument("--limit", type=float, default=3600, help="seconds for a process (default 3600)")
    parser.add_argument("--restarts", type=int, default=50, help="of each folder, after a crash (default 50)")
    options, arguments = parser.parse_known_args()
    parts, for_pytest = parts_of(arguments)
    limits = Limits(options.stall, options.limit, options.restarts)
    LOGS.mkdir(parents=True, exist_ok=True)
    services = Services()

    def run(part: Part) -> None:
        print(f"{part.path} (log: {part.log.relative_to(ROOT)})", flush=True)
        forget(part, options.again)
        try:
            run_part(part, for_pytest, limits, services)
        except RuntimeError as error:  # wine does not start
            part.broken = str(error)

    with ThreadPoolExecutor(options.jobs) as pool:
        list(pool.map(run, parts))
    return 0 if report(parts, services) else 1


if __name__ == "__main__":
    sys.exit(main())
