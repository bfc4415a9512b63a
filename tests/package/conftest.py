"""Fixtures of finished() and pipeline(), and what type checkers say."""

from __future__ import annotations

import types

import pytest

import pynet
from helpers import Recorder, target, wait_until
from type_checkers import CHECKERS, lay_out


@pytest.fixture
def lines(server):
    """lines(n): n connections. Each has .outer, the test's end, and .inner, the one that goes into the pipeline."""
    made, waiting, servers = [], [], []

    def line(**options):
        if not servers:
            servers.append(server(waiting.append, allow_half_open=True))
        inner = pynet.connect({**target(servers[0]), **options})
        made.append(inner)
        Recorder(inner, "connect").wait("connect")
        assert wait_until(lambda: waiting)
        outer = waiting.pop()
        outer.on("error", lambda err: None)
        made.append(outer)
        return types.SimpleNamespace(inner=inner, outer=outer)

    yield lambda n, **options: [line(**options) for _ in range(n)]
    for sock in made:
        sock.destroy()


@pytest.fixture(scope="session", params=CHECKERS)
def checked(request, tmp_path_factory):
    """What each type checker has found in the programs and examples of type_checkers.py, from one run."""
    folder = tmp_path_factory.mktemp(request.param)
    lay_out(folder)
    return CHECKERS[request.param](folder)
