"""Every public name has a docstring, a type and a place in the reference (tools/docs_names.py)."""

from __future__ import annotations

import pytest

import pynet
from load_tool import load_tool

docs_names = load_tool("docs_names")


def test_nothing_is_missing():
    assert list(docs_names.problems()) == []


def test_members_of_all_classes_are_looked_at():
    names = {name for name, _, _ in docs_names.public()}
    assert {"Socket.write", "Server.port", "serve", "Future.result", "aio.run", "aio.StreamReader.readline"} <= names
    assert "createServer" not in names and "Socket.setTimeout" not in names
    assert len(names) > 500


@pytest.fixture
def undocumented(monkeypatch):
    """A public function that has nothing."""

    def unheard_of():
        pass

    monkeypatch.setattr(pynet, "unheard_of", unheard_of, raising=False)
    monkeypatch.setattr(pynet, "__all__", ["unheard_of"])


def test_what_is_missing_is_named(undocumented):
    found = [line for line in docs_names.problems() if not line.startswith("aio.")]
    assert found == [
        "unheard_of has no docstring",
        "unheard_of has no type",
        "unheard_of is on no page of docs/api",
    ]
