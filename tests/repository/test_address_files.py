"""tools/address_files.py: the files that name the project's addresses are those that release.toml makes."""

from __future__ import annotations

import shutil
import tomllib

import pytest
import yaml

from load_tool import load_tool
from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")

NAMES = ("SECURITY.md", "CODE_OF_CONDUCT.md", "CITATION.cff", ".github/ISSUE_TEMPLATE/config.yml")
USED = ("release.toml", "pyproject.toml", "CHANGES.md", "pynet/__init__.py", *NAMES)
FILLED = """\
author_email = "reports@tests.example"
[urls]
Homepage = "https://tests.example"
Documentation = "https://docs.tests.example/"
Repository = "{repository}"
Issues = "https://forge.example/pynet/issues"
Changelog = "https://forge.example/pynet/changes"
"""


@pytest.fixture(scope="module")
def tool():
    return load_tool("address_files")


@pytest.fixture
def tree(tmp_path):
    """The files that the tool reads and writes, with addresses of GitHub."""
    for name in USED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "release.toml").write_text(FILLED.format(repository="https://github.com/tests-example/pynet"))
    return tmp_path


def write(tool, tree, monkeypatch):
    monkeypatch.setattr(tool, "ROOT", tree)
    monkeypatch.setattr(tool.stale, "__defaults__", (tree,))
    monkeypatch.setattr(tool.files, "__defaults__", (tree,))
    assert tool.main() == 0


def test_files_are_up_to_date(tool):
    assert tool.stale() == [], "run `make address-files`"


def test_every_file_is_stale_when_the_addresses_come(tool, tree):
    assert sorted(tool.stale(tree)) == sorted(NAMES)


def test_writing_makes_them_current(tool, tree, monkeypatch):
    write(tool, tree, monkeypatch)
    assert tool.stale(tree) == []


def test_emptied_addresses_vanish_again(tool, tree, monkeypatch):
    """What was written for other addresses leaves no trace."""
    write(tool, tree, monkeypatch)
    shutil.copy(ROOT / "release.toml", tree / "release.toml")
    write(tool, tree, monkeypatch)
    assert [name for name in NAMES if (tree / name).read_text() != (ROOT / name).read_text()] == []


def test_a_missing_file_is_stale(tool, tree, monkeypatch):
    write(tool, tree, monkeypatch)
    (tree / "CITATION.cff").unlink()
    assert tool.stale(tree) == ["CITATION.cff"]


def test_reports_go_to_the_address_and_to_the_private_form(tool, tree):
    text = tool.files(tree)["SECURITY.md"]
    form = "https://github.com/tests-example/pynet/security/advisories/new"
    assert f"Write to <reports@tests.example>, or fill in the [private form]({form})." in text


def test_another_forge_has_no_private_form(tool, tree):
    (tree / "release.toml").write_text(FILLED.format(repository="https://forge.example/pynet"))
    made = tool.files(tree)
    assert "Write to <reports@tests.example>.\n" in made["SECURITY.md"]
    assert "advisories" not in "".join(made.values())


def test_conduct_names_the_address(tool, tree):
    assert "Write to <reports@tests.example>.\n" in tool.files(tree)["CODE_OF_CONDUCT.md"]


def test_links_above_the_issue_forms(tool, tree):
    links = yaml.safe_load(tool.files(tree)[".github/ISSUE_TEMPLATE/config.yml"])
    assert links["blank_issues_enabled"] is False
    assert [(link["name"], link["url"]) for link in links["contact_links"]] == [
        ("Documentation", "https://docs.tests.example/"),
        ("Report a vulnerability", "https://github.com/tests-example/pynet/security/advisories/new"),
    ]


def test_citation_of_a_release(tool, tree):
    (tree / "pynet" / "__init__.py").write_text('__version__ = "3.4"\n')
    (tree / "CHANGES.md").write_text("# Changes\n\n## 3.4 (2030-01-31)\n\n## 3.3 (2029-01-31)\n")
    cited = yaml.safe_load(tool.files(tree)["CITATION.cff"])
    assert (cited["version"], str(cited["date-released"])) == ("3.4", "2030-01-31")
    assert (cited["url"], cited["repository-code"]) == (
        "https://tests.example",
        "https://github.com/tests-example/pynet",
    )
    assert cited["abstract"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["description"]


def test_citation_before_the_release_has_no_date(tool, tree):
    (tree / "CHANGES.md").write_text("# Changes\n\n## 3.4 (not released)\n")
    assert "date-released" not in yaml.safe_load(tool.files(tree)["CITATION.cff"])
