"""The site of the documentation, as far as it can be tested without Sphinx: links, versions, structure."""

from __future__ import annotations

import ast
import fnmatch
import importlib.util
import json

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")
DOCS = ROOT / "docs"


def load(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def site():
    return load(ROOT / "tools" / "docs_site.py")


@pytest.fixture
def built(tmp_path):
    """built(name=html, ...): a built site of these pages."""

    def make(**pages):
        for name, html in pages.items():
            (tmp_path / f"{name}.html").write_text(html)
        return tmp_path

    return make


def test_links_that_lead_somewhere(site, built):
    there = built(index='<a href="other.html#here">x</a> <a href="https://example.com/y">y</a>', other='<p id="here">')
    assert list(site.broken_links(there)) == []


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("missing.html", "index.html: missing.html"),
        ("other.html#gone", "index.html: other.html#gone (no such anchor)"),
        ("#gone", "index.html: #gone (no such anchor)"),
    ],
)
def test_a_broken_link_is_named(site, built, link, problem):
    there = built(index=f'<a href="{link}">x</a>', other='<p id="here">')
    assert list(site.broken_links(there)) == [problem]


def test_versions_of_a_site(site, tmp_path):
    """Earlier versions stay; index.html leads to the newest, by number."""
    built = tmp_path / "html"
    built.mkdir()
    (built / "index.html").write_text("new")
    public = tmp_path / "public"
    for earlier in ("0.2", "0.9"):
        (public / earlier).mkdir(parents=True)
        (public / earlier / "index.html").write_text(earlier)
    assert site.publish(built, public, "0.10") == ["0.10", "0.9", "0.2"]
    assert json.loads((public / "versions.json").read_text()) == ["0.10", "0.9", "0.2"]
    assert "url=0.10/" in (public / "index.html").read_text()
    assert (public / "0.9" / "index.html").read_text() == "0.9"
    assert (public / "0.10" / "index.html").read_text() == "new"


def settings():
    """The lists of pages in conf.py."""
    body = ast.parse((DOCS / "conf.py").read_text()).body
    values = {node.targets[0].id: node.value for node in body if isinstance(node, ast.Assign)}
    return ast.literal_eval(values["site_sections"]), ast.literal_eval(values["site_children"])


def test_every_page_is_in_the_navigation():
    sections, children = settings()
    entries = [entry for lists in (sections, children) for pages in lists.values() for entry in pages]
    pages = [page.relative_to(DOCS).with_suffix("").as_posix() for page in DOCS.rglob("*.md")]
    left = [page for page in pages if page != "index" and not any(fnmatch.fnmatch(page, entry) for entry in entries)]
    assert left == []
