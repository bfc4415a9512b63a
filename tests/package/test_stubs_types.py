"""The types of the package: a user's program is clean, wrong uses are errors, and the stub is like the module."""

from __future__ import annotations

import inspect
import math
import re
import types
from pathlib import Path

import pytest

import pynet
import type_checkers
from doc_examples import examples
from paths import ROOT
from type_checkers import CHECKERS, PROGRAMS, file_of, lay_out, need, run

HERE = Path(__file__).resolve().parent
SAMPLE, WRONG = PROGRAMS
ROWS, COLUMNS = 24, 120  # a screen

pytestmark = pytest.mark.timeout(300)  # mypy and pyright look at more than a hundred files


@pytest.fixture(scope="module", params=CHECKERS)
def checked(request, tmp_path_factory):
    """What each type checker has found in the programs and examples of type_checkers.py, from one run."""
    folder = tmp_path_factory.mktemp(request.param)
    lay_out(folder)
    return CHECKERS[request.param](folder)


def test_users_program_is_clean(checked):
    assert checked.get(SAMPLE, {}) == {}


def test_only_the_marked_uses_are_errors(checked):
    lines = (HERE / WRONG).read_text().splitlines()
    marked = {number for number, line in enumerate(lines, 1) if line.endswith("# E")}
    assert len(marked) > 100
    # The error of a decorator is reported at the function or at the decorator, as mypy likes.
    found = {n if n in marked else n - 1 if n - 1 in marked else n for n in checked[WRONG]}
    assert found == marked, checked[WRONG]


def rows(text):
    """How many rows of a screen a message takes, without the place at the beginning of each line."""
    return sum(max(1, math.ceil(len(line) / COLUMNS)) for line in text.splitlines())


def test_no_example_has_a_wrong_type(checked):
    """Of README.md, docs/ and examples/. Their functions need no annotations; what is in them is checked all the same.
    An example that is not run is the body of a function that gets a socket `sock` and a server `server`.
    """
    places = {file_of(each): each.page for each in examples()}
    found = [
        f"{places.get(name, name)}:{line}: {text}"
        for name, errors in checked.items()
        if name not in (*PROGRAMS, file_of(type_checkers.WRONG))
        for line, text in errors.items()
    ]
    assert found == []


def test_the_examples_are_looked_at(checked):
    """With an error at the line that it has in its page."""
    assert list(checked[file_of(type_checkers.WRONG)]) == [type_checkers.WRONG.line + 3]


def test_one_wrong_call_is_at_most_a_screen_of_text(checked):
    long = {number: rows(text) for number, text in checked[WRONG].items() if rows(text) > ROWS}
    assert long == {}


def test_rows_are_counted():
    assert rows("x" * COLUMNS + "\n" + "y" * (COLUMNS + 1) + "\nz") == 4


def test_no_file_of_the_package_has_an_error(checked):
    assert not {f"{name}: {errors}" for name, errors in checked.items() if name.endswith(".pyi")}


# Files of stubs are no modules at run time: what is in them is compared with the C module.
STUBTEST = """
import sys, types
import pynet._pynet
from mypy import stubtest

names = sys.argv[1].split(",")
for name in names:
    if name != "pynet._pynet":
        module = sys.modules[name] = types.ModuleType(name)
        vars(module).update({key: value for key, value in vars(pynet._pynet).items() if not key.startswith("__")})
sys.argv = ["stubtest", "--concise", "--ignore-missing-stub", "--allowlist", sys.argv[2], *names]
sys.exit(stubtest.main())
"""


@pytest.mark.slow
def test_stubs_are_like_the_module():
    need("mypy")
    names = [f"pynet.{path.stem}" for path in sorted((ROOT / "pynet").glob("*.pyi"))]
    assert len(names) > 10
    done = run("-c", STUBTEST, ",".join(names), str(HERE / "stubtest_allowlist.txt"))
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
