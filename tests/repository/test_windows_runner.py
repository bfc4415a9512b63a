"""tools/windows_test.py, without wine: what it does when a process of tests dies, hangs, or loses wineserver."""

import json
import sys

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools" / "windows_test.py").is_file(), reason="not in a checkout")
TESTS = ("a", "b", "c")


@pytest.fixture
def tool(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    module = __import__("windows_test")
    monkeypatch.setattr(module, "LOGS", tmp_path)
    yield module
    for name in ("windows_test", "windows_features", "wine"):
        sys.modules.pop(name, None)


class Services:
    """Those of a run in which wineserver is lost when `lost` says so."""

    def __init__(self):
        self.losses = []
        self.lost = False

    def there(self, seen):
        return True

    def check(self, seen):
        if self.lost:
            self.losses.append("12:00:00: wineserver had gone")
            self.lost = False
            return False
        return True


class Processes:
    """In the place of one_process(): each does what `plans` says next, behind the tests that the file knows."""

    def __init__(self, part, services, *plans):
        self.part, self.services, self.plans = part, services, list(plans)
        self.ran = []

    def __call__(self, part, options, limits, there):
        plan = self.plans.pop(0)
        known = {entry["start"] for entry in part.entries() if "start" in entry}
        left = [test for test in TESTS if test not in known]
        with part.progress.open("a", encoding="utf-8") as out:
            for test in left if plan != "idle" else []:
                out.write(json.dumps({"start": test}) + "\n")
                self.ran.append(test)
                if test == "b" and plan != "good":
                    out.write(json.dumps({"end": test, "outcome": "passed"})[:9] if plan == "cut" else "")
                    break
                out.write(json.dumps({"end": test, "outcome": "passed"}) + "\n")
            else:
                if plan != "idle":
                    out.write(json.dumps({"finished": 0}) + "\n")
        self.services.lost = plan == "lost"
        return {"good": (0, ""), "late": (None, self.tool.TOO_LONG)}.get(plan, (1, ""))


@pytest.fixture
def run(tool, monkeypatch):
    """run(plan, ...): the part, and the tests in the order in which they have run."""

    def go(*plans, restarts=5):
        part, services = tool.Part("tests/x"), Services()
        processes = Processes(part, services, *plans)
        processes.tool = tool
        monkeypatch.setattr(tool, "one_process", processes)
        tool.run_part(part, [], tool.Limits(1, 1, restarts), services)
        return part, processes.ran

    return go


def test_a_good_process_is_the_only_one(run):
    part, ran = run("good")
    assert ran == ["a", "b", "c"]
    assert (part.with_outcome("passed"), part.crashed, part.resumed, part.broken) == (["a", "b", "c"], [], 0, "")


def test_a_test_that_crashes_is_left_behind(run):
    part, ran = run("dies", "good")
    assert ran == ["a", "b", "c"]
    assert (part.with_outcome("passed"), part.crashed, part.resumed) == (["a", "c"], ["b"], 0)


@pytest.mark.parametrize("plan", ["lost", "late"])
def test_a_test_that_is_not_to_blame_runs_again(run, plan):
    part, ran = run(plan, "good")
    assert ran == ["a", "b", "b", "c"]
    assert (part.with_outcome("passed"), part.crashed, part.resumed) == (["a", "b", "c"], [], 1)


def test_a_line_that_was_cut_is_not_read(run):
    part, ran = run("cut", "good")
    assert ran == ["a", "b", "c"]
    assert (part.with_outcome("passed"), part.crashed) == (["a", "c"], ["b"])


def test_processes_that_run_nothing_come_to_an_end(run):
    part, ran = run("idle", "idle", "idle")
    assert ran == []
    assert "three processes in turn have run no test" in part.broken


def test_too_many_crashes_come_to_an_end(run):
    part, _ = run("dies", restarts=0)
    assert part.crashed == ["b"]
    assert "given up after 0 restarts" in part.broken


def test_again_keeps_what_was_good(tool):
    part = tool.Part("tests/x")
    part.keep(
        [
            {"start": "a"},
            {"end": "a", "outcome": "passed"},
            {"start": "b"},
            {"end": "b", "outcome": "failed"},
            {"start": "c"},
            {"finished": 1},
        ]
    )
    tool.forget(part, again=True)
    assert part.entries() == [{"start": "a"}, {"end": "a", "outcome": "passed"}]
    tool.forget(part, again=False)
    assert part.entries() == []


def test_a_reason_of_no_feature_makes_the_run_fail(tool, capsys):
    part = tool.Part("tests/x")
    services = Services()

    def skipped(why):
        part.keep([{"end": "a", "outcome": "passed"}, {"end": "b", "outcome": "skipped", "why": why}])
        return tool.report([part], services)

    assert skipped("not on Windows: there is no fork()")
    assert "not there:     1 `fork()`" in capsys.readouterr().out
    assert not skipped("not on Windows: it is new")
    assert (
        "skipped for no feature of tests/support/windows_features.toml: not on Windows: it is new"
        in capsys.readouterr().out
    )
