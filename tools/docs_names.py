"""Every public name has a docstring, a type, and a place in the pages of docs/api: `make docs` asks, and tests/package.

Public are the names in `__all__` of pynet, pynet.aio and pynet.cluster, and the members of their classes. Of two
spellings the one of PEP 8 counts. tests/package/test_docs_api.py compares the signatures, events and options.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import itertools
import re
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pynet
import pynet.aio
import pynet.cluster

ROOT = Path(__file__).resolve().parent.parent
API = ROOT / "docs" / "api"

spec = importlib.util.spec_from_file_location("stub_docs", ROOT / "tools" / "stub_docs.py")
assert spec is not None and spec.loader is not None
stub_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stub_docs)

MODULES: dict[str, ModuleType] = {"": pynet, "aio.": pynet.aio, "cluster.": pynet.cluster}


def is_alias(name: str, names: set[str]) -> bool:
    """Node's spelling of another name of the same place."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z]+)", lambda found: "_" + found[1].lower(), name)
    return snake != name and snake in names


def members(kind: type) -> Iterator[str]:
    """What the class and its bases of pynet define."""
    names = {
        name
        for base in kind.__mro__
        if base.__module__.partition(".")[0] == "pynet"
        for name in vars(base)
        if not name.startswith("_")
    }
    yield from sorted(name for name in names if not is_alias(name, names))


def public() -> Iterator[tuple[str, Any, type | None]]:
    """(qualified name, value, the class that it belongs to)"""
    for prefix, module in MODULES.items():
        names = set(module.__all__)
        for name in sorted(names):
            value = getattr(module, name)
            if is_alias(name, names) or inspect.ismodule(value):
                continue
            yield prefix + name, value, None
            if inspect.isclass(value) and value.__module__.partition(".")[0] == "pynet":
                for member in members(value):
                    yield f"{prefix}{name}.{member}", inspect.getattr_static(value, member), value


# --- docstrings and types ---


def stubs() -> dict[str, ast.AST]:
    """The nodes of the C module's stubs, by qualified name."""
    found: dict[str, ast.AST] = {}
    for stub in stub_docs.STUBS:
        for node in ast.parse(stub.read_text()).body:
            name = stub_docs.name_of(node)
            found[name] = node
            for member in getattr(node, "body", ()) if isinstance(node, ast.ClassDef) else ():
                found[f"{name}.{stub_docs.name_of(member)}"] = member
                if isinstance(member, ast.Assign):  # a second name of a method
                    found[f"{name}.{ast.unparse(member.targets[0])}"] = member
            if isinstance(node, ast.Assign):
                found[ast.unparse(node.targets[0])] = node
    return found


def owners(name: str, kind: type | None) -> list[str]:
    """The names under which the stubs may have it: a member may stand in a base class."""
    plain = name.removeprefix("aio.")
    if kind is None:
        return [plain]
    member = plain.rpartition(".")[2]
    return [f"{base.__name__}.{member}" for base in kind.__mro__]


def documented_variables(module: ModuleType) -> set[str]:
    """The variables of a module in Python that have a type, and a string behind them as docstring."""
    body = ast.parse(inspect.getsource(module)).body
    nodes = [inner for node in body for inner in (node.body if isinstance(node, ast.If) else [node])]
    return {
        node.target.id
        for node, after in itertools.pairwise(nodes)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and isinstance(after.value.value, str)
    }


VARIABLES = {
    prefix + name
    for prefix, module in MODULES.items()
    if (module.__file__ or "").endswith(".py")
    for name in documented_variables(module)
}


def has_docstring(name: str, value: Any, kind: type | None) -> bool:
    if name in VARIABLES or any(each in stub_docs.ATTRIBUTES for each in owners(name, kind)):
        return True
    own = getattr(value, "__doc__", None)
    return bool(own and own.strip()) and own != getattr(type(value), "__doc__", None)


def has_type(name: str, value: Any, kind: type | None, in_stubs: dict[str, ast.AST]) -> bool:
    if name in VARIABLES or any(each in in_stubs for each in owners(name, kind)):
        return True
    if inspect.isclass(value):
        return True
    if isinstance(value, classmethod | staticmethod):
        value = value.__func__
    if isinstance(value, property):
        value = value.fget
    if callable(value):
        return "return" in getattr(inspect.unwrap(value), "__annotations__", {})
    if kind is None:
        return False
    member = name.rpartition(".")[2]
    return any(member in base.__dict__.get("__annotations__", {}) for base in kind.__mro__) or (
        typing.NamedTuple in getattr(kind, "__orig_bases__", ())
    )


# --- pages ---


def documented() -> set[str]:
    """Each word of the code in the pages of the reference."""
    words: set[str] = set()
    for page in API.glob("*.md"):
        text = page.read_text()
        for code in re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL):
            words |= set(re.findall(r"[A-Za-z_]\w*", code))
    return words


def problems() -> Iterator[str]:
    words, in_stubs = documented(), stubs()
    for name, value, kind in public():
        if not has_docstring(name, value, kind):
            yield f"{name} has no docstring"
        if not has_type(name, value, kind, in_stubs):
            yield f"{name} has no type"
        if name.rpartition(".")[2] not in words:
            yield f"{name} is on no page of docs/api"


def main() -> int:
    found = [*problems()]
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len([*public()])} public names, {len(found)} problems")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
