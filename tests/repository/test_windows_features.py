"""Each reason to skip a test on Windows belongs to a feature that a table of the docs names as not there."""

import ast
import importlib
import re

import pytest

import platform_skips
from paths import ROOT, TESTS

pytestmark = pytest.mark.skipif(not (ROOT / "tools" / "windows_features.py").is_file(), reason="not in a checkout")
PAGES = [ROOT / "docs" / "windows.md", ROOT / "docs" / "internals" / "windows.md"]


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("windows_features")


def marked():
    """The reasons of all markers posix_only and wine_fault."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                if node.func.attr == "posix_only":
                    found.add(ast.literal_eval(node.args[0]))
                elif node.func.attr == "wine_fault":
                    found.add("wine: " + ast.literal_eval(node.args[0]))
    return found


def reasons():
    names = {f"there is no {module}.{name}" for module in platform_skips.NAMES for name in platform_skips.NAMES[module]}
    modules = {f"there is no module {name}" for name in platform_skips.MODULES}
    return marked() | set(platform_skips.FILES.values()) | set(platform_skips.listed().values()) | names | modules


def test_each_reason_belongs_to_one_feature(tool):
    assert len(marked()) > 50
    assert [why for why in sorted(reasons()) if tool.feature_of(why) is None] == []


def test_each_feature_is_a_row_of_a_table(tool):
    rows = {
        cell for page in PAGES for cell in re.findall(r"^\| (.+?) \|", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert set(tool.features()) - rows == set()


def test_no_reason_has_two_features(tool):
    every = [beginning for beginnings in tool.features().values() for beginning in beginnings]
    assert len(set(every)) == len(every)


@pytest.mark.parametrize("reason", ["", "Linux", "not on Windows: it does not work"])
def test_any_other_reason_has_none(tool, reason):
    assert tool.feature_of(reason) is None


@pytest.mark.parametrize("prefix", ["", "not on Windows: "])
def test_a_reason_as_pytest_says_it(tool, prefix):
    assert tool.feature_of(f"{prefix}there is no pynet.cluster") == "`pynet.cluster`, `serve(workers=)`"
