"""The stubs have the docstrings of the module, where editors look for them: tools/stub_docs.py writes them."""

from __future__ import annotations

import ast
import importlib.util

import pytest

from paths import ROOT

spec = importlib.util.spec_from_file_location("stub_docs", ROOT / "tools" / "stub_docs.py")
stub_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stub_docs)


@pytest.mark.parametrize("stub", stub_docs.STUBS, ids=lambda path: path.name)
def test_each_docstring_is_that_of_the_module(stub):
    wrong, count = [], 0
    for name, node, doc in stub_docs.first_of_each(ast.parse(stub.read_text())):
        count += 1
        there = ast.get_docstring(node)
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


def test_no_public_function_is_without_a_docstring():
    bare = []
    for stub in stub_docs.STUBS:
        tree = ast.parse(stub.read_text())
        named = {name for name, _, _ in stub_docs.documented(tree)}
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not stub_docs.is_private(node) and node.name not in named:
                bare.append(node.name)
    assert bare == []
