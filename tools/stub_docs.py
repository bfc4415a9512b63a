"""Writes the docstrings of the module into the stubs pynet/*.pyi, where editors look for them.

    python tools/stub_docs.py

The C sources have them; tests/package/test_stubs_docs.py compares. Of overloads the first carries the docstring.
"""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import pynet  # noqa: E402

TYPES_ONLY = ("_data.pyi", "_options.pyi")
STUBS = sorted(p for p in (ROOT / "pynet").glob("*.pyi") if p.name not in TYPES_ONLY)
WIDTH = 120

Function = ast.FunctionDef | ast.AsyncFunctionDef


def is_private(node: ast.AST) -> bool:
    name = getattr(node, "name", "_")
    decorators = [ast.unparse(each) for each in getattr(node, "decorator_list", [])]
    return name.startswith("_") or "type_check_only" in decorators or any(d.endswith(".setter") for d in decorators)


def documented(tree: ast.Module):
    """(qualified name, node, docstring) of each public class, function and method; the first overload of each."""
    for node in tree.body:
        if not isinstance(node, Function | ast.ClassDef) or is_private(node):
            continue
        owner = getattr(pynet._pynet, node.name, None) or getattr(pynet, node.name, None)
        if owner is None:
            continue
        members = [(node.name, node, owner)]
        if isinstance(node, ast.ClassDef):
            for member in node.body:
                if isinstance(member, Function) and not is_private(member):
                    value = inspect.getattr_static(owner, member.name, None)
                    members.append((f"{node.name}.{member.name}", member, value))
        for name, member, value in members:
            doc = inspect.getdoc(value.__func__ if isinstance(value, classmethod | staticmethod) else value)
            if doc:
                yield name, member, doc


def first_of_each(tree: ast.Module):
    seen: set[str] = set()
    for name, node, doc in documented(tree):
        yield name, node, doc if name not in seen else None
        seen.add(name)


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
    for _, node, doc in first_of_each(ast.parse(source)):
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
