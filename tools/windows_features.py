"""Which feature that Windows does not have a test is skipped for: tests/support/windows_features.toml."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "tests" / "support" / "windows_features.toml"


@functools.cache
def features() -> dict[str, tuple[str, ...]]:
    """For each feature, as the docs name it, the beginnings of the reasons that belong to it."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {feature: tuple(entry["reasons"]) for feature, entry in table.items()}


def feature_of(reason: str) -> str | None:
    """The feature, for what pytest says of a skipped test; None if no feature has such a reason."""
    reason = reason.removeprefix("not on Windows: ")
    found = [feature for feature, beginnings in features().items() if reason.startswith(beginnings)]
    return found[0] if len(found) == 1 else None
