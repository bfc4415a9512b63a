"""The fuzz targets of tests/core/fuzz for some seconds each, on the kept inputs and others made of them: no clang."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import fuzz

SECONDS = 0.5  # `make fuzz` takes its time
HEADERS = 20_000  # and so does `make fuzz-headers`


@pytest.fixture(scope="session")
def toolchain() -> tuple[str, str]:
    cc = fuzz.core.find_cc()
    if cc is None:
        pytest.skip("no C compiler")
    return cc, "address" if fuzz.core.sanitizer_works(cc, "address") else "none"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("source", fuzz.targets(), ids=lambda source: source.stem)
def test_fuzz_target(source: Path, toolchain: tuple[str, str], tmp_path: Path) -> None:
    cc, sanitizer = toolchain
    assert len(fuzz.kept(source)) >= 10
    program = fuzz.build(source, cc, sanitizer, "replay.c")
    passed, text = fuzz.replay(program, source, sanitizer, SECONDS, 1, tmp_path)
    assert passed, text


@pytest.mark.timeout(300)
def test_headers_made_by_their_grammar_are_read_as_they_are_meant(
    toolchain: tuple[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert fuzz.headers(HEADERS, toolchain[1], toolchain[0], 7, tmp_path) == 0
    assert f"{HEADERS} headers without a fault" in capfd.readouterr().out


def test_make_fuzz_says_what_to_install(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("CLANG", "no-such-clang")
    monkeypatch.setattr(sys, "argv", ["fuzz.py"])
    assert fuzz.main() == 2
    assert "apt-get install clang" in capsys.readouterr().err
