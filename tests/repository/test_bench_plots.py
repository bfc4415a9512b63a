"""docs/performance.md and its drawings are what the newest record gives; the record, and the drawings themselves."""

from __future__ import annotations

import importlib
import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "bench").is_dir(), reason="not in a checkout")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def bench(monkeypatch):
    """bench(name): a module of bench/."""
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    return importlib.import_module


@pytest.fixture
def plots(bench):
    return bench("plots")


def test_the_page_has_the_numbers_of_the_newest_record(plots):
    old = [path.name for path, text in plots.files(plots.newest()).items() if path.read_text() != text]
    assert old == [], "make bench-plots"


def test_a_record_says_what_it_was_made_with(plots):
    made = plots.newest()["made_with"]
    assert not made["changed"], "the sources had changes that no commit has"
    assert all(made[name] for name in ("commit", "processor", "kernel", "python", "libuv", "uvloop", "node"))


def test_bars_are_in_proportion(plots):
    drawing = plots.chart("Title", "note", {"uvloop": 40, "pynet-data": 10, "libuv": [5, 4, 6]})
    bars = {rect.get("class"): rect for rect in ElementTree.fromstring(drawing).iter(f"{SVG}rect")}
    widths = {name: float(rect.get("width")) for name, rect in bars.items()}
    assert widths["other"] == pytest.approx(4 * widths["ours"], rel=0.01)
    assert widths["floor"] == pytest.approx(widths["ours"] / 2, rel=0.01)
    assert float(bars["floor"].get("y")) < float(bars["ours"].get("y")) < float(bars["other"].get("y"))


def test_the_range_of_the_rounds_is_drawn(plots):
    drawing = plots.chart("Title", "note", {"uvloop": [10, 5, 20]})
    ends = re.search(r'class="range" d="M([\d.]+) [\d.]+ H([\d.]+)"', drawing).groups()
    start, end = (float(each) - plots.LEFT for each in ends)
    assert start == pytest.approx(end / 4, rel=0.01)


def test_a_drawing_has_colours_for_dark_pages(plots):
    assert re.search(r"@media \(prefers-color-scheme: dark\) \{.*\}\n *</style>", plots.chart("a", "b", {"c": 1}), re.S)


def test_names_are_escaped(plots):
    texts = [text.text for text in ElementTree.fromstring(plots.chart("a < b", "c & d", {"<e>": 1})).iter(f"{SVG}text")]
    assert texts == ["a < b", "c & d", "<e>", "1.00"]


def test_ratios_are_taken_within_a_round(plots):
    """Else a round in which the machine was busy would count against one server only."""
    runs = {"pynet-data": {"n": [1.0, 20.0, 3.0]}, "uvloop": {"n": [2.0, 40.0, 6.0]}}
    assert plots.ratio(runs, "pynet-data", "uvloop", "n") == 0.5


def test_a_page_without_a_place_for_a_table_is_an_error(plots):
    assert plots.filled("<!-- a -->\nold\n<!-- end of a -->", {"a": "new"}) == "<!-- a -->\n\nnew\n\n<!-- end of a -->"
    with pytest.raises(ValueError, match="0 places for b"):
        plots.filled("<!-- a -->\n\n<!-- end of a -->", {"b": "new"})


def test_filling_twice_is_filling_once(plots):
    once = plots.filled("<!-- a -->\n\n<!-- end of a -->", {"a": "| x |"})
    assert plots.filled(once, {"a": "| x |"}) == once


def test_rounds_are_kept_as_lists(bench):
    record = bench("record")
    rounds = [{"rate": 1234567.8, "seconds": 1.0}, {"rate": 0.00012345, "seconds": 1.0}]
    assert record.condensed({"x": rounds, "y": [[250.123, "::1"]]}) == {
        "x": {"rate": [1235000.0, 0.0001234]},
        "y": [[250.1, "::1"]],
    }


def test_a_record_is_json_with_short_lists_on_a_line(bench):
    record = {"b": {"rate": [1.5, 2.5]}, "a": []}
    text = bench("record").text_of(record)
    assert json.loads(text) == record
    assert '"rate": [ 1.5, 2.5 ]' in text
