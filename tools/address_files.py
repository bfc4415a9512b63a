"""Writes the files that name the addresses of the project, from release.toml: `make address-files`.

CITATION.cff and the list of links above the issue forms are written whole; in SECURITY.md and CODE_OF_CONDUCT.md it is
the part between two comments. As long as an address is empty, the files do without it, and invent none.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BEGIN = "<!-- `make address-files` writes this part from release.toml. -->\n"
END = "<!-- end -->\n"
HEAD = "# `make address-files` writes this file from release.toml.\n"
NONE_YET = "The project has no address for reports yet. It gets one before its first release.\n"


def version_of(root: Path) -> str:
    found = re.search(r'^__version__ = "(.+)"', (root / "pynet" / "__init__.py").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


def release_date(root: Path, version: str) -> str | None:
    """Of that version, if the change log has one."""
    heading = rf"^## {re.escape(version)} \((\d{{4}}-\d\d-\d\d)\)$"
    found = re.search(heading, (root / "CHANGES.md").read_text(), re.MULTILINE)
    return found and found[1]


def advisories(urls: dict[str, str]) -> str | None:
    """Where GitHub takes reports that only the maintainers see. Other forges have no such page."""
    repository = urls["Repository"].rstrip("/")
    return f"{repository}/security/advisories/new" if repository.startswith("https://github.com/") else None


def security(email: str, urls: dict[str, str]) -> str:
    if not email:
        return NONE_YET
    form = advisories(urls)
    return f"Write to <{email}>" + (f", or fill in the [private form]({form})" if form else "") + ".\n"


def conduct(email: str) -> str:
    return f"Write to <{email}>.\n" if email else NONE_YET


def issue_links(urls: dict[str, str]) -> str:
    links = [
        ("Documentation", urls["Documentation"], "How to install pynet and how to use it"),
        ("Report a vulnerability", advisories(urls), "In private: see SECURITY.md"),
    ]
    lines = ["blank_issues_enabled: false\n"]
    given = [(name, url, about) for name, url, about in links if url]
    if given:
        lines.append("contact_links:\n")
    for name, url, about in given:
        lines += [f"  - name: {name}\n", f"    url: {json.dumps(url)}\n", f"    about: {json.dumps(about)}\n"]
    return HEAD + "".join(lines)


def citation(root: Path, urls: dict[str, str]) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    version = version_of(root)
    fields = {
        "cff-version": "1.2.0",
        "message": "If you use pynet in your research, please cite it with these data.",
        "title": "pynet",
        "abstract": project["description"],
        "type": "software",
        "authors": [{"name": "The pynet authors"}],
        "license": "MIT",
        "keywords": project["keywords"],
        "version": version,
        "date-released": release_date(root, version),
        "url": urls["Homepage"],
        "repository-code": urls["Repository"],
    }
    # JSON values are YAML values.
    return HEAD + "".join(f"{name}: {json.dumps(value)}\n" for name, value in fields.items() if value)


def with_part(text: str, part: str) -> str:
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    assert begin and end, "the comments around the part are missing"
    return before + BEGIN + part + END + after


def files(root: Path = ROOT) -> dict[str, str]:
    """What each of the files must hold."""
    release = tomllib.loads((root / "release.toml").read_text())
    email, urls = release["author_email"], release["urls"]
    return {
        "SECURITY.md": with_part((root / "SECURITY.md").read_text(), security(email, urls)),
        "CODE_OF_CONDUCT.md": with_part((root / "CODE_OF_CONDUCT.md").read_text(), conduct(email)),
        "CITATION.cff": citation(root, urls),
        ".github/ISSUE_TEMPLATE/config.yml": issue_links(urls),
    }


def stale(root: Path = ROOT) -> list[str]:
    """The names of the files that hold something else."""
    return [n for n, text in files(root).items() if not (root / n).is_file() or (root / n).read_text() != text]


def main() -> int:
    for name in stale():
        (ROOT / name).write_text(files()[name])
        print(f"{name} is written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
