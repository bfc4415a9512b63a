"""Writes the docstrings of the module into the stubs pynet/*.pyi, where editors look for them.

    python tools/stub_docs.py

The C sources have them; tests/package/test_stubs_docs.py compares. Of overloads the first carries the docstring; that
of an attribute stands below it. Attributes that have none at run time, such as those of exceptions, have theirs here.
"""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pynet  # noqa: E402

NOTHING_PUBLIC = ("_data.pyi", "_pynet.pyi")  # of their own
STUBS = sorted(p for p in (ROOT / "pynet").glob("*.pyi") if p.name not in NOTHING_PUBLIC)
WIDTH = 120

Function = ast.FunctionDef | ast.AsyncFunctionDef

ATTRIBUTES = {
    "ADDRCONFIG": "For hints: the lookup gives only the families of which this machine has an address. The default.",
    "V4MAPPED": "For hints: where there is no IPv6 address, the lookup gives IPv4 addresses as IPv6 (::ffff:...).",
    "ALL": "For hints, with V4MAPPED: the lookup gives IPv6 addresses and the mapped IPv4 addresses.",
    "error_monitor": "The name of an event. Its listeners get each error before the listeners of "
    '"error" do, and do not count as listeners of "error". Node: events.errorMonitor.',
    "AbortEvent.type": 'The name of the event: "abort".',
    "AbortEvent.target": "The AbortSignal that was aborted.",
    "AddressInfo.address": "The IP address.",
    "AddressInfo.port": "The port, 0 to 65535.",
    "AddressInfo.family": '"IPv4" or "IPv6".',
    "ServerStats.accepted": "Connections that the server has accepted since it was made.",
    "ServerStats.dropped": "Connections that it has dropped because of max_connections.",
    "ServerStats.blocked": "Connections that it has closed because of block_list.",
    "ServerStats.active": "Connections that are open now.",
    "BlockList.PRIVATE_RANGES": "The networks that are not part of the public Internet, as CIDR texts, for BlockList() "
    "and add_cidrs().",
    "BlockList.SPECIAL_RANGES": "The networks of IANA's special-purpose registries, and multicast, of both families, "
    "as CIDR texts, for BlockList() and add_cidrs().",
    "NetError.code": 'The code: "ECONNREFUSED", "ERR_SERVER_NOT_RUNNING", ...',
    "NetError.syscall": 'The call that failed, or None: "connect", "listen", "read", "write", "getaddrinfo", ...',
    "NetError.address": "The address to connect to or to listen on, or the peer: an IP address, the path of a unix "
    "socket, or None.",
    "NetError.port": "The port that belongs to the address, or None.",
    "NetError.hostname": "The name that could not be resolved, or None.",
    "NetError.local_address": "The value of this option of connect(), or None.",
    "NetError.local_port": "The value of this option of connect(), or None.",
    "AbortError.reason": "The reason of the signal (any object), or None.",
    "AggregateError.errors": "One error for each attempt to connect.",
    "MaxListenersExceededWarning.emitter": "The emitter that has so many listeners.",
    "MaxListenersExceededWarning.type": "The name of the event.",
    "MaxListenersExceededWarning.count": "How many listeners the event has.",
}
"""The docstrings of what has none at run time: values, items of named tuples, attributes of exceptions."""


def name_of(node: ast.AST) -> str:
    """The name that a function, a class or an annotated variable has; that of anything else is private."""
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.target)
    return getattr(node, "name", "_")


def is_private(node: ast.AST) -> bool:
    name = name_of(node)
    decorators = [ast.unparse(each) for each in getattr(node, "decorator_list", [])]
    return name.startswith("_") or "type_check_only" in decorators or any(d.endswith(".setter") for d in decorators)


def docstring(name: str, value: Any) -> str | None:
    """What the module says of it, or ATTRIBUTES."""
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    # Of other values inspect gives the docstring of their type.
    if inspect.isroutine(value) or inspect.isclass(value) or isinstance(value, property):
        return inspect.getdoc(value)
    if inspect.isgetsetdescriptor(value) or inspect.ismemberdescriptor(value):
        return inspect.getdoc(value)
    camel = re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name)
    return ATTRIBUTES.get(name) or ATTRIBUTES.get(camel)


