"""asyncio drives pynet's loop: run(), attached(), and the attachment that pynet.aio.connect() and the like make.

This module does not import asyncio before it is used.

The asyncio loop owns the Drive, by the reader that it has for the descriptor. When the loop is closed it drops its
readers: so the Drive is freed, which detaches it. Nothing here keeps a loop or a Drive.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from pynet import _private, _pynet
from pynet._support import running_loop

if TYPE_CHECKING:
    import asyncio

__all__ = ["attached", "run"]

_T = TypeVar("_T")


def _reports_to(loop: asyncio.AbstractEventLoop) -> Callable[[BaseException, object], None]:
    """Returns the function that gets an exception that leaves a listener."""

    def uncaught(exc: BaseException, emitter: object) -> None:
        message = "uncaught exception in a listener of pynet"
        loop.call_exception_handler({"message": message, "exception": exc, "emitter": emitter})

    return uncaught


def _attach(loop: asyncio.AbstractEventLoop) -> _pynet.Drive:
    """Attaches pynet to the loop of this thread, in the current context."""
    if loop.is_closed():
        raise RuntimeError(f"pynet cannot be attached to {loop!r}: it is closed")
    _make_room()
    drive = _pynet.embed(loop.call_soon, host=loop, uncaught=_reports_to(loop))
    try:
        loop.add_reader(drive.fileno(), drive.step)
    except NotImplementedError:
        drive.close()
        message = f"pynet cannot be attached to {loop!r}, which has no add_reader(): use a selector loop or uvloop"
        raise RuntimeError(message) from None
    except BaseException:
        drive.close()
        raise
    return drive


def _detach(drive: _pynet.Drive) -> None:
    """Removes the reader from the loop, unless the loop is closed, and closes the drive."""
    if drive.closed:
        return
    loop: Any = drive.host
    if not loop.is_closed():
        loop.remove_reader(drive.fileno())
    drive.close()


def _detach_from(loop: asyncio.AbstractEventLoop) -> None:
    drive = _private.attached()
    if drive is not None and drive.host is loop:
        _detach(drive)


def _is_of_asyncio(drive: _pynet.Drive) -> bool:
    events = sys.modules.get("asyncio.events")
    return events is not None and isinstance(drive.host, events.AbstractEventLoop)


def _make_room() -> bool:
    """Detaches pynet from an asyncio loop that is closed, and ends an automatic attachment whose loop does not run."""
    drive = _private.attached()
    if drive is None or not _is_of_asyncio(drive):
        return False
    unwanted = drive.host.is_closed() or (drive._automatic and not drive.host.is_running())
    if unwanted:
        _detach(drive)
    return unwanted


def automatic() -> None:
    """Attaches pynet to the asyncio loop that runs here, if no thread drives pynet's loop; pynet.aio calls it."""
    if sys.platform == "win32":
        return  # the background thread drives it
    loop = running_loop()
    if loop is None or _private.attached_to(loop):
        return
    _make_room()
    mode, here = _private.driver()
    if mode == "attached" and here:
        _refuse(loop)
    if mode != "idle":
        return
    try:
        _attach(loop)._automatic = True
    except RuntimeError:
        # The loop cannot watch a descriptor, or another thread was faster: the background thread does it.
        return


def follow() -> None:
    """See check_host() in _run.py."""
    loop = running_loop()
    drive = _private.attached()
    if drive is None or drive.host is loop or not _is_of_asyncio(drive):
        return
    here = _private.driver() == ("attached", True)
    if _make_room():
        if here:
            automatic()
    elif here and loop is not None:
        _refuse(loop)


def _refuse(loop: asyncio.AbstractEventLoop) -> NoReturn:
    host = _private.attached().host
    raise RuntimeError(
        f"pynet is attached to {host!r}, which does not run while {loop!r} runs on its thread: nothing would be "
        "dispatched. Leave pynet.aio.attached() there first, or await in that loop"
    )


@asynccontextmanager
async def attached() -> AsyncIterator[None]:
    """async with attached(): the running asyncio loop drives pynet's loop, on its thread, until the block ends.

    Listeners run on that thread, in the context of this call. So they may use the objects of asyncio without
    call_soon_threadsafe(). An exception that leaves a listener goes to the exception handler of the asyncio loop, and
    the connection concerned is destroyed. If the background thread was driving, it stops, and drives again after the
    block.

    Raises RuntimeError while run() of pynet is active, while pynet is already attached to a loop, inside a listener,
    inside turn(), and for a loop without add_reader(), such as Windows' proactor loop.
    """
    if sys.platform == "win32":
        _private.unavailable("pynet.aio.attached()")
    import asyncio

    loop = asyncio.get_running_loop()
    drive = _private.attached()
    if drive is not None and drive._automatic and drive.host is loop:
        _detach(drive)
    del drive  # the loop alone keeps the Drive
    _attach(loop)
    try:
        yield
    finally:
        _detach_from(loop)


def run(
    main: Coroutine[Any, Any, _T],
    *,
    debug: bool | None = None,
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> _T:
    """run(main, *, debug=None, loop_factory=None): asyncio.run() with pynet attached to its loop, as by attached().

    Runs the coroutine `main`, and returns its result. loop_factory makes the loop, for example uvloop.new_event_loop.
    debug is asyncio's debug mode. Sockets and servers that are open at the end stay open: the next call that needs
    pynet's loop starts the background thread.

    Raises TypeError (ERR_INVALID_ARG_TYPE) if main is not a coroutine; RuntimeError if an asyncio loop already runs on
    this thread, and in the same cases as attached().
    """
    import asyncio

    if not asyncio.iscoroutine(main):
        _private.raise_arg_type("main", "a coroutine", main)
    loop = running_loop()
    if loop is not None:
        main.close()
        raise RuntimeError(
            f"pynet.aio.run() cannot be called while {loop!r} runs on this thread: "
            "use `async with pynet.aio.attached()`"
        )
    if sys.platform == "win32":
        main.close()
        _private.unavailable("pynet.aio.run()")
    runner = asyncio.Runner(debug=debug, loop_factory=loop_factory)
    try:
        loop = runner.get_loop()
        _attach(loop)
    except BaseException:
        main.close()
        if loop is not None and not loop.is_closed():
            runner.close()
        raise
    try:
        return runner.run(main)
    finally:
        runner.close()
        _detach_from(loop)
