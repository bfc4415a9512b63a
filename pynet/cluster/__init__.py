"""Several processes that share their listening ports: Node's node:cluster.

The primary starts workers with fork(): each runs the same command as the primary. In a worker, listen() gets its port
from the primary, so that all workers listen on the same one. Nothing else in a server changes.

    from pynet import cluster

    if cluster.is_primary:
        for _ in range(cluster.available_parallelism()):
            cluster.fork()
        pynet.run(signals=True)
    else:
        pynet.create_server(handler).listen(8124)
        pynet.run()

or, in one line at the end of a script: cluster.serve(main).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pynet import _private, _pynet
from pynet._support import coded, seconds_of
from pynet.cluster._worker_type import ListeningAddress as ListeningAddress
from pynet.cluster._worker_type import Worker as Worker

if TYPE_CHECKING:
    from pynet._waiting import Future
    from pynet.cluster._primary import Primary, PrimaryWorker

__all__ = [
    "SCHED_NONE",
    "SCHED_RR",
    "ListeningAddress",
    "Worker",
    "available_parallelism",
    "disconnect",
    "fork",
    "get_connections",
    "is_primary",
    "is_worker",
    "reload",
    "serve",
    "settings",
    "setup_primary",
    "worker",
    "workers",
]

SCHED_NONE: str = "none"
"""Node's name of the scheduling "none"."""
SCHED_RR: str = "rr"
"""Node's name of the scheduling "rr"."""


def _begin() -> Any:
    """Connects a worker to its primary. Its own children are no workers: what the primary has set is taken out of the
    environment."""
    id, fd = os.environ.pop("PYNET_UNIQUE_ID", None), os.environ.pop("PYNET_CHANNEL_FD", None)
    if id is None or fd is None:
        return None
    from pynet.cluster._self import begin

    return begin(id, fd)


_own = _begin()
worker: Any = _own
"""In a worker the Worker that it is itself; None in the primary."""
is_worker: bool = _own is not None
"""True in a worker."""
is_primary: bool = _own is None
"""True in the primary, and in a process that has no cluster."""

if _own is None:
    from pynet.cluster._primary import Primary as _Primary

    _cluster: Any = _Primary()
else:
    _cluster = _pynet.EventEmitter()

workers: dict[int, PrimaryWorker] = getattr(_cluster, "workers", {})
"""The workers of the primary that have not ended, by their ids; empty in a worker."""
settings: dict[str, Any] = getattr(_cluster, "settings", {})
"""The settings of setup_primary()."""

on = add_listener = _cluster.on
once = _cluster.once
off = remove_listener = _cluster.off
prepend_listener = _cluster.prepend_listener
prepend_once_listener = _cluster.prepend_once_listener
remove_all_listeners = _cluster.remove_all_listeners
emit = _cluster.emit
listeners = _cluster.listeners
listener_count = _cluster.listener_count
event_names = _cluster.event_names


def _the_primary(call: str) -> Primary:
    if sys.platform == "win32":
        _private.unavailable(f"cluster.{call}()")
    if _own is not None:
        message = f"cluster.{call}() works in the primary only, and this is worker {_own.id}"
        raise coded(_pynet.NetError(message), "ERR_CLUSTER_NOT_PRIMARY")
    primary: Primary = _cluster
    return primary


