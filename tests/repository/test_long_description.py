"""README.md on PyPI, where relative links lead nowhere: setup.py makes them absolute."""

from __future__ import annotations

import re
import runpy

import pytest
import setuptools

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")

NO_URLS = {"Documentation": "", "Repository": ""}
URLS = {"Documentation": "https://docs.example/pynet/", "Repository": "https://forge.example/a/pynet"}


@pytest.fixture
def built(monkeypatch):
    """(the names in setup.py, what it passes to setup())"""
    passed = {}
    monkeypatch.setattr(setuptools, "setup", lambda **given: passed.update(given))
    return runpy.run_path(str(ROOT / "setup.py")), passed


@pytest.fixture
def long_description(built):
    return built[0]["long_description"]


@pytest.mark.parametrize(
    ("link", "absolute"),
    [
        ("[x](docs/install.md)", "[x](https://docs.example/pynet/1.4/install.html)"),
        (
            "[`x()`](docs/api/socket.md#socketclose)",
            "[`x()`](https://docs.example/pynet/1.4/api/socket.html#socketclose)",
        ),
        ("[x](CONTRIBUTING.md)", "[x](https://forge.example/a/pynet/blob/HEAD/CONTRIBUTING.md)"),
        ("[x](bench/README.md#a)", "[x](https://forge.example/a/pynet/blob/HEAD/bench/README.md#a)"),
        ("[x](https://libuv.org)", "[x](https://libuv.org)"),
        ("[x](#below)", "[x](#below)"),
    ],
)
def test_links(long_description, link, absolute):
    assert long_description(f"See {link}.", URLS, "1.4.2") == f"See {absolute}."


def test_links_without_addresses(long_description):
    """`make release-check` fails until release.toml has them."""
    text = "See [x](docs/install.md) and [y](CONTRIBUTING.md)."
    assert long_description(text, NO_URLS, "1.4.2") == text


def test_words_for_the_tests_are_left_out(long_description):
    assert long_description("```python run echo\nx\n```\n", NO_URLS, "1.4.2") == "```python\nx\n```\n"


def test_no_link_of_the_readme_is_left_relative(long_description):
    text = long_description((ROOT / "README.md").read_text(), URLS, "1.4.2")
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 8
    assert [target for target in targets if not target.startswith("https://")] == []


def test_setup_gets_it(built):
    _, passed = built
    assert passed["long_description"].startswith("# pynet\n")
    assert passed["long_description_content_type"] == "text/markdown"
