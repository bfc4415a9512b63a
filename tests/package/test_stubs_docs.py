"""The stubs have the docstrings of the module, where editors look for them: tools/stub_docs.py writes them."""

from __future__ import annotations

import ast
import functools
import inspect

import pytest

import pynet
from load_tool import load_tool

stub_docs = load_tool("stub_docs")


@pytest.mark.parametrize("stub", stub_docs.STUBS, ids=lambda path: path.name)
def test_each_docstring_is_that_of_the_module(stub):
    wrong, count = [], 0
    tree = ast.parse(stub.read_text())
    for name, node, doc in stub_docs.first_of_each(tree):
        count += 1
        there = stub_docs.docstring_in(tree, node)
        if (there or "").split() != (doc or "").split():
            wrong.append(name)
    assert count > 0 and wrong == [], "run: python tools/stub_docs.py"


def test_the_tool_writes_what_is_there():
    for stub in stub_docs.STUBS:
        assert stub_docs.rewrite(stub.read_text()).split() == stub.read_text().split(), stub.name


def test_the_tool_replaces_a_docstring_that_is_out_of_date():
    source = "class Socket:\n    def pause(self) -> None: ...\n"
    first = stub_docs.rewrite(source)
    assert '"""' in first and ast.parse(first)
    assert stub_docs.rewrite(first.replace("Stops", "Starts")).split() == first.split()


ATTRIBUTE = """
class Socket:
    user_data: Any
class NetError(OSError):
    code: str | None
    port: int
"""


def test_the_tool_writes_the_docstring_of_an_attribute_below_it():
    """From the module, or from its own table."""
    first = stub_docs.rewrite(ATTRIBUTE)
    tree = ast.parse(first)
    texts = [stub_docs.docstring_in(tree, node) for name, node, _ in stub_docs.documented(tree) if "." in name]
    assert texts == [pynet.Socket.user_data.__doc__, *(stub_docs.ATTRIBUTES[f"NetError.{n}"] for n in ("code", "port"))]
    assert stub_docs.rewrite(first.replace("Node's", "Somebody's")) == first


def public(tree):
    """The nodes of what a user may name, with its qualified name."""
    for node in tree.body:
        if stub_docs.is_private(node) or (
            isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation) == "TypeAlias"
        ):
            continue
        yield stub_docs.name_of(node), node
        for member in getattr(node, "body", ()) if isinstance(node, ast.ClassDef) else ():
            if not stub_docs.is_private(member):
                yield f"{node.name}.{stub_docs.name_of(member)}", member


def test_nothing_public_is_without_a_docstring():
    bare, count = [], 0
    for stub in stub_docs.STUBS:
        tree = ast.parse(stub.read_text())
        with_doc = {name for name, node in public(tree) if stub_docs.docstring_in(tree, node)}
        bare += [name for name, _ in public(tree) if name not in with_doc]
        count += len(with_doc)
    assert count > 250 and bare == []


def test_no_docstring_of_the_tool_is_for_what_is_not_there():
    """Nor for what has one at run time."""
    written = {name for stub in stub_docs.STUBS for name, _, _ in stub_docs.documented(ast.parse(stub.read_text()))}
    assert set(stub_docs.ATTRIBUTES) <= written
    for name in stub_docs.ATTRIBUTES:
        value = functools.reduce(lambda owner, part: inspect.getattr_static(owner, part, None), name.split("."), pynet)
        assert not inspect.isgetsetdescriptor(value) and not inspect.isroutine(value), name
