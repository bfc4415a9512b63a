"""Is the prose of the documentation easy to read, and spelled right? `make docs` asks, and tests/repository.

The measure is Flesch's reading ease, by textstat: 100 is very easy, 60 is plain English, 30 is for specialists. It
looks at sentences only. Code, tables, headings and lists of names are left out, and a name in `code` is one short word.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEAST = 50  # of the pages that newcomers read
STRICT = ("docs/tutorial/", "docs/how-to/")
SPELLED = (
    *("README.md", "CONTRIBUTING.md", "CHANGES.md", "changes", "docs", "examples", "pynet", "csrc", "bench", "tools"),
    *("setup.py", "Makefile", "pyproject.toml", "release.toml"),
)


def blocks(text: str) -> Iterator[str]:
    """Paragraphs and items of lists, each on one line, without code, tables, headings and comments."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    text = re.sub(r"^(```+).*?^\1[^\n]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    for block in re.split(r"\n\s*\n", text):
        if block.startswith(("    ", "#", "|", "<")):
            continue
        lines = [line for line in block.splitlines() if not line.startswith(("#", "|", "!["))]
        for item in re.split(r"^\s*(?:[-*]|\d+\.)\s+", "\n".join(lines), flags=re.MULTILINE):
            if item.strip():
                yield " ".join(item.split())


def sentences(block: str) -> str:
    """What textstat may count. Empty when the block is a list of names rather than a sentence."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", block)
    words = re.sub(r"`[^`]*`", "", text)
    if len(re.findall(r"[A-Za-z]{2,}", words)) < 5:
        return ""
    text = re.sub(r"`[^`]*`", "code", text)
    text = re.sub(r"https?://\S+", "address", text)
    text = re.sub(r"[*_]", "", text)
    return text if text[-1] in ".!?" else text.rstrip(":;,") + "."


def prose(page: Path) -> str:
    return "\n".join(filter(None, map(sentences, blocks(page.read_text()))))


def reading_ease(page: Path) -> float | None:
    """None when the page has too little prose to be measured."""
    import textstat

    text = prose(page)
    return textstat.flesch_reading_ease(text) if len(text.split()) >= 40 else None


def pages(root: Path = ROOT) -> list[Path]:
    return [root / "README.md", *sorted((root / "docs").rglob("*.md"))]


def figures(root: Path = ROOT) -> dict[str, float]:
    measured = {page.relative_to(root).as_posix(): reading_ease(page) for page in pages(root)}
    return {name: ease for name, ease in measured.items() if ease is not None}


def hard_pages(of: dict[str, float]) -> list[str]:
    return [
        f"{name}: {ease:.0f}, {LEAST} is wanted"
        for name, ease in of.items()
        if name.startswith(STRICT) and ease < LEAST
    ]


def misspelled(root: Path = ROOT) -> list[str]:
    """Lines of codespell; what it may overlook is in pyproject.toml."""
    files = [name for name in SPELLED if (root / name).exists()]
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", *files],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode not in (0, 65):
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout.splitlines()


def main() -> int:
    found = figures()
    for name, ease in sorted(found.items(), key=lambda each: each[1]):
        print(f"{ease:6.1f}  {name}")
    problems = [*hard_pages(found), *misspelled()]
    for line in problems:
        print(line, file=sys.stderr)
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
