"""`pynet serve`: a handler of the user, in several worker processes."""

from __future__ import annotations

import argparse
import importlib
import inspect
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, cast

import pynet
from pynet import cluster
from pynet._cli import where
from pynet._cli.errors import FAILED, CommandError, UsageError
from pynet._cli.text import complain, note, say

NO_APP = 3
"""The exit status of a worker that cannot import the handler: to start another one would not help."""
LOOK_EVERY = 500
"""ms between two looks at the source files, for --reload."""


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "serve",
        help="serve with a function of yours, in several worker processes",
        usage="%(prog)s [OPTION]... MODULE:FUNCTION [HOST PORT | HOST:PORT | PORT | PATH]",
        description="Starts worker processes that share one port, and calls a function for each connection: FUNCTION "
        "of MODULE, which is imported from the current folder. A function is a `connection` listener, and gets the "
        "socket in the loop; with --threads it runs in a thread of its own, and may block; a coroutine function runs "
        "as a task of asyncio. A worker that ends by itself is replaced. Serves until SIGINT or SIGTERM. SIGHUP "
        "replaces all workers without refusing a connection; SIGTTIN starts one more, SIGTTOU ends one.",
        epilog="Exit status: 0 after SIGINT or SIGTERM; 1 when the function cannot be imported, or no worker can "
        "listen; 2 for wrong usage.\n\n"
        "Examples:\n\n"
        "    pynet serve app:on_connection 0.0.0.0:7000\n"
        "    pynet serve --workers 4 --threads app:handle /run/app.sock\n"
        "    pynet serve --reload app:handle 7000",
    )
    parser.add_argument("app", metavar="MODULE:FUNCTION", help="the function that gets each connection")
    parser.add_argument(
        "where",
        nargs="*",
        metavar="PLACE",
        help=f"a host and a port, {where.FORMS} (default: port 0, which is any free port)",
    )
    where.add_unix(parser)
    parser.add_argument("--host", help="the address to listen on when PLACE has none (default: 127.0.0.1)")
    parser.add_argument(
        "-w", "--workers", type=int, metavar="N", help="how many workers (default: one for each processor)"
    )
    parser.add_argument("--threads", action="store_true", help="call FUNCTION in a thread for each connection")
    parser.add_argument(
        "--reload", action="store_true", help="replace the workers when a .py file of the current folder changes"
    )
    parser.add_argument(
        "--scheduling",
        choices=("fair", "none", "rr", "reuse_port"),
        help="how connections get to the workers (default: fair)",
    )
    parser.add_argument(
        "--heartbeat", type=float, metavar="S", help="kill and replace a worker whose loop has not run for S seconds"
    )
    parser.add_argument(
        "--grace", type=float, default=10.0, metavar="S", help="how long connections have to end (default: 10 seconds)"
    )
    return parser


def split(app: str) -> tuple[str, str]:
    module, colon, name = app.partition(":")
    if not colon or not module or not name or not all(part.isidentifier() for part in module.split(".")):
        raise UsageError(f"{app!r} is not MODULE:FUNCTION")
    return module, name


def load(app: str) -> Callable[..., Any]:
    """The function; raises what the import raises."""
    module, name = split(app)
    sys.path.insert(0, os.getcwd())
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    if not callable(found):
        raise TypeError(f"{app} is {found!r}, and no function")
    return found  # type: ignore[no-any-return]


# --- the worker ---


def run_worker(args: argparse.Namespace, options: pynet.ListenOptions) -> int:
    try:
        handler = load(args.app)
    except Exception:
        traceback.print_exc()
        return NO_APP
    both = cast("pynet.AioListenOptions", options)
    try:
        if inspect.iscoroutinefunction(handler):
            run_tasks(handler, both, args.grace)
        elif args.threads:
            pynet.run(lambda: pynet.serve(handler, both), signals=True, grace=args.grace)
        else:
            pynet.run(lambda: pynet.create_server(handler).listen(options), signals=True, grace=args.grace)
    except pynet.NetError as error:
        if error.code == "ERR_IPC_CHANNEL_CLOSED":  # the cluster has ended while this worker was starting
            return 0
        cluster.worker.send({"failed": str(error)})
        return FAILED
    return 0


def run_tasks(handler: Callable[..., Any], options: pynet.AioListenOptions, grace: float) -> None:
    """The tasks of asyncio, until the primary disconnects this worker, or a signal comes."""
    import asyncio
    import signal

    from pynet import aio

    async def main() -> None:
        server = await aio.serve(handler, options)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, server.shutdown, grace)
        await pynet.once(server, "close")

    aio.run(main())


# --- the primary ---


class Files:
    """The times of change of the .py files below the current folder."""

    def __init__(self) -> None:
        self.times = self.look()

    def look(self) -> dict[str, float]:
        times = {}
        for folder, folders, files in os.walk("."):
            folders[:] = [name for name in folders if not name.startswith(".") and name != "__pycache__"]
            for name in files:
                if name.endswith(".py"):
                    path = os.path.join(folder, name)
                    try:
                        times[path] = os.stat(path).st_mtime
                    except OSError:  # it has been removed meanwhile
                        continue
        return times

    def changed(self) -> str | None:
        """The name of a file that is new, removed or changed since the last call."""
        before, self.times = self.times, self.look()
        for path in sorted({*before, *self.times}):
            if before.get(path) != self.times.get(path):
                return path
        return None


def reload_on_change(files: Files) -> None:
    path = files.changed()
    if path is None:
        return
    note(f"{path} has changed: replacing the workers")
    future = cluster.reload(10)
    future.add_done_callback(lambda done: complain(error) if (error := done.exception()) is not None else None)


def run_primary(args: argparse.Namespace) -> int:
    failed: list[str] = []
    told: list[object] = []

    def fail(text: object) -> None:
        if not failed:
            failed.append(str(text))
            cluster.disconnect(timeout=0)

    def on_listening(worker: object, address: Any) -> None:
        if not told:
            told.append(address)
            port = address["port"]
            say(f"listening on {address['address']}" + (f" {port}" if port >= 0 else ""))

    def on_exit(worker: Any, code: int | None, signal: str | None) -> None:
        if code == NO_APP and not told:
            fail(f"{args.app} cannot be imported")

    def on_message(worker: Any, message: Any, handle: object) -> None:
        if isinstance(message, dict) and "failed" in message and not told:
            fail(message["failed"])

    cluster.on("listening", on_listening)
    cluster.on("exit", on_exit)
    cluster.on("message", on_message)
    cluster.on("error", fail)
    if args.reload:
        pynet.set_interval(reload_on_change, LOOK_EVERY, Files()).unref()
    cluster.serve(lambda: None, args.workers, scheduling=args.scheduling, heartbeat=args.heartbeat, grace=args.grace)
    if failed:
        raise CommandError(failed[0], FAILED)
    return 0


def run(args: argparse.Namespace) -> int:
    if sys.platform == "win32":
        raise CommandError("serve starts the workers of a cluster, which is unavailable on Windows")
    split(args.app)
    place = where.parse(args.where or ["0"], unix=args.unix)
    if args.host is not None and (place.host is not None or place.path is not None):
        raise UsageError("--host is for a PLACE that is a port")
    if args.workers is not None and args.workers < 1:
        raise UsageError("--workers is at least 1")
    if not args.grace >= 0:
        raise UsageError("--grace is at least 0")
    host = where.checked_host(args.host) if args.host is not None else "127.0.0.1"
    if cluster.is_worker:
        return run_worker(args, place.listen_options(host))
    return run_primary(args)
