"""The cookbook: each page shows a program of examples/, and each program has a page and tests."""

from __future__ import annotations

import re

import pytest

from paths import ROOT, TESTS

PAGES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
ELSEWHERE = {"echo_demo", "embed_trio"}  # `make demo`, and docs/embedding.md
SHOWN = re.compile(r"^```\{literalinclude\} (\S+)$", re.M)


def shown(page):
    return [(page.parent / name).resolve() for name in SHOWN.findall(page.read_text())]


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "index.md"], ids=lambda page: page.stem)
def test_a_page_shows_its_program_and_links_to_it(page):
    """The site includes the file; a forge shows the link."""
    files = shown(page)
    assert files and all(file.is_file() and file.parent == ROOT / "examples" for file in files)
    for file in files:
        assert f"[examples/{file.name}](../../examples/{file.name})" in page.read_text()


def test_every_program_has_a_page():
    files = {file.stem for page in PAGES for file in shown(page)}
    assert files == {file.stem for file in (ROOT / "examples").glob("*.py")} - ELSEWHERE


def test_every_program_has_tests():
    tested = {name.stem.removeprefix("test_example_") for name in (TESTS / "examples").glob("test_example_*.py")}
    hosts = {"embed_tk", "embed_qt"}  # in tests/aio
    programs = {file.stem.removeprefix("test_") for file in (ROOT / "examples").glob("*.py")}
    assert tested == programs - hosts - ELSEWHERE


@pytest.mark.parametrize("folder", ["how-to", "coming-from"])
def test_the_entry_page_has_a_line_for_each_page(folder):
    here = ROOT / "docs" / folder
    index = (here / "index.md").read_text()
    assert [page.name for page in here.glob("*.md") if page.name != "index.md" and f"]({page.name})" not in index] == []


def test_lines_fit_on_the_page():
    """A page shows about 92 columns."""
    long = [
        f"{file.name}:{number}"
        for file in (ROOT / "examples").glob("*.py")
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if len(line) > 92
    ]
    assert long == []
