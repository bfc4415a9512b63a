"""The C tests of csrc/core and of what else needs no Python: tests/core/test_*.c, each a program of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

import build_and_run as runner


@pytest.fixture(scope="session")
def toolchain() -> tuple[str, str]:
    cc = runner.find_cc()
    if cc is None:
        pytest.skip("no C compiler")
    return cc, "address" if runner.sanitizer_works(cc, "address") else "none"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("source", runner.test_sources(), ids=lambda source: source.stem)
def test_core_program(source: Path, toolchain: tuple[str, str]) -> None:
    cc, sanitizer = toolchain
    passed, text = runner.run(runner.build(source, cc, sanitizer), sanitizer)
    assert passed, text
