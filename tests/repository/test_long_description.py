"""README.md on PyPI, where relative links lead nowhere: setup.py makes them absolute."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")

NO_URLS = {"Documentation": "", "Repository": ""}
URLS = {"Documentation": "https://docs.example/pynet/", "Repository": "https://forge.example/a/pynet"}

LINKS = {
    "[x](docs/install.md)": "[x](https://docs.example/pynet/1.4/install.html)",
    "[`x()`](docs/api/socket.md#socketclose)": "[`x()`](https://docs.example/pynet/1.4/api/socket.html#socketclose)",
    "[x](CONTRIBUTING.md)": "[x](https://forge.example/a/pynet/blob/HEAD/CONTRIBUTING.md)",
    "[x](bench/README.md#a)": "[x](https://forge.example/a/pynet/blob/HEAD/bench/README.md#a)",
    "[x](https://libuv.org)": "[x](https://libuv.org)",
    "[x](#below)": "[x](#below)",
}

# setup.py without its call of setup(): a process of its own, since setuptools changes the modules of its process.
PROGRAM = """
import json, runpy, sys, setuptools
passed = {}
setuptools.setup = lambda **given: passed.update(given)
names = runpy.run_path("setup.py")
made = [names["long_description"](text, urls, "1.4.2") for text, urls in json.load(sys.stdin)]
json.dump([made, {key: passed[key] for key in passed if key.startswith("long_")}], sys.stdout)
"""


def run_setup(*cases):
    """(what setup.py makes of each text, what it passes to setup())"""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=json.dumps(cases), cwd=ROOT, capture_output=True, text=True, timeout=50
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def links():
    return dict(zip(LINKS, run_setup(*([link, URLS] for link in LINKS))[0], strict=True))


@pytest.mark.parametrize("link", LINKS)
def test_links(links, link):
    assert links[link] == LINKS[link]


def test_links_without_addresses():
    """`make release-check` fails until release.toml has them."""
    text = "See [x](docs/install.md) and [y](CONTRIBUTING.md)."
    assert run_setup([text, NO_URLS])[0] == [text]


def test_words_for_the_tests_are_left_out():
    assert run_setup(["```python run echo\nx\n```\n", NO_URLS])[0] == ["```python\nx\n```\n"]


def test_no_link_of_the_readme_is_left_relative():
    ((text,), passed) = run_setup([(ROOT / "README.md").read_text(), URLS])
    targets = re.findall(r"\]\(([^)]+)\)", text)
    assert len(targets) > 8
    assert [target for target in targets if not target.startswith("https://")] == []
    assert passed["long_description"].startswith("# pynet\n")
    assert passed["long_description_content_type"] == "text/markdown"
