"""tools/cli_files.py: the man page and the completions are those that the parser of the command line makes."""

from __future__ import annotations

import pytest

from load_tool import load_tool


@pytest.fixture(scope="module")
def tool():
    return load_tool("cli_files")


def test_files_are_up_to_date(tool):
    assert sorted(tool.stale()) == [], "run `make cli-files`"


def test_a_stale_file_is_found(tool, monkeypatch, tmp_path):
    for name, text in tool.made().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    assert tool.stale() == {}
    page = tmp_path / tool.MAN / "pynet.1"
    page.write_text(page.read_text().replace("Carries", "Caries"))
    (tmp_path / tool.COMPLETIONS / "pynet.fish").unlink()
    assert sorted(tool.stale()) == ["docs/man/pynet.1", "pynet/_cli/completions/pynet.fish"]


def test_the_date_changes_with_the_page_only(tool, monkeypatch, tmp_path):
    page = tmp_path / tool.MAN / "pynet.1"
    page.parent.mkdir(parents=True)
    page.write_text(tool.man_page("2001-02-03"))
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    assert tool.date_of(tool.current_man_page()) == "2001-02-03"
    page.write_text(page.read_text() + "changed\n")
    assert tool.date_of(tool.current_man_page()) != "2001-02-03"
