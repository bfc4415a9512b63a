"""The examples of README.md and docs/: the blocks that begin with ```python."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python *([^\n]*)\n(.*?)^```$", re.M | re.S)


class Example(NamedTuple):
    page: str  # its path in the checkout
    line: int  # of the fence, from 1
    words: list[str]  # behind ```python
    source: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


def examples() -> Iterator[Example]:
    for page in PAGES:
        text = page.read_text()
        for match in BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            yield Example(page.relative_to(ROOT).as_posix(), line, match[1].split(), match[2])
