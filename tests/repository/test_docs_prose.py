"""The prose of the documentation: spelling, and how easy it is to read (tools/docs_prose.py)."""

from __future__ import annotations

import importlib.util

import pytest

from load_tool import load_tool
from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")


@pytest.fixture(scope="module")
def prose():
    for module, package in (("textstat", "textstat==0.7.8"), ("codespell_lib", "codespell==2.4.3")):
        if importlib.util.find_spec(module) is None:
            pytest.fail(f"{module} is not installed: .venv/bin/python -m pip install {package}")
    return load_tool("docs_prose")


def test_spelling(prose):
    assert prose.misspelled() == []


def test_a_misspelled_word_is_found(prose, tmp_path):
    (tmp_path / "README.md").write_text("We " + "recieve" + " it.\n")
    (line,) = prose.misspelled(tmp_path)
    assert line.endswith("README.md:1: " + "recieve" + " ==> receive")


def test_pages_for_newcomers_are_easy_to_read(prose):
    assert prose.hard_pages(prose.figures()) == []


HARD = """# A page

Institutional considerations regarding interoperability necessitate comprehensive documentation of specific
characteristics, notwithstanding organisational heterogeneity, particularly concerning authentication infrastructure,
configuration management methodologies, administrative responsibilities, and characteristics of distributed
computational environments utilising heterogeneous technological infrastructures, whose availability considerations
necessitate continuous observability, institutional accountability, and comprehensive operational documentation.
Institutional considerations regarding interoperability necessitate comprehensive documentation of characteristics.
"""


def test_a_hard_page_is_named(prose, tmp_path):
    (tmp_path / "docs" / "tutorial").mkdir(parents=True)
    (tmp_path / "README.md").touch()
    (tmp_path / "docs" / "tutorial" / "1.md").write_text(HARD)
    (line,) = prose.hard_pages(prose.figures(tmp_path))
    assert line.startswith("docs/tutorial/1.md: ")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("# Heading\n\nThe server sends a line to us.\n", "The server sends a line to us."),
        ("The call `sock.write(data)` sends the data now.", "The call code sends the data now."),
        ("```python\nimport pynet\n```\n\n    make test\n\n| a | b |\n|---|---|\n| c | d |\n", ""),
        (
            "- `connect`, `create_server`, `serve`\n- It reads the next line of text\n",
            "It reads the next line of text.",
        ),
        ("See [the page of sockets](api/socket.md#x) for all of it.", "See the page of sockets for all of it."),
    ],
)
def test_what_counts_as_prose(prose, tmp_path, text, counted):
    page = tmp_path / "page.md"
    page.write_text(text)
    assert prose.prose(page) == counted
