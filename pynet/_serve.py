"""serve(): a thread, or an asyncio task, for each connection of a server."""

from __future__ import annotations

import contextlib
import inspect
import threading
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Unpack

from pynet import _private, _pynet
from pynet._reading import IncompleteReadError
from pynet._run import lost, start_own_thread
from pynet._server import ServerIterator
from pynet._support import PREMATURE_CLOSE, check_size, given
from pynet._waiting import once

if TYPE_CHECKING:
    import asyncio

    from pynet._options import Address, AioListenOptions, Handle, Host, Listener, Places

__all__ = ["half_open", "make_server", "serve", "serve_tasks"]

_Handler = Callable[[_pynet.Socket], object]
_TaskHandler = Callable[[_pynet.Socket], Awaitable[object] | None]

# --- what both share ---


def make_server(address: Any, options: AioListenOptions) -> tuple[_pynet.Server, Any, Any, dict[str, Any]]:
    """A server with those of the options that are Server()'s, the mapping that may stand for the address, or None, the
    address for listen(), and the rest of the options, which are those of listen()."""
    mapping: Any = address if isinstance(address, Mapping) else None
    if mapping is not None and "ssl" in mapping:  # listen() refuses it
        address = {name: value for name, value in mapping.items() if name != "ssl"}
    own: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in options.items():
        (own if _private.server_knows_option(name) else rest)[name] = value
    return _pynet.Server(mapping, **own), mapping, address, rest


def half_open(address: object, options: AioListenOptions) -> None:
    """Sets allow_half_open unless the caller has: a handler that returns closes its connection, so it may still answer
    a peer that has ended its side."""
    sources: tuple[Any, ...] = (options, address if isinstance(address, Mapping) else {})
    names = ("allow_half_open", "allowHalfOpen")
    if all(source.get(name) is None for source in sources for name in names):
        options.pop("allowHalfOpen", None)
        options["allow_half_open"] = True


def _is_over(error: BaseException) -> bool:
    """The connection was destroyed, by shutdown() or the program, or the interpreter exits: no report."""
    codes = (PREMATURE_CLOSE, "ERR_LOOP_CLOSED", "ERR_FORKED")
    return isinstance(error, _pynet.NetError) and error.code in codes


def _is_expected(sock: _pynet.Socket, error: BaseException) -> bool:
    """What ends one handler, and is not a mistake of the program; logged, if the peer or the network caused it."""
    if _is_over(error):
        return True
    # A peer that is slow, or sends a line over the limit, must not be able to fill a log with tracebacks.
    too_slow = type(error) is TimeoutError
    too_long = isinstance(error, _pynet.NetError) and error.code == "ERR_READ_LIMIT"
    if not (too_slow or too_long or isinstance(error, IncompleteReadError) or _private.is_lost(error)):
        return False
    lost.report("the handler of %s has ended: %s", sock, error if str(error) else type(error).__name__)
    return True


def _is_alive(server: _pynet.Server, error: BaseException) -> bool:
    """Whether a loop over the server that has raised begins again: accepting has failed once, and may succeed again."""
    if _is_over(error):
        return False
    if not server.listening:
        if server.listener_count("error"):
            return False
        raise error
    return True


# --- threads ---


def serve(
    handler: _Handler,
    address: Address | Places | Handle | AioListenOptions | Listener = None,
    host: Host | int | Listener = None,
    backlog: int | Listener = None,
    callback: Listener = None,
    /,
    *,
    limit: int | None = None,
    **options: Unpack[AioListenOptions],
) -> _pynet.Server:
    """serve(handler, port=0, host=None, backlog=511): a Server that listens, with a thread for each connection.

    Each thread calls handler(sock), which may block, and then closes the socket. `limit` is the largest number of
    connections at a time; further connections wait in the system's queue. Takes the arguments of Server.listen() and
    the options of Server, and raises what both raise. allow_half_open is True by default: a handler may answer a peer
    that has ended its side. server.shutdown() ends it. run(signals=True) waits for handlers that are at work.

    If the peer or the network ends a connection, that ends only its own handler, with a line of the logger
    pynet.server. So do a line over the limit (ERR_READ_LIMIT) and a TimeoutError. Other exceptions of a handler go to
    threading.excepthook, and its connection is destroyed. The threads are daemons.
    """
    _private.check_callback(handler)
    if limit is not None:
        check_size("limit", limit, 1)
    half_open(address, options)
    server, _mapping, address, own = make_server(address, options)
    _private.set_handled(server)
    connections = ServerIterator(server)  # before listen(): in a listener the server accepts at once
    try:
        server.listen(*given(address, host, backlog, callback), **own)
        _wait_for_lookup(server)
    except BaseException:
        connections.close()
        server.close()
        raise
    slots = threading.Semaphore(limit) if limit is not None else None
    # Not listening yet: an error is raised in the loop.
    raises = server.listening
    start_own_thread(_serve, server, connections, handler, slots, raises, name="pynet-serve")
    return server


