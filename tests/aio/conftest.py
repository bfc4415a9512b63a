"""The loops that pynet is attached to."""

import asyncio

import pytest

import hosts
import pynet


@pytest.fixture(params=["asyncio", "uvloop"])
def loop_factory(request):
    """Makes a new loop of either kind."""
    if request.param == "asyncio":
        return asyncio.SelectorEventLoop
    hosts.require("uvloop")
    import uvloop

    return uvloop.new_event_loop


@pytest.fixture
def run(loop_factory):
    """pynet.aio.run() on either kind of loop: run(main(), **options)."""

    def run_on(main, **options):
        return pynet.aio.run(main, loop_factory=loop_factory, **options)

    yield run_on
    assert pynet._pynet._attached() is None, "still attached"