def documented(tree: ast.Module) -> Iterator[tuple[str, Any, str]]:
    """(qualified name, node, docstring) of each public class, function, method and attribute; each overload."""
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef | ast.AnnAssign) or is_private(node):
            continue
        name = name_of(node)
        owner = getattr(pynet._pynet, name, None) or getattr(pynet, name, None)
        if owner is None:
            continue
        members = [(name, node, owner)]
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, Function | ast.AnnAssign) and not is_private(member):
                    value = inspect.getattr_static(owner, name_of(member), None)
                    members.append((f"{name}.{name_of(member)}", member, value))
        for name, member, value in members:
            doc = docstring(name, value)
            if doc:
                yield name, member, doc


def first_of_each(tree: ast.Module) -> Iterator[tuple[str, Any, str | None]]:
    seen: set[str] = set()
    for name, node, doc in documented(tree):
        yield name, node, doc if name not in seen else None
        seen.add(name)


def is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def below(tree: ast.Module) -> dict[ast.AST, ast.Expr]:
    """The docstrings below attributes, by attribute."""
    bodies = [tree.body, *(node.body for node in tree.body if isinstance(node, ast.ClassDef))]
    pairs = [pair for body in bodies for pair in zip(body, body[1:], strict=False)]
    return {node: after for node, after in pairs if isinstance(node, ast.AnnAssign) and is_text(after)}


def docstring_in(tree: ast.Module, node: Any) -> str | None:
    """The docstring that a node has."""
    if not isinstance(node, ast.AnnAssign):
        return ast.get_docstring(node)
    after = below(tree).get(node)
    return inspect.cleandoc(after.value.value) if after is not None else None


def literal(doc: str, indent: str) -> str:
    room = WIDTH - len(indent) - 6
    paragraphs = []
    for text in doc.replace("\\", "\\\\").split("\n\n"):
        fits = all(len(line) <= room for line in text.splitlines())
        paragraphs.append(text if fits else textwrap.fill(" ".join(text.split()), room))
    lines = "\n\n".join(paragraphs).splitlines()
    text = "\n".join(indent + line if line else "" for line in lines).removeprefix(indent)
    space = " " if text.startswith('"') else ""  # as ruff has it
    end = "\n" + indent if len(lines) > 1 else " " if text.endswith('"') else ""
    return f'"""{space}{text}{end}"""'


def rewrite(source: str) -> str:
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))
    data = source.encode()
    edits = []
    tree = ast.parse(source)
    texts = below(tree)
    for _, node, doc in first_of_each(tree):
        if isinstance(node, ast.AnnAssign):
            old = texts.get(node, node)
            begin = starts[node.end_lineno - 1] + node.end_col_offset
            end = starts[old.end_lineno - 1] + old.end_col_offset
            indent = " " * node.col_offset
            edits.append((begin, end, f"\n{indent}{literal(doc or '', indent)}"))
            continue
        first = node.body[0]
        has_doc = ast.get_docstring(node, clean=False) is not None
        indent = " " * (node.col_offset + 4)
        decorators = getattr(first, "decorator_list", [])
        line = min([first.lineno, *(each.lineno for each in decorators)])
        begin = starts[line - 1] + first.col_offset
        end = starts[first.end_lineno - 1] + first.end_col_offset
        is_ellipsis = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and first.value.value is ...
        if doc is None:
            if has_doc:
                edits.append((begin, end, "..."))
        elif has_doc or is_ellipsis:
            edits.append((len(data[:begin].rstrip()), end, f"\n{indent}{literal(doc, indent)}"))
        else:
            edits.append((len(data[:begin].rstrip()), begin, f"\n{indent}{literal(doc, indent)}\n\n{indent}"))
    for begin, end, text in sorted(edits, reverse=True):
        data = data[:begin] + text.encode() + data[end:]
    return data.decode()


def main() -> None:
    for stub in STUBS:
        stub.write_text(rewrite(stub.read_text()))
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", *map(str, STUBS)], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