def _fail_in_loop(server: _pynet.Server, error: BaseException) -> None:
    """listen() has failed where it could not raise: as of any server, the error without a listener is uncaught."""
    if not server.listening and not server.listener_count("error"):
        raise error


def _wait_for_lookup(server: _pynet.Server) -> None:
    """listen() has raised, or the server listens, but for a host that is looked up: where a wait is allowed, waits."""
    if server.listening:
        return
    try:
        _private.check_blocking("serve()")
    except RuntimeError:
        _private.listen(server, "error", partial(_fail_in_loop, server))
        return
    server.wait("listening")


def _serve(
    server: _pynet.Server,
    connections: ServerIterator,
    handler: _Handler,
    slots: threading.Semaphore | None,
    raises: bool,
) -> None:
    while True:
        if slots is not None:
            slots.acquire()
        try:
            sock = next(connections)
        except StopIteration:
            return
        except Exception as error:
            if not raises and not server.listening:
                return
            if not _is_alive(server, error):
                return
            connections = ServerIterator(server)
            if slots is not None:
                slots.release()
            continue
        try:
            threading.Thread(target=_handle, args=(handler, sock, slots), name="pynet-serve", daemon=True).start()
        except RuntimeError as error:  # there are too many threads; or the interpreter exits
            lost.report("a thread could not be started for %s: %s", sock, error)
            sock.destroy()
            if slots is not None:
                slots.release()
        del sock


def _handle(handler: _Handler, sock: _pynet.Socket, slots: threading.Semaphore | None) -> None:
    try:
        try:
            # Not `with sock`, whose end waits for close_timeout seconds at most: here a slow peer has all the time.
            try:
                handler(sock)
            except BaseException:
                with contextlib.suppress(_pynet.NetError):  # in a forked child, and at exit
                    sock.destroy()
                raise
            sock.close()
        except Exception as error:
            if not _is_expected(sock, error):
                raise
        finally:
            with contextlib.suppress(Exception):
                once(sock, "close").result()
    finally:
        if slots is not None:
            slots.release()


# --- asyncio ---

_supervisors: set[asyncio.Task[None]] = set()
"""asyncio refers to its tasks weakly."""


def serve_tasks(server: _pynet.Server, handler: _TaskHandler, limit: int | None) -> None:
    """Begins a task for each connection of the server, in the asyncio loop of this thread."""
    import asyncio

    _private.set_handled(server)
    task = asyncio.get_running_loop().create_task(_supervise(server, ServerIterator(server), handler, limit))
    _supervisors.add(task)
    task.add_done_callback(_supervisors.discard)


async def _supervise(
    server: _pynet.Server, connections: ServerIterator, handler: _TaskHandler, limit: int | None
) -> None:
    """Ends when the server has closed and all handlers have ended; cancelled, as by asyncio.run(), it cancels them."""
    import asyncio

    loop = asyncio.get_running_loop()
    slots = asyncio.Semaphore(limit) if limit is not None else None
    tasks: set[asyncio.Task[None]] = set()
    try:
        while True:
            if slots is not None:
                await slots.acquire()
            try:
                sock = await anext(connections)
            except StopAsyncIteration:
                break
            except Exception as error:
                if not _is_alive(server, error):
                    break
                connections = ServerIterator(server)
                if slots is not None:
                    slots.release()
                continue
            task = loop.create_task(_handle_in_task(handler, sock, slots))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
            del sock, task
        while tasks:
            await asyncio.wait(tasks)
    except BaseException:
        connections.close()
        if server.listening:
            server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise


async def _handle_in_task(handler: _TaskHandler, sock: _pynet.Socket, slots: asyncio.Semaphore | None) -> None:
    import asyncio

    try:
        async with sock:
            result = handler(sock)
            if inspect.isawaitable(result):
                await result
    except Exception as error:
        if not _is_expected(sock, error):
            context = {"message": "exception in a handler of pynet.aio.serve()", "exception": error, "socket": sock}
            asyncio.get_running_loop().call_exception_handler(context)
    finally:
        if slots is not None:
            slots.release()
