"""Builds failing_malloc.c; apart from memory.py, which is run as a program of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

SOURCE = Path(__file__).with_name("failing_malloc.c")
FLAGS = ["-shared", "-fPIC", "-O1", "-std=c11", "-D_GNU_SOURCE", "-ftls-model=initial-exec"]


def build(cc: str, folder: Path) -> str:
    target = str(folder / "failing_malloc.so")
    subprocess.run([cc, *FLAGS, "-o", target, str(SOURCE), "-ldl"], check=True)
    return target
