"""Who may use whom in csrc: the table of folders, by includes and by names; no circle of files."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from paths import ROOT

CSRC = ROOT / "csrc"

# Lowest first. A folder may use itself, and the folders behind its name.
STREAM_AND_BELOW = ("core", "uvio", "base", "loop", "address", "abort", "events", "stream")
MAY_USE = {
    "core": (),
    "uvio": ("core",),
    "base": ("core", "uvio"),
    "loop": ("core", "uvio", "base"),
    "address": ("core", "uvio", "base"),
    "abort": ("core", "uvio", "base", "loop"),
    "events": ("core", "uvio", "base", "loop", "abort"),
    "stream": STREAM_AND_BELOW[:-1],
    "socket": STREAM_AND_BELOW,
    "tls": (*STREAM_AND_BELOW, "socket"),
    "server": (*STREAM_AND_BELOW, "socket", "tls"),
    "connect": (*STREAM_AND_BELOW, "socket", "tls"),
    "module": (*STREAM_AND_BELOW, "socket", "tls", "server", "connect"),
}

# A build takes one of these folders, and the other not: both define the functions of the headers in csrc/uvio.
PLATFORMS = ("posix", "windows")

# Data that a lower file names: PyType_GetModuleByDef() wants the address of the module's definition.
EXCUSED = {"pn_module_def"}


def folder_of(path: Path) -> str:
    parts = path.relative_to(CSRC).parts
    return parts[1] if parts[0] == "py" else parts[0]


def name_of(path: Path) -> str:
    return path.relative_to(CSRC).as_posix()


@cache
def code_of(path: Path) -> str:
    """Without comments and strings."""
    return re.sub(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', "", path.read_text(), flags=re.S)


def files(pattern: str) -> list[Path]:
    return sorted(CSRC.rglob(pattern))


def compiled(platform: str) -> list[Path]:
    other = {CSRC / "uvio" / name for name in PLATFORMS if name != platform}
    return [path for path in files("*.c") if path.parent not in other]


@cache
def definitions(platform: str) -> dict[str, Path]:
    """{name: file}: the functions and tables of .c files that other files see."""
    found: dict[str, Path] = {}
    for path in compiled(platform):
        text = code_of(path)
        functions = re.findall(r"^(?!static\b)[\w *]+\n(pn_\w+)\([^;{}]*\)\n\{", text, re.M)
        data = re.findall(
            r"^(?!static\b|extern\b)(?:const )?(?:struct )?\w+ \*?(?:const )?(pn_\w+)(?:\[\w*\])? =", text, re.M
        )
        for name in (*functions, *data):
            assert found.setdefault(name, path) == path, f"{name} is defined twice"
    return found


@cache
def uses(platform: str) -> dict[Path, dict[Path, set[str]]]:
    """{file: {file whose names it uses: the names}}, of .c files."""
    where = definitions(platform)
    graph: dict[Path, dict[Path, set[str]]] = {}
    for path in compiled(platform):
        graph[path] = {}
        for name in set(re.findall(r"\bpn_\w+", code_of(path))) & where.keys() - EXCUSED:
            if where[name] != path:
                graph[path].setdefault(where[name], set()).add(name)
    return graph


def circles(graph: dict[Path, dict[Path, set[str]]]) -> list[list[str]]:
    """The strongly connected parts of more than one file (Tarjan)."""
    index: dict[Path, int] = {}
    low: dict[Path, int] = {}
    stack: list[Path] = []
    found: list[list[str]] = []

    def visit(v: Path) -> None:
        index[v] = low[v] = len(index)
        stack.append(v)
        for w in graph.get(v, ()):
            if w not in index:
                visit(w)
                low[v] = min(low[v], low[w])
            elif w in stack:
                low[v] = min(low[v], index[w])
        if low[v] == index[v]:
            part = stack[stack.index(v) :]
            del stack[stack.index(v) :]
            if len(part) > 1:
                found.append(sorted(map(name_of, part)))

    for v in graph:
        if v not in index:
            visit(v)
    return found


def test_every_file_is_in_a_folder_of_the_table():
    assert [name_of(p) for p in files("*.[ch]") if folder_of(p) not in MAY_USE] == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_names_come_from_the_same_folder_or_one_below(platform):
    assert len(definitions(platform)) > 400
    wrong = [
        f"{name_of(path)}: {', '.join(sorted(names))} of {name_of(other)}"
        for path, called in uses(platform).items()
        for other, names in called.items()
        if folder_of(other) not in (folder_of(path), *MAY_USE[folder_of(path)])
    ]
    assert wrong == []


def test_includes_come_from_the_same_folder_or_one_below():
    wrong = []
    for path in files("*.[ch]"):
        for header in re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.M):
            if not (CSRC / header).is_file():
                wrong.append(f"{name_of(path)}: {header} is not written from csrc/")
            elif folder_of(CSRC / header) not in (folder_of(path), *MAY_USE[folder_of(path)]):
                wrong.append(f"{name_of(path)}: {header}")
    assert wrong == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_circle_of_files(platform):
    assert circles(uses(platform)) == []


def test_no_circle_of_headers():
    graph = {
        path: {CSRC / header: {header} for header in re.findall(r'^\s*#\s*include\s*"([^"]+)"', path.read_text(), re.M)}
        for path in files("*.h")
    }
    assert circles(graph) == []


def test_a_circle_is_found():
    a, b, c = (CSRC / name for name in ("a.c", "b.c", "c.c"))
    assert circles({a: {b: {"pn_b"}}, b: {a: {"pn_a"}}, c: {a: {"pn_a"}}}) == [["a.c", "b.c"]]


def test_basenames_are_unique():
    names = [path.name for path in files("*.[ch]")]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_a_file_begins_with_its_name():
    assert [name_of(p) for p in files("*.[ch]") if not p.read_text().startswith(f"/* {p.name} - ")] == []


def test_comments_name_files_that_are_there():
    names = {path.name for path in files("*.[ch]")} | {path.name for path in (ROOT / "tests").rglob("*.[ch]")}
    wrong = []
    for path in files("*.[ch]"):
        for comment in re.findall(r"/\*.*?\*/", path.read_text(), re.S):
            named = re.findall(r"(?<![<\w.])(?:\w+/)*(\w+\.[ch])\b", comment)
            wrong += [f"{name_of(path)}: {name}" for name in named if name not in names and name != "uv.h"]
    assert wrong == []


def test_one_python_type_for_each_file():
    specs = [
        (name_of(p), len(re.findall(r"^(?:static )?PyType_Spec \w+ = \{", code_of(p), re.M))) for p in files("*.c")
    ]
    # The family of exceptions is made from one list.
    assert [row for row in specs if row[1] > 1 and row[0] != "py/base/errors.c"] == []


def test_private_fields_of_libuv_stand_in_one_file():
    fields = r"\b(?:io_watcher|active_reqs|n?watchers|emfile_fd|"
    fields += r"alloc_cb|read_cb|closing_handles|uv__\w+|write_queue_size)\b(?!\()"
    private = re.compile(fields)
    assert {name_of(p) for p in files("*.[ch]") if private.search(code_of(p))} == {"uvio/uv_internals.h"}


def test_only_stream_looks_into_its_libuv_handle():
    found = {name_of(p) for p in files("*.[ch]") if re.search(r"->h\.(?:handle|stream|tcp|pipe)\b", code_of(p))}
    system = {"uvio/posix/ready.c", "uvio/posix/stream_posix.c", "uvio/windows/stream_windows.c"}
    assert found == {"uvio/stream.c", *system}


def test_the_readme_has_the_same_table():
    rows = dict(re.findall(r"^\| `(?:py/)?(\w+)` \|[^|]*\|([^|]*)\|$", (CSRC / "README.md").read_text(), re.M))
    assert list(rows) == list(MAY_USE)
    for folder, text in rows.items():
        said = set(re.findall(r"`(\w+)`", text))
        assert said | ({"core", "uvio"} if folder not in ("core", "uvio") else set()) == set(MAY_USE[folder]), folder
