"""What a listener raises, where run() goes on: the cluster does its work nevertheless."""

from __future__ import annotations

from clusters import run_cluster, script
from helpers import run_script

LOGGED = """
import functools, logging
logging.getLogger().addHandler(logging.NullHandler())
pynet.run = functools.partial(pynet.run, on_uncaught="log")

def raising(*args):
    raise ValueError("of the listener")
"""


def test_a_message_listener_leaves_the_channel_open():
    lines = run_cluster(
        both=LOGGED,
        primary="""
    worker = cluster.fork()
    worker.once("message", lambda message, handle: [worker.send(n) for n in range(4)])
    def on_message(worker, message, handle):
        say(message)
        if message == 3:
            worker.disconnect()
        if message == 1:
            raising()
    cluster.on("message", on_message)
    """,
        worker="""
    def on_message(message, handle):
        cluster.worker.send(message)
        if message == 2:
            raising()
    cluster.worker.on("message", on_message)
    cluster.worker.send("ready")
    """,
    )
    assert lines == [("ready",), (0,), (1,), (2,), (3,)]


def test_messages_that_waited_for_the_listener_all_come():
    lines = run_cluster(
        both=LOGGED,
        primary="""
    worker = cluster.fork()
    for n in range(3):
        worker.send(n)
    """,
        worker="""
    def on_message(message, handle):
        say(message)
        if message == 2:
            cluster.worker.disconnect()
        raising()
    def listen():
        if len(cluster.worker._early) < 3:
            pynet.set_immediate(listen)
        else:
            cluster.worker.on("message", on_message)
    listen()
    """,
    )
    assert lines == [(0,), (1,), (2,)]


def test_the_end_of_a_worker_is_complete():
    lines = run_cluster(
        both=LOGGED,
        primary="""
    worker = cluster.fork()
    worker.on("online", lambda: cluster.disconnect(lambda: (say("all"), raising())))
    for emitter, kind in ((worker, "worker"), (cluster, "cluster")):
        for event in ("disconnect", "exit"):
            emitter.on(event, lambda *args, what=(kind, event): (say(*what), raising()))
    """,
    )
    assert lines == [
        ("worker", "disconnect"),
        ("cluster", "disconnect"),
        ("all",),
        ("worker", "exit"),
        ("cluster", "exit"),
    ]


def test_an_exit_listener_keeps_no_worker_from_its_restart():
    lines = run_cluster(
        both=LOGGED,
        primary="""
    cluster.setup_primary(restart=True)
    worker = cluster.fork()
    worker.on("online", lambda: worker.kill("SIGKILL"))
    worker.on("exit", raising)
    cluster.on("online", lambda new: new.id == 2 and (say(new.id), new.disconnect()))
    """,
    )
    assert lines == [(2,)]


def test_a_disconnect_listener_keeps_no_orphan_alive():
    """run_script() waits until the worker has closed its stdout, too."""
    done = run_script(
        script(
            both=LOGGED,
            primary="cluster.fork().on('message', lambda *args: os.kill(os.getpid(), signal.SIGKILL))",
            worker="""
    cluster.worker.on("disconnect", raising)
    pynet.set_interval(lambda: None, 1000)
    cluster.worker.send("ready")
    """,
        )
    )
    assert done.returncode == -9
