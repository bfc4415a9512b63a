"""The documentation says everything and nothing else: names, events, differences, links, functions of the C sources."""

from __future__ import annotations

import ast
import inspect
import pydoc
import re
import tomllib

import pytest

import pynet
from bad_values import camel
from paths import CONFORMANCE, ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CHANGES.md", *sorted(DOCS.rglob("*.md"))]
STUBS = {"Socket": ROOT / "pynet" / "_socket.pyi", "Server": ROOT / "pynet" / "_listening.pyi"}


def api_text():
    return "\n".join(page.read_text() for page in sorted((DOCS / "api").glob("*.md")))


def is_alias(name, names):
    """Node's spelling of another name of the same place."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z]+)", lambda m: "_" + m[1].lower(), name)
    return snake != name and snake in names


def public(place):
    names = {name for name in vars(place) if not name.startswith("_")}
    return sorted(name for name in names if not is_alias(name, names))


def test_every_name_of_the_module_is_in_the_api_pages():
    text = api_text()
    missing = [name for name in public(pynet._pynet) if not re.search(rf"`{name}\b", text)]
    assert missing == []


def test_every_member_of_a_type_is_in_the_api_pages():
    text = api_text()
    page = {"Socket": "socket", "Server": "server"}
    missing = []
    kinds = (pynet.EventEmitter, pynet.Socket, pynet.Server, pynet.Timeout, pynet.Immediate)
    for kind in (
        *kinds,
        pynet.SocketAddress,
        pynet.BlockList,
        pynet.BoundSocket,
        pynet.AbortController,
        pynet.AbortSignal,
    ):
        for name in public(kind):
            where = (DOCS / "api" / f"{page[kind.__name__]}.md").read_text() if kind.__name__ in page else text
            is_method = callable(getattr(kind, name))
            pattern = rf"`{kind.__name__}\.{name}\(" if is_method else rf"`{name}`"
            if not re.search(pattern, where):
                missing.append(f"{kind.__name__}.{name}")
    assert missing == []


def test_every_documented_member_exists():
    kinds = (
        "EventEmitter|Socket|Server|Timeout|Immediate|SocketAddress|BlockList|BoundSocket|AbortController|AbortSignal"
    )
    documented = re.findall(rf"`({kinds})\.(\w+)\(", api_text())
    assert len(documented) > 40
    assert [pair for pair in documented if not hasattr(getattr(pynet, pair[0]), pair[1])] == []


def test_help_shows_everything():
    """inspect.signature() must be able to read the docstrings, or help() fails."""
    for name in dir(pynet):
        value = getattr(pynet, name)
        if name.startswith("_") or not callable(value):
            continue
        assert len(pydoc.plain(pydoc.render_doc(value))) > 100
        if inspect.isbuiltin(value):
            inspect.signature(value)


def test_documented_signatures_name_the_parameters():
    """Where the C module says them; those with several forms are left to the reader."""
    wrong = []
    kinds = "EventEmitter|Socket|Server|SocketAddress|BlockList|BoundSocket|AbortController|AbortSignal"
    for kind, name, given in re.findall(rf"^### `({kinds})\.(\w+)\((.*)\)`$", api_text(), re.M):
        method = getattr(getattr(pynet, kind), name)
        try:
            parameters = list(inspect.signature(method).parameters)
        except (TypeError, ValueError):
            continue
        if "args" in parameters and name in ("connect", "listen"):
            continue
        names = [part.split("=")[0].strip(" *") for part in given.split(",")]
        if [n for n in names if n] != [p for p in parameters if p != "self"]:
            wrong.append(f"{kind}.{name}({given})")
    assert wrong == []


def events_of_the_stubs(kind):
    """{event: how many arguments its listener gets}, of the overloads of on(); names of types are looked up."""
    tree = ast.parse(STUBS[kind].read_text())
    aliases = {ast.unparse(node.target): node.value for node in tree.body if isinstance(node, ast.AnnAssign)}
    aliases["OnConnection"] = ast.parse("Callable[[Socket], object]", mode="eval").body
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == kind)
    counts = {}
    for node in body:
        if not isinstance(node, ast.FunctionDef) or node.name != "on" or len(node.args.posonlyargs) != 3:
            continue
        event, listener = (
            aliases.get(ast.unparse(each.annotation), each.annotation) for each in node.args.posonlyargs[1:]
        )
        names = [part.value for part in ast.walk(event) if isinstance(part, ast.Constant)]
        counts |= dict.fromkeys(names, len(listener.slice.elts[0].elts))
    return counts


def test_table_of_events_is_that_of_the_stubs():
    page = (DOCS / "events.md").read_text()
    for kind in ("Socket", "Server"):
        section = page.split(f"## {kind}\n")[1].split("\n## ")[0]
        documented = dict(re.findall(r"^\| `(\w+)` \| `\((.*?)\)`", section, re.M))
        counts = events_of_the_stubs(kind)
        assert counts.pop("newListener") == counts.pop("removeListener") == 2
        assert {e: len(a.split(",")) if a else 0 for e, a in documented.items()} == counts


def test_every_expected_difference_is_documented():
    with (CONFORMANCE / "expected_differences.toml").open("rb") as file:
        scenarios = tomllib.load(file)
    page = (DOCS / "node-differences.md").read_text()
    assert [name for name in scenarios if f"`{name}`" not in page] == []


def test_every_scenario_of_the_differences_has_one():
    """In node-differences.md: a scenario that behaves as Node does shows no difference."""
    scenarios = {path.stem for path in (CONFORMANCE / "scenarios").glob("*.js")}
    with (CONFORMANCE / "expected_differences.toml").open("rb") as file:
        expected = tomllib.load(file)
    named = set(re.findall(r"`(\w+)`", (DOCS / "node-differences.md").read_text())) & scenarios
    assert len(named) > 20
    assert named - set(expected) == set()


def test_tables_have_the_same_columns_in_each_row():
    wrong = []
    for page in PAGES:
        columns = 0
        rows = set()
        for number, line in enumerate(page.read_text().splitlines(), 1):
            if not line.startswith("|"):
                columns, rows = 0, set()
                continue
            count = re.sub(r"`[^`]*`|\\\|", "", line).count("|")
            columns = columns or count
            if count != columns or line in rows:
                wrong.append(f"{page.name}:{number}")
            rows.add(line)
    assert wrong == []


def test_error_codes_of_the_sources_are_documented():
    sources = "\n".join(path.read_text() for path in (ROOT / "csrc" / "py").rglob("*.c"))
    page = (DOCS / "api" / "errors.md").read_text()
    assert sorted({code for code in re.findall(r'"((?:ERR|ABORT)_\w+)"', sources) if f"`{code}`" not in page}) == []


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def options_of_the_sources():
    """{function: its options}, from the lists in C."""

    def listed(file, start):
        text = (ROOT / "csrc" / "py" / file).read_text().split(start, 1)[1]
        return re.findall(r'"(\w+)"', re.split(r"\n\w|;", text.lstrip(), maxsplit=1)[0])

    sock = {name for name in listed("socket/socket.h", "#define PN_SOCKET_OPTIONS") if "object_mode" not in name}
    more = set(listed("connect/connect.h", "#define PN_CONNECT_OPTIONS"))
    return {
        "Socket": sock,
        "connect": sock | more | {"timeout"},
        "Socket.connect": more | set(listed("connect/connect_method.c", "connect_names[] = {")),
        "Server": set(listed("server/server_options.c", "server_names[] = {")),
        "Server.listen": set(listed("server/listen_args.c", "listen_names[] = {")),
        "BoundSocket": set(listed("socket/bound_socket_type.c", "option_names[] = {")),
    }


@pytest.mark.parametrize(
    ("function", "page", "heading"),
    [
        ("Socket", "socket", "### `Socket(options=None, **more)`"),
        ("connect", "functions", "### `connect(port, host"),
        ("Server", "server", "### `Server(options=None"),
        ("Server.listen", "server", "### `Server.listen(port=0"),
        ("BoundSocket", "bound-socket", "`BoundSocket(options=None"),
    ],
)
def test_tables_of_options_are_those_of_the_sources(function, page, heading):
    section = (DOCS / "api" / f"{page}.md").read_text().split(heading, 1)[1].split("\n| option |", 1)[1]
    rows = section.split("\n\n", 1)[0].splitlines()
    documented = set()
    for row in rows:
        cells = row.split("|")
        documented |= set(re.findall(r"`(\w+)`", cells[4] if "those of" in row else cells[1] if len(cells) > 1 else ""))
    assert documented == options_of_the_sources()[function]


@pytest.mark.parametrize(
    ("function", "name", "file"),
    [
        ("Socket", "SocketOptions", "_options"),
        ("connect", "ConnectOptions", "_options"),
        ("Socket.connect", "SocketConnectOptions", "_options"),
        ("Server", "ServerOptions", "_options"),
        ("Server.listen", "ListenOptions", "_options"),
        ("BoundSocket", "BoundSocketOptions", "_bound"),
    ],
)
def test_types_of_options_are_those_of_the_sources(function, name, file):
    """In both spellings."""
    classes = {
        node.name: node
        for node in ast.parse((ROOT / "pynet" / f"{file}.pyi").read_text()).body
        if isinstance(node, ast.ClassDef)
    }

    def keys(of):
        inherited = [keys(base.id) for base in classes[of].bases if base.id in classes]
        return set().union(*inherited, {item.target.id for item in classes[of].body if isinstance(item, ast.AnnAssign)})

    expected = options_of_the_sources()[function]
    assert keys(name) == expected | {camel(option) for option in expected}


def test_links_lead_somewhere():
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
            name, _, fragment = target.partition("#")
            file = (page.parent / name).resolve() if name else page
            if target.startswith(("http://", "https://")):
                continue
            if not file.is_file():
                broken.append(f"{page.name}: {target}")
            elif fragment and fragment not in {anchor(h) for h in re.findall(r"^#+ (.*)$", file.read_text(), re.M)}:
                broken.append(f"{page.name}: {target} (no such heading)")
    assert broken == []


def test_links_lead_from_the_index_to_every_page():
    """Directly, or by other pages: on a forge there is no navigation beside the page."""
    reached, left = set(), [DOCS / "index.md"]
    while left:
        page = left.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = re.findall(r"\]\(([^)#]+\.md)", page.read_text())
        left += [file for t in targets if (file := (page.parent / t).resolve()).is_relative_to(DOCS) and file.is_file()]
    assert [page.relative_to(DOCS).as_posix() for page in sorted(DOCS.rglob("*.md")) if page not in reached] == []


def test_internals_name_what_is_there():
    """Files, functions and types of the C sources that the internals speak of."""
    text = "\n".join(page.read_text() for page in (DOCS / "internals").glob("*.md"))
    code = "\n".join(path.read_text() for path in (ROOT / "csrc").rglob("*.[ch]"))
    files = ["/" + path.relative_to(ROOT / "csrc").as_posix() for path in (ROOT / "csrc").rglob("*.[ch]")]
    named = set(re.findall(r"`((?:\w+/)*\w+\.[ch])`", text)) - {"uv.h"}
    assert len(named) > 100
    assert {name for name in named if not any(file.endswith("/" + name) for file in files)} == set()
    python = set(re.findall(r"`((?:pynet|tests)/[\w/]+\.pyi?)`", text))
    assert {name for name in python if not (ROOT / name).is_file()} == set()
    words = set(re.findall(r"\b(pn_\w+|Pn[A-Z]\w+)\b", text)) | set(
        re.findall(r"`(?:st->)?([a-z]+_[a-z_]+)(?:\(\))?`", text)
    )
    unknown = {word for word in words if word != "pn_" and not re.search(rf"\b{word}\b", code)}
    known_elsewhere = {"signal.set_wakeup_fd", "allow_half_open", "pn__"}
    assert {word for word in unknown - known_elsewhere if not word.endswith("_")} == set()


def test_internals_have_a_page_for_each_folder():
    """With the name of the folder; each .c file of the folder has a line in its table of files."""
    csrc = ROOT / "csrc"
    platforms = {csrc / "uvio" / "posix", csrc / "uvio" / "windows"}  # they are on the page of uvio
    folders = {path.parent for path in csrc.rglob("*.c")} - platforms
    pages = {page.stem for page in (DOCS / "internals").glob("*.md")}
    assert pages == {folder.name for folder in folders} | {"cluster", "windows"}  # the one is written in Python
    missing = []
    for folder in sorted(folders):
        page = (DOCS / "internals" / f"{folder.name}.md").read_text()
        names = [path.name for path in folder.glob("*.c")]
        names += [
            f"{part.name}/{path.name}" for part in platforms if part.parent == folder for path in part.glob("*.c")
        ]
        missing += [f"{folder.name}.md: {name}" for name in names if f"| `{name}` |" not in page]
    assert missing == []
