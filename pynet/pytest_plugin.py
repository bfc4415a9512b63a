"""Fixtures for pytest, which finds them if pynet is installed: pynet_server and pynet_errors. See docs/testing.md.

A test that uses one of them fails if a listener or callback raised, if an `error` event had no listener, or if a
connection of its servers was left open.
"""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import pynet

__all__ = ["pynet_errors", "pynet_server"]

SETTLE = 1.0  # seconds that connections have to close by themselves when the test function has returned

_checks = pytest.StashKey[list[Callable[[], None]]]()
_uncaught = pytest.StashKey[list[BaseException]]()
_LISTEN = (
    "port",
    "host",
    "path",
    "fd",
    "handle",
    "backlog",
    "ipv6_only",
    "reuse_port",
    "mode",
    "group",
    "unlink_stale",
)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Checks within the test's own phase, so that what is found makes it fail."""
    try:
        result = yield
    except (Exception, pytest.fail.Exception) as failure:
        _explain(failure, item.stash.get(_uncaught, []))
        raise
    for check in item.stash.get(_checks, []):
        check()
    return result


def _explain(failure: BaseException, errors: list[BaseException]) -> None:
    """What was uncaught may be why the test fails, as when a client waits for an answer."""
    with contextlib.suppress(Exception):  # the loop may be dead
        _turn_of_the_loop()
    for error in errors:
        text = "".join(traceback.format_exception(error)).rstrip()
        failure.add_note(f"An exception was uncaught before:\n{text}")


def _turn_of_the_loop() -> None:
    """What the loop was about to do has happened."""
    from pynet import run_in_loop

    for _ in range(2):
        run_in_loop(lambda: None).result(SETTLE)


@pytest.fixture
def pynet_errors(request: pytest.FixtureRequest) -> Iterator[list[BaseException]]:
    """The exceptions that were uncaught during the test, as a list. If the list is not empty at the end, the test
    fails.

    While a test uses the fixture, pynet reports uncaught exceptions only in this list, and run() raises none.
    """
    import pynet
    from pynet import _private

    errors: list[BaseException] = []
    request.node.stash[_uncaught] = errors

    def note(error: BaseException, emitter: pynet.EventEmitter | None) -> None:
        if isinstance(emitter, pynet.Socket):
            emitter.destroy()
            # As everywhere: the network may take an established connection at any time.
            if _private.is_lost(error) and getattr(error, "syscall", None) != "connect":
                return
        errors.append(error)

    def check() -> None:
        _turn_of_the_loop()
        if errors:
            first = errors[0]
            more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
            failure = pytest.fail.Exception(f"an exception was uncaught{more}: {type(first).__name__}: {first}")
            failure.__cause__ = first
            for text in getattr(first, "__notes__", ()):
                failure.add_note(text)
            raise failure

    request.node.stash.setdefault(_checks, []).append(check)
    before = pynet.set_uncaught_handler(note)
    try:
        yield errors
    finally:
        pynet.set_uncaught_handler(before)


def _open_connections(servers: list[pynet.Server]) -> list[pynet.Socket]:
    deadline = time.monotonic() + SETTLE
    while (left := [sock for server in servers for sock in server.connections]) and time.monotonic() < deadline:
        _turn_of_the_loop()
        time.sleep(0.005)
    return left


@pytest.fixture
def pynet_server(
    request: pytest.FixtureRequest, pynet_errors: list[BaseException]
) -> Iterator[Callable[..., tuple[pynet.Server, Any]]]:
    """pynet_server(handler=None, **options) -> (server, address): makes a server that listens. Call it as often as you
    need.

    Pass the address to pynet.connect(address). Without `port`, `host` or `path` the server listens on a free port of
    127.0.0.1. The other options are those of create_server() and listen(). At the end of the test all servers are
    closed. A connection that is still open then makes the test fail.
    """
    import pynet

    servers: list[pynet.Server] = []

    def make(handler: Callable[[pynet.Socket], object] | None = None, /, **options: Any) -> tuple[pynet.Server, Any]:
        where = {name: options.pop(name) for name in _LISTEN if name in options}
        if not where.keys() & {"port", "path", "fd", "handle"}:
            where["port"] = 0
        if "port" in where:
            where.setdefault("host", "127.0.0.1")
        create: Any = pynet.create_server
        server: pynet.Server = create(**options) if handler is None else create(handler, **options)
        servers.append(server)
        listen: Any = server.listen
        listen(**where)
        return server, server.address()

    def check() -> None:
        if left := _open_connections(servers):
            shown = ", ".join(map(repr, left))
            raise pytest.fail.Exception(f"{len(left)} of the server's connections were left open: {shown}")

    request.node.stash.setdefault(_checks, []).append(check)
    try:
        yield make
    finally:
        for server in servers:
            server.shutdown(0).result(SETTLE)
