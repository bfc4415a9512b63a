"""Builds failing_malloc.c; apart from memory.py, which is run as a program of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).with_name("failing_malloc.c")
FLAGS = ["-shared", "-fPIC", "-O1", "-std=c11", "-D_GNU_SOURCE", "-ftls-model=initial-exec"]


def build(cc: str, folder: Path) -> str:
    target = str(folder / "failing_malloc.so")
    # Deeper, it is Python that loses an exception when it leaves a function. A Python that is one piece, with its
    # functions inlined into each other, is less deep than one with a shared library.
    shared = "/libpython" in Path("/proc/self/maps").read_text()
    depth = 7 if shared and sys.version_info[:2] == (3, 11) else 4
    subprocess.run([cc, *FLAGS, f"-DDEPTH={depth}", "-o", target, str(SOURCE), "-ldl"], check=True)
    return target
