"""A pytest plugin for aio_libraries.sh: asyncio's streams are pynet's, and the calls are counted."""

from __future__ import annotations

import asyncio
import collections
import functools
from typing import Any

import pynet

NAMES = ("open_connection", "open_unix_connection", "start_server", "start_unix_server")
calls: collections.Counter[str] = collections.Counter()


def counted(name: str) -> Any:
    function = getattr(pynet.aio, name)

    @functools.wraps(function)
    async def call(*args: Any, **options: Any) -> Any:
        calls[name] += 1
        return await function(*args, **options)

    return call


for each in NAMES:
    setattr(asyncio, each, counted(each))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.write_line(f"through pynet: {dict(calls)}")
