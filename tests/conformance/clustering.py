"""More verbs, for scenarios of a cluster; clustering.cjs has the same ones for Node.

Each process keeps groups of its own, and writes them when it ends; the suite sorts them. "P" is the primary, "W1" the
worker with the id 1. What the primary sees of a worker is in a group "P W1", since the order between the events of two
workers is the kernel's affair.
"""

import pynet
from harness import HOST, run_attached, trace, until_end
from pynet import cluster

me = "P" if cluster.is_primary else f"W{cluster.worker.id}"
_details_of = {}
_dying = set()


def roles(primary, worker):
    """Runs primary() in the primary, worker() in each worker. What is uncaught ends the process."""
    main = primary if cluster.is_primary else worker
    until_end(lambda: run_attached(main) if HOST else pynet.run(main))


def _flag(value):
    return "true" if value else "false"


def attributes(worker):
    return [
        f"{worker.state} connected={_flag(worker.is_connected())} dead={_flag(worker.is_dead())} "
        f"leaves={_flag(worker.exited_after_disconnect)} member={_flag(worker.id in cluster.workers)}"
    ]


def _shown(event, args):
    """The arguments of an event of a worker: the port is masked."""
    if event != "listening":
        return args
    (at,) = args
    return [f"type={at['address_type']}", at["address"], "<port>" if at["port"] > 0 else at["port"]]


def _trace_life(worker, who, event, args):
    details = _details_of.get(worker.id)  # a worker that cluster.fork() has started is not traced
    apart = " disconnect" if event == "disconnect" and worker.id in _dying else ""
    if details is not None:
        trace(f"P W{worker.id}{apart}/{who}", event, *_shown(event, args), *details(worker))


if cluster.is_primary:
    for event in ("fork", "online", "listening", "disconnect", "exit"):
        cluster.on(event, lambda worker, *args, event=event: _trace_life(worker, "cluster", event, args))


def fork(env=None, details=lambda worker: []):
    """Starts a worker, and traces its events: those of the worker itself, and those of the cluster.

    `details(worker)` adds to each line.
    """
    worker = cluster.fork(env)
    _details_of[worker.id] = details
    for event in ("online", "listening", "disconnect", "exit"):
        worker.on(event, lambda *args, event=event: _trace_life(worker, "worker", event, args))
    return worker


def fork_dying():
    """A worker that ends without a disconnect(): Node then emits `disconnect` before or after `exit`."""
    worker = fork({}, lambda worker: [f"leaves={_flag(worker.exited_after_disconnect)}"])
    _dying.add(worker.id)
    return worker


def tell(worker, *message):
    """Sends a message with a name to a worker, or to the primary."""
    worker.send(list(message))


def hear(worker, functions):
    """Calls the function that has the name of the message."""

    def heard(message, handle):
        name, *args = message
        functions[name](*args, *([] if handle is None else [handle]))

    worker.on("message", heard)


def target(at):
    """Where a worker listens, from the argument of `listening`, as options for connect() and listen()."""
    return {"path": at["address"]} if at["port"] == -1 else {"port": at["port"], "host": at["address"]}


def after_listening(count, callback):
    """Calls callback(targets) when so many servers of any workers listen."""
    targets = []

    def listening(worker, at):
        targets.append(target(at))
        if len(targets) == count:
            callback(targets)

    cluster.on("listening", listening)


def probe(where, then, who="P"):
    """A client: traces what it has got, or the code of its error, and calls then()."""
    client = pynet.connect(where)
    got = []
    client.on("data", lambda chunk: got.append(chunk.decode()))
    client.on("error", lambda err: got.append(err.code))

    def closed(had_error):
        trace(who, "client", "".join(got))
        then()

    client.on("close", closed)


def answering():
    return pynet.create_server(lambda sock: sock.on("error", lambda err: None).end("hello"))


def leave(code):
    """Ends this process."""
    raise SystemExit(code)