def available_parallelism() -> int:
    """available_parallelism() -> int: on how many processors this process may run. Node: os.availableParallelism()."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def setup_primary(
    *,
    exec: str | os.PathLike[str] | None = None,
    args: Sequence[str] | None = None,
    exec_argv: Sequence[str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    env: Mapping[str, str] | None = None,
    silent: bool | None = None,
    scheduling: str | None = None,
    serialization: str | None = None,
    restart: bool | None = None,
    heartbeat: float | None = None,
) -> None:
    """Sets how fork() starts workers, and how connections are shared. What is None stays as it is.

    exec: the script of the workers (default: the command of this process); args: its arguments; exec_argv: options of
    Python; cwd, env: folder, and additions to the environment; silent (False): True gives worker.process pipes as its
    stdin, stdout and stderr. scheduling: "fair" (default: workers accept, and one with more connections than the
    others waits up to 2 ms), "none" (they accept as they can), "rr" (the primary accepts, and hands the connections to
    the workers in turn), "reuse_port" (each has a socket of its own with SO_REUSEPORT); PYNET_CLUSTER_SCHED_POLICY in
    the environment changes the default. serialization: of messages, "pickle" (default) or "json". restart (False):
    True starts another worker for one that ends by itself. heartbeat: a worker whose loop has not run for so many
    seconds is killed, and replaced (default: never).

    Event: setup. Raises TypeError, ValueError, and NetError (ERR_CLUSTER_NOT_PRIMARY) in a worker. Node:
    cluster.setupPrimary().
    """
    _the_primary("setup_primary").setup(
        {
            "exec": exec,
            "args": args,
            "exec_argv": exec_argv,
            "cwd": cwd,
            "env": env,
            "silent": silent,
            "scheduling": scheduling,
            "serialization": serialization,
            "restart": restart,
            "heartbeat": heartbeat,
        }
    )


def fork(env: Mapping[str, str] | None = None) -> PrimaryWorker:
    """fork(env=None) -> Worker: starts a worker, with additions to its environment.

    Events, of the worker and of the cluster: setup, fork, online; listening, for each server of the worker; later
    disconnect and exit. Raises NetError (ERR_CLUSTER_NOT_PRIMARY) in a worker, RuntimeError at a prompt without
    setup_primary(exec=), and OSError when no process can be started. Node: cluster.fork().
    """
    return _the_primary("fork").fork(env)


def disconnect(callback: Callable[[], object] | None = None, *, timeout: float | None = None) -> None:
    """Disconnects all workers, by worker.disconnect(timeout). callback() is called when all channels have closed.

    Node: cluster.disconnect().
    """
    primary = _the_primary("disconnect")
    if callback is not None:
        _private.check_callback(callback)
    primary.disconnect(seconds_of(timeout), callback)


def get_connections(callback: Callable[[None, int], object]) -> None:
    """get_connections(callback): callback(None, n) with the number of connections that all workers have accepted."""
    _private.check_callback(callback)
    _the_primary("get_connections").count(callback)


def reload(timeout: float | None = 30) -> Future[None]:
    """reload(timeout=30) -> Future: replaces all workers without refusing a connection.

    For each worker it starts a new one; when that listens, the old one is disconnected with this timeout in seconds
    (None: no limit). The Future is done when all old workers have ended. If a new worker ends before it listens, the
    Future fails with its NetError (ERR_CLUSTER_WORKER_FAILED), and the workers that are left stay.
    """
    from pynet.cluster._supervisor import reload_workers

    return reload_workers(_the_primary("reload"), seconds_of(timeout))


def serve(
    main: Callable[[], object],
    workers: int | None = None,
    *,
    scheduling: str | None = None,
    restart: bool = True,
    heartbeat: float | None = None,
    grace: float | None = 10.0,
) -> None:
    """Runs main() in each of several workers, until SIGINT or SIGTERM. Returns when all have ended.

    The last line of a script. `workers` is their number (default: available_parallelism()). In a worker it is
    pynet.run(main, signals=True). In the primary it starts the workers, and replaces those that end by themselves.
    SIGHUP is reload(); SIGTTIN starts one more, SIGTTOU disconnects one. `grace` is how many seconds connections have
    to end.
    """
    from pynet.cluster._supervisor import serve_workers

    if workers is not None:
        from pynet._support import check_size

        check_size("workers", workers, 1)
    _private.check_callback(main)
    if _own is not None:
        _pynet.run(main, signals=True, grace=grace)
        return
    setup_primary(scheduling=scheduling, restart=restart, heartbeat=heartbeat)
    serve_workers(_the_primary("serve"), workers or available_parallelism(), grace)


isPrimary = isMaster = is_primary
isWorker = is_worker
setupPrimary = setupMaster = setup_primary
getConnections = get_connections
availableParallelism = available_parallelism
