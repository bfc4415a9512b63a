"""The life of a worker: the order of events, exit codes, and what cluster.workers holds."""

from __future__ import annotations

import os

import pytest

from clusters import run_cluster

LOG = """
    for event in ("setup", "fork", "online", "listening", "disconnect", "exit"):
        cluster.on(event, lambda *args, event=event: say("cluster", event))
"""
OF_WORKER = """
    for event in ("online", "listening", "disconnect", "exit"):
        worker.on(event, lambda *args, event=event: say("worker", event))
"""


def test_order_of_events():
    lines = run_cluster(
        primary=f"""{LOG}
    worker = cluster.fork()
    {OF_WORKER}
    worker.on("listening", lambda address: worker.disconnect())
    """,
        worker="pynet.create_server(lambda sock: None).listen(0)",
    )
    assert lines == [
        ("cluster", "setup"),
        ("cluster", "fork"),
        ("worker", "online"),
        ("cluster", "online"),
        ("worker", "listening"),
        ("cluster", "listening"),
        ("worker", "disconnect"),
        ("cluster", "disconnect"),
        ("worker", "exit"),
        ("cluster", "exit"),
    ]


def test_state_follows_the_events():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    say(worker.state, worker.is_connected(), worker.is_dead(), worker.id, worker is cluster.workers[1])
    cluster.on("fork", lambda worker: say("fork", worker.state))
    worker.on("online", lambda: say("online", worker.state))
    worker.on("listening", lambda address: (say("listening", worker.state), worker.disconnect()))
    worker.on("disconnect", lambda: say(worker.is_connected(), worker.is_dead(), 1 in cluster.workers))
    worker.on("exit", lambda code, signal: say(worker.state, worker.is_dead(), 1 in cluster.workers))
    """,
        worker="pynet.create_server(lambda sock: None).listen(0)",
    )
    assert lines == [
        ("none", True, False, 1, True),
        ("fork", "none"),
        ("online", "online"),
        ("listening", "listening"),
        (False, False, False),
        ("dead", True, False),
    ]


@pytest.mark.parametrize(
    ("in_worker", "in_primary", "expected"),
    [
        ("os._exit(3)", "", (3, None, False)),
        ("pynet.run_in_loop(sys.exit, 4)", "", (4, None, False)),
        ("os.kill(os.getpid(), signal.SIGKILL)", "", (None, "SIGKILL", False)),
        ("", "worker.kill()", (None, "SIGTERM", False)),
        ("", "worker.kill('SIGINT')", (None, "SIGINT", False)),
        ("", "worker.kill(signal.SIGKILL)", (None, "SIGKILL", False)),
        ("", "worker.disconnect()", (0, None, True)),
        ("cluster.worker.disconnect()", "", (0, None, True)),
        ("cluster.worker.kill()", "", (0, None, True)),
    ],
)
def test_how_it_ends(in_worker, in_primary, expected):
    lines = run_cluster(
        both="if cluster.is_worker: signal.signal(signal.SIGINT, signal.SIG_DFL)",
        primary=f"""
    worker = cluster.fork()
    worker.on("message", lambda message, handle: {in_primary or "None"})
    worker.on("disconnect", lambda: say("disconnect"))
    worker.on("exit", lambda code, signal: say(code, signal, worker.exited_after_disconnect))
    """,
        worker=f"{in_worker or 'pass'}\ncluster.worker.send('ready')",
    )
    assert lines == [("disconnect",), expected]


def test_uncaught_exception_in_a_worker():
    from clusters import script
    from helpers import run_script

    done = run_script(
        script(
            primary="""
    worker = cluster.fork()
    worker.on("exit", lambda code, signal: say(code, signal))
    """,
            worker="raise RuntimeError('of the worker')",
        )
    )
    assert done.stdout == "(1, None)\n"
    assert "RuntimeError: of the worker" in done.stderr


def test_environment_is_taken_out():
    lines = run_cluster(
        primary="""
    cluster.fork({"MINE": "1"}).on("exit", lambda code, signal: None)
    """,
        worker="""
    say(sorted(name for name in os.environ if name.startswith("PYNET_") and name != "PYNET_NODE"), os.environ["MINE"])
    say(cluster.is_worker, cluster.is_primary, cluster.worker.id, cluster.worker.state, cluster.workers)
    cluster.worker.disconnect()
    """,
    )
    inherited = sorted(name for name in os.environ if name.startswith("PYNET_") and name != "PYNET_NODE")
    assert lines == [(inherited, "1"), (True, False, 1, "online", {})]


def test_a_worker_that_does_nothing_stays():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    worker.on("exit", lambda code, signal: say("exit"))
    worker.on("online", lambda: pynet.set_timeout(lambda: (say(worker.is_dead()), worker.disconnect()), 300))
    """
    )
    assert lines == [(False,), ("exit",)]


