"""Texts of errors that take more than a format: what an AggregateError says. The C module calls this (PN_RUN)."""

from __future__ import annotations

_MOST_PARTS = 8


def aggregate_text(errors: list[BaseException]) -> str:
    """`connect ECONNREFUSED ::1:1, 127.0.0.1:1 (all 2 addresses failed)`: what all have in common is said once."""
    parts = []
    known: list[str | None] = []  # the words that the parts before have said
    for error in errors[:_MOST_PARTS]:
        text = str(error)
        words = [getattr(error, "syscall", None), getattr(error, "code", None)]
        common = 0
        while common < len(known) and known[common] == words[common]:
            common += 1
        known = []
        rest = text
        for i, word in enumerate(words):
            # The text of a lookup or of a user's error may begin in another way.
            if not isinstance(word, str) or not rest.startswith(f"{word} "):
                break
            rest = rest[len(word) + 1 :]
            known.append(word)
            if i < common:
                text = rest
        parts.append(text)
    if len(errors) > _MOST_PARTS:
        parts.append("...")
    return ", ".join(parts) + (f" (all {len(errors)} addresses failed)" if len(errors) > 1 else "")
