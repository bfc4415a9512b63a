"""Builds the documentation in build/docs: `make docs`, and `make docs-links` for the addresses of others.

The site is a folder for each version (0.2, say), versions.json, which lists them, and index.html, which leads to the
newest. A public host keeps the folders of earlier versions: with DOCS_SITE=FOLDER the new one is put beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "docs"

INDEX = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>pynet</title>
<meta http-equiv="refresh" content="0; url={version}/">
<p><a href="{version}/">pynet {version}</a></p>
</html>
"""


def version_of(root: Path = ROOT) -> str:
    found = re.search(r'^__version__ = "(\d+\.\d+)', (root / "pynet" / "__init__.py").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def sphinx(builder: str, out: Path, **options: int) -> int:
    # Everything anew: a page that has not changed would keep its old navigation.
    words = [
        "-q",
        "-E",
        "-a",
        "-b",
        builder,
        "-W",
        "--keep-going",
        "-j",
        "auto",
        "-d",
        WORK / "doctrees",
        ROOT / "docs",
        out,
    ]
    return subprocess.run(
        [sys.executable, "-m", "sphinx", *map(str, words)], cwd=ROOT, check=False, **options
    ).returncode


# --- links inside the site ---


class Page(HTMLParser):
    """The links of a page, and what others may link to in it."""

    def __init__(self, file: Path):
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors.update(value for key in ("id", "name") if (value := given.get(key)))
        for key in ("href", "src"):
            if value := given.get(key):
                self.links.append(value)


def broken_links(site: Path) -> Iterator[str]:
    """Of a built site: links to files and anchors that are not there."""
    pages = {file: Page(file) for file in sorted(site.rglob("*.html"))}
    for file, page in pages.items():
        for link in dict.fromkeys(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            if target.is_dir():
                target /= "index.html"
            if not target.is_file():
                yield f"{file.relative_to(site)}: {link}"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].anchors:
                yield f"{file.relative_to(site)}: {link} (no such anchor)"


# --- versions ---


def publish(built: Path, site: Path, version: str) -> list[str]:
    """Puts a built version into the site, and returns all that are in it, the newest first."""
    target = site / version
    if target.exists():
        shutil.rmtree(target)
    shutil.copytree(built, target, ignore=shutil.ignore_patterns(".buildinfo", "objects.inv.bak"))
    found = [path.name for path in site.iterdir() if re.fullmatch(r"\d+\.\d+", path.name) and path.is_dir()]
    versions = sorted(found, key=lambda name: [int(part) for part in name.split(".")], reverse=True)
    (site / "versions.json").write_text(json.dumps(versions) + "\n")
    (site / "index.html").write_text(INDEX.format(version=versions[0]))
    (site / ".nojekyll").touch()  # some hosts leave out folders such as _static without it
    return versions


# --- links to others ---

UNREACHED = re.compile(
    r"resol|unreachable|ConnectTimeout|Max retries|Connection (aborted|refused)|ProxyError|timed out", re.I
)


def outside() -> int:
    """Links to others: what answers, and not with the page, is broken. What cannot be reached is only reported."""
    out = WORK / "linkcheck"
    report = out / "output.json"
    report.unlink(missing_ok=True)
    sphinx("linkcheck", out, stderr=subprocess.DEVNULL)  # what it complains of is in the report
    if not report.is_file():
        print("Sphinx wrote no report", file=sys.stderr)
        return 1
    results = [each for line in report.read_text().splitlines() if (each := json.loads(line))["uri"].startswith("http")]
    broken, unreached = [], []
    for each in results:
        if each["status"] in ("broken", "timeout"):
            of = unreached if each["status"] == "timeout" or UNREACHED.search(each["info"]) else broken
            of.append(f"{each['filename']}:{each['lineno']}: {each['uri']}: {each['info'][:100]}")
    print(f"{len(results)} links to others, {len(broken)} broken, {len(unreached)} not reached")
    for line in (*broken, *unreached):
        print(f"    {line}")
    return bool(broken)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["build", "links"], nargs="?", default="build")
    if parser.parse_args().what == "links":
        return outside()
    start = time.monotonic()
    built = WORK / "html"
    shutil.rmtree(built, ignore_errors=True)
    status = sphinx("html", built)
    broken = [*broken_links(built)] if built.is_dir() else []
    for line in broken:
        print(f"broken link: {line}", file=sys.stderr)
    if status or broken:
        return status or 1
    site = Path(os.environ.get("DOCS_SITE") or WORK / "site")
    site.mkdir(parents=True, exist_ok=True)
    versions = publish(built, site, version_of())
    pages = len([*built.rglob("*.html")])
    print(f"{pages} pages in {time.monotonic() - start:.0f} s: {site / versions[0] / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