def test_ids_are_not_used_again():
    lines = run_cluster(
        primary="""
    def again(code, signal):
        say(cluster.fork().id)
        cluster.disconnect()
    worker = cluster.fork()
    worker.once("exit", again)
    worker.kill()
    """
    )
    assert lines == [(2,)]


def test_fork_in_a_worker_is_refused():
    lines = run_cluster(
        primary="cluster.fork()",
        worker="""
    for call in (cluster.fork, cluster.setup_primary, cluster.disconnect, cluster.reload):
        try:
            call()
        except pynet.NetError as error:
            say(error.code)
    cluster.worker.disconnect()
    """,
    )
    assert lines == [("ERR_CLUSTER_NOT_PRIMARY",)] * 4


def test_disconnect_of_all_calls_back_after_the_last_disconnect():
    lines = run_cluster(
        primary="""
    for event in ("disconnect", "exit"):
        cluster.on(event, lambda *args, event=event: say(event))
    cluster.fork(), cluster.fork()
    cluster.disconnect(lambda: say("called back"))
    """
    )
    assert sorted(lines) == [("called back",), ("disconnect",), ("disconnect",), ("exit",), ("exit",)]
    before = lines[: lines.index(("called back",))]  # of two workers, one may exit before the other disconnects
    assert before.count(("disconnect",)) == 2


def test_disconnect_without_workers_calls_back():
    assert run_cluster(primary="cluster.disconnect(lambda: say('called back'))") == [("called back",)]


def test_disconnect_waits_for_the_script_of_a_worker():
    lines = run_cluster(
        both="""
    while cluster.is_worker and not cluster.worker._early:  # what the primary has sent has come, run() has not begun
        pass
    """,
        primary="""
    worker = cluster.fork()
    worker.disconnect()
    worker.send("after it")
    worker.on("exit", lambda code, signal: say(code, signal))
    """,
        worker="""
    cluster.worker.on("disconnect", lambda: say("disconnect"))
    server = pynet.create_server().listen(0, lambda: say("listening"))
    """,
    )
    assert lines[-2:] == [("disconnect",), (0, None)]


def test_the_child_of_a_fork_leaves_the_workers_to_the_primary():
    """It ends in order itself, by a signal, and may have workers of its own."""
    from clusters import script
    from helpers import printed, run_script

    source = script(
        primary="""
    worker = cluster.fork()
    def online():
        pid = os.fork()
        if pid == 0:
            pynet.stop()
            return
        def ended():
            if os.waitpid(pid, os.WNOHANG) == (0, 0):
                pynet.set_timeout(ended, 10)
            else:
                say("ended", worker.is_dead())
                worker.disconnect()
        ended()
    worker.on("online", online)
    worker.on("exit", say)
    """,
        both="started = os.getpid()",
    )
    in_child = """
def again():
    pynet.create_server().listen(0)
    worker = cluster.fork()
    say("child", list(cluster.workers.values()) == [worker])
    worker.on("online", worker.disconnect)
    worker.on("exit", lambda *how: os.kill(os.getpid(), signal.SIGTERM))

if cluster.is_primary and os.getpid() != started:
    pynet.run(again, signals=True)
"""
    assert printed(run_script(source + in_child)) == ["('child', True)", "('ended', False)", "(0, None)"]


def test_the_child_of_a_fork_of_a_worker_listens_itself():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    worker.on("message", lambda message, handle: worker.disconnect())
    """,
        worker="""
    pid = os.fork()
    if pid == 0:
        server = pynet.create_server()
        server.listen(0, "127.0.0.1")
        say(server.listening)
        os._exit(0)
    os.waitpid(pid, 0)
    cluster.worker.send("done")
    """,
    )
    assert lines == [(True,)]
