"""The C tests of csrc/core and of what else needs no Python: tests/core/test_*.c, each a program of its own."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def _load_runner() -> ModuleType:
    path = Path(__file__).parent / "core" / "build_and_run.py"
    spec = importlib.util.spec_from_file_location("core_build_and_run", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


runner = _load_runner()


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
