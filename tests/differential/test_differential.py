"""pynet against what real Node did in random scenarios, as differential.py recorded it; and the tools that compare."""

import json
import sys

import pytest

import compare
import generate
import interpreter
import pynet
import runner
import shrink
from paths import ROOT, TESTS

RECORDED = [
    json.loads(line)
    for file in ("found.jsonl", "recorded.jsonl")
    for line in (TESTS / "differential" / file).read_text(encoding="utf-8").splitlines()
]
ALLOWED = compare.load_allowed()
MADE = {"index": 1, "kind": "tcp", "server": {}, "C": {}, "reads": {"C": "data", "S": "data"}, "phases": 1, "steps": []}


def step(number, at, do, *args, **rest):
    return {"id": number, "at": at, "on": "C", "do": do, "args": list(args), **rest}


@pytest.fixture(scope="module")
def traces():
    return runner.run(runner.pynet_command(), [entry["scenario"] for entry in RECORDED])


@pytest.mark.timeout(300)  # the first one waits for all of them
@pytest.mark.parametrize("number", range(len(RECORDED)))
def test_random_scenario_as_node(number, traces):
    made, node = RECORDED[number]["scenario"], RECORDED[number]["traces"]
    found, _used = compare.differences(made, node, traces[number], ALLOWED)
    if found:
        pytest.fail(f"{generate.readable(made)}\n{compare.show(found)}", pytrace=False)


def test_recorded_scenarios_are_of_both_kinds_and_do_much():
    steps = [step for entry in RECORDED for step in entry["scenario"]["steps"]]
    assert {entry["scenario"]["kind"] for entry in RECORDED} == {"tcp", "unix"}
    assert {"write", "end", "destroy", "pause", "resume", "read", "pipe", "unshift"} <= {step["do"] for step in steps}
    assert {None, "tick", "immediate"} <= {step.get("via") for step in steps}


@pytest.mark.parametrize("entry", ALLOWED, ids=lambda entry: entry["line"][:40])
def test_allowed_difference_is_on_the_page(entry):
    page = (ROOT / "docs" / "node-differences.md").read_text(encoding="utf-8")
    rows = [row for row in page.splitlines() if row.startswith("| " + entry["line"])]
    assert len(rows) == 1


def test_scenario_of_a_seed_and_an_index_is_always_the_same():
    assert generate.scenario("1", 7) == generate.scenario("1", 7)
    assert generate.scenario("1", 7)["steps"] != generate.scenario("2", 7)["steps"]


def test_each_call_is_known_to_both_interpreters():
    theirs = (TESTS / "differential" / "interpreter.cjs").read_text(encoding="utf-8")
    methods = {name for kind in (pynet.Socket, pynet.Server) for name in dir(kind)}
    calls = {*generate.COMMON, *generate.SERVER_CALLS}.union(*generate.THEMES.values())
    assert calls - {name for name in calls if f"\n  {name}: (" in theirs} == set()
    assert calls - {*interpreter.VERBS, *methods} == set()


def test_difference_is_found_in_its_object():
    found, used = compare.differences(MADE, {"C": ["a", "b"], "S1": ["x"]}, {"C": ["a", "c"], "S1": ["x"]}, [])
    assert (found, used) == ({"C": (["a", "b"], ["a", "c"])}, [])


def test_object_that_one_side_lacks_differs():
    found, _used = compare.differences(MADE, {"C": ["a"]}, {"C": ["a"], "S1": ["x"]}, [])
    assert found == {"S1": ([], ["x"])}


def test_rewriting_hides_what_it_names_and_nothing_else():
    entry = {"line": "known", "rewrite": [["both", r"length=\d+", "length=_"]]}
    node, pynet = {"C": ["length=1 x"], "S1": ["length=2", "end"]}, {"C": ["length=3 x"], "S1": ["length=3", "close"]}
    found, used = compare.differences(MADE, node, pynet, [entry])
    assert found == {"S1": (["length=_", "end"], ["length=_", "close"])}
    assert used == ["known", "known"]


def test_rewriting_is_for_the_scenarios_and_objects_that_it_names():
    only_unix = {"line": "known", "steps": "^kind=unix", "rewrite": [["both", "a", "b"]]}
    only_server = {"line": "known", "who": "srv", "rewrite": [["both", "a", "b"]]}
    for entry in (only_unix, only_server):
        assert compare.differences(MADE, {"C": ["a"]}, {"C": ["b"]}, [entry])[0]
    assert not compare.differences({**MADE, "kind": "unix"}, {"C": ["a"]}, {"C": ["b"]}, [only_unix])[0]


def test_entry_that_has_a_line_accepts_the_scenario():
    entry = {"line": "known", "has": {"pynet": "^error EALREADY"}}
    assert compare.differences(MADE, {"C": ["a"]}, {"C": ["error EALREADY x"]}, [entry]) == ({}, ["known"])
    assert compare.differences(MADE, {"C": ["a"]}, {"C": ["an error EALREADY"]}, [entry])[0]


def test_order_may_differ_where_an_entry_says_so():
    entry = {"line": "known", "order": True}
    assert compare.differences(MADE, {"C": ["a", "b"]}, {"C": ["b", "a"]}, [entry]) == ({}, ["known"])
    assert compare.differences(MADE, {"C": ["a", "b"]}, {"C": ["b", "c"]}, [entry])[0]


def test_state_that_differs_is_shown_without_what_is_equal():
    node, pynet = "last readable=true errored=null bytesRead=1", "last readable=true errored=null bytesRead=2"
    assert compare.show({"C": ([node], [pynet])}) == "[C]\n  N last bytesRead=1\n  P last bytesRead=2"


def test_signature_is_without_numbers():
    one = compare.signature({"S1": (["#1 write true"], ["#1 write false"])})
    assert one == compare.signature({"S2": (["#12 write true", "end"], ["#12 write false"])})


def test_shrinking_leaves_the_steps_that_are_needed():
    steps = [step(i, "start", "pause") for i in range(1, 9)]
    made = {**MADE, "server": {"allowHalfOpen": True}, "phases": 3, "steps": steps}

    def differing(candidates):
        return [{2, 7} <= {one["id"] for one in made["steps"]} for made in candidates]

    small = shrink.shrink(made, differing)
    assert [one["id"] for one in small["steps"]] == [2, 7]
    assert (small["server"], small["phases"]) == ({}, 1)


def test_scenario_that_ends_the_process_is_named_and_the_rest_run():
    dies = "import os, sys\nfor line in open(sys.argv[1]): os._exit(3) if 'bad' in line else print('{}', flush=True)"
    traces = runner.run([sys.executable, "-c", dies], [{"name": "good"}, {"name": "bad"}, {"name": "good"}])
    assert [list(trace) for trace in traces] == [[], ["main"], []]
    assert traces[1]["main"][0].startswith("DIED ended with status 3")
