"""The types of the package: a user's program is clean, wrong uses are errors, and the stub is like the module."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import types
from pathlib import Path

import pytest

import pynet
from paths import ROOT

HERE = Path(__file__).resolve().parent
PACKAGE = Path(pynet.__file__).resolve().parent.parent


def run_tool(*args):
    env = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"} | {"MYPYPATH": str(PACKAGE)}
    return subprocess.run(
        [sys.executable, "-m", *args], cwd=ROOT, env=env, capture_output=True, text=True, timeout=50, check=False
    )


@pytest.fixture(scope="module")
def mypy(tmp_path_factory):
    """mypy's verdict on both files: {file name: {line: message}}, from one run."""
    files = [str(HERE / name) for name in ("stubs_sample.py", "stubs_wrong.py")]
    cache = str(tmp_path_factory.mktemp("mypy"))
    done = run_tool("mypy", "--strict", "--no-error-summary", "--hide-error-context", "--cache-dir", cache, *files)
    found = {"stubs_sample.py": {}, "stubs_wrong.py": {}}
    for line in done.stdout.splitlines():
        match = re.match(r"(?:.*/)?(\w+\.pyi?):(\d+): error: (.*)", line)
        if match:
            found.setdefault(match[1], {})[int(match[2])] = match[3]
    assert done.stderr == ""
    return found


def test_users_program_is_clean(mypy):
    assert mypy["stubs_sample.py"] == {}


def test_only_the_marked_uses_are_errors(mypy):
    lines = (HERE / "stubs_wrong.py").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# E")}
    assert len(marked) > 30
    # The error of a decorator is reported at the function or at the decorator, as mypy likes.
    found = {n if n in marked else n - 1 if n - 1 in marked else n for n in mypy["stubs_wrong.py"]}
    assert found == marked, mypy["stubs_wrong.py"]


def test_no_other_file_has_an_error(mypy):
    assert set(mypy) == {"stubs_sample.py", "stubs_wrong.py"}, mypy


@pytest.mark.slow
def test_stub_is_like_the_module():
    done = run_tool("mypy.stubtest", "pynet._pynet", "--concise", "--allowlist", str(HERE / "stubtest_allowlist.txt"))
    assert done.returncode == 0, done.stdout + done.stderr


def method_signatures():
    kinds = (pynet.EventEmitter, pynet.Socket, pynet.Server, pynet.Timeout, pynet.Immediate)
    for kind in (
        *kinds,
        pynet.SocketAddress,
        pynet.BlockList,
        pynet.BoundSocket,
        pynet.AbortController,
        pynet.AbortSignal,
    ):
        for name, method in vars(kind).items():
            if isinstance(method, types.MethodDescriptorType) and not name.startswith("_"):
                yield f"{kind.__name__}.{name}", method


def test_docstrings_of_methods_begin_with_a_signature():
    """inspect.signature() and help() show them; those of connect() and listen(), which have several, are text only."""
    bad = []
    for name, method in method_signatures():
        if name.split(".")[1] in ("connect", "listen", "add_listener", "addListener", "remove_listener"):
            continue
        if name == "EventEmitter.removeListener":
            continue
        first = next(iter(inspect.signature(method).parameters.values()), None) if method.__text_signature__ else None
        if first is None or first.name != "self":
            bad.append(name)
    assert bad == []


def test_no_import_hides_what_a_star_import_shows():
    """For pyright, `from a import B` after `from a import *` makes B private: `import B as B` does not."""
    stub = (ROOT / "pynet" / "_pynet.pyi").read_text()
    shown = set(re.findall(r"^from (pynet\.\w+) import \*", stub, re.MULTILINE))
    named = re.findall(r"^from (pynet\.\w+) import (\w+(?: as \w+)?)$", stub, re.MULTILINE)
    hidden = [name for module, name in named if module in shown and " as " not in name]
    assert len(shown) > 3 and hidden == []
