"""restart, reload(), heartbeat, signals, and the death of the primary."""

from __future__ import annotations

import ast
import os
import signal
import time

import psutil
import pytest

from clusters import run_cluster, script
from helpers import run_script
from running import Running


def started(*args: str, **parts: str) -> Running:
    return Running(script(**parts), *args)


def test_a_worker_that_dies_is_replaced():
    lines = run_cluster(
        primary="""
    cluster.setup_primary(restart=True)
    cluster.fork()
    def on_listening(worker, address):
        say(worker.id)
        worker.kill("SIGKILL") if worker.id < 3 else cluster.disconnect()
    cluster.on("listening", on_listening)
    """,
        worker="pynet.create_server().listen(0)",
    )
    assert lines == [(1,), (2,), (3,)]


def test_a_worker_that_was_disconnected_is_not_replaced():
    lines = run_cluster(
        primary="""
    cluster.setup_primary(restart=True)
    worker = cluster.fork()
    worker.on("listening", lambda address: worker.disconnect())
    cluster.on("exit", lambda worker, code, signal: say(worker.id, code))
    """,
        worker="pynet.create_server().listen(0)",
    )
    assert lines == [(1, 0)]


@pytest.mark.parametrize(
    ("how", "last"),
    [("raise ValueError('no configuration')", "ValueError: no configuration"), ("sys.exit('no key')", "no key")],
)
def test_five_deaths_at_start_stop_the_cluster(how, last):
    done = run_script(
        script(
            both=f"if cluster.is_worker: {how}",
            primary="""
    cluster.setup_primary(restart=True)
    cluster.on("error", lambda err: say(err.code, str(err)))
    cluster.fork()
    """,
        ),
        timeout=60,
    )
    code, text = ast.literal_eval(done.stdout)
    assert code == "ERR_CLUSTER_WORKER_FAILED"
    assert text == f"Worker 5 has ended with exit status 1 before it listened: {last}"
    assert done.stderr.count(last) >= 5
    assert done.returncode == 0


def test_without_an_error_listener_run_raises():
    done = run_script(
        script(both="if cluster.is_worker: os._exit(7)", primary="cluster.setup_primary(restart=True)\ncluster.fork()"),
        timeout=60,
    )
    assert done.returncode == 1
    assert "pynet.NetError: Worker 5 has ended with exit status 7 before it listened\n" in done.stderr


def test_reload_replaces_each_worker():
    lines = run_cluster(
        primary="""
    listening = []
    def on_listening(worker, address):
        listening.append(worker.id)
        if len(listening) == 2:
            cluster.reload(5).add_done_callback(over)
    def over(future):
        say(future.exception(), sorted(cluster.workers), sorted(listening))
        pynet.run_in_loop(cluster.disconnect)
    cluster.on("listening", on_listening)
    cluster.fork(), cluster.fork()
    """,
        worker="pynet.create_server().listen(0)",
    )
    assert lines == [(None, [3, 4], [1, 2, 3, 4])]


def test_reload_that_fails_keeps_the_old_workers(tmp_path):
    lines = run_cluster(
        str(tmp_path / "broken"),
        both="if cluster.is_worker and os.path.exists(sys.argv[1]): os._exit(9)",
        primary="""
    def on_listening(worker, address):
        open(sys.argv[1], "w").close()
        cluster.reload(5).add_done_callback(over)
    def over(future):
        say(future.exception().code, sorted(cluster.workers))
        pynet.run_in_loop(cluster.disconnect)
    cluster.on("listening", on_listening)
    cluster.fork()
    """,
        worker="pynet.create_server().listen(0)",
    )
    assert lines == [("ERR_CLUSTER_WORKER_FAILED", [1])]


def test_heartbeat_replaces_a_stuck_worker():
    lines = run_cluster(
        primary="""
    cluster.setup_primary(restart=True, heartbeat=2)  # on a slow machine a worker may be silent for a second
    cluster.fork()
    cluster.on("exit", lambda worker, code, signal: say(worker.id, signal))
    def on_listening(worker, address):
        worker.send("hang") if worker.id == 1 else (say("listening"), cluster.disconnect())
    cluster.on("listening", on_listening)
    """,
        worker="""
    pynet.create_server().listen(0)
    cluster.worker.on("message", lambda message, handle: time.sleep(60))
    """,
    )
    assert lines == [(1, "SIGKILL"), ("listening",), (2, None)]


def test_a_heartbeat_may_be_longer_than_any_timer():
    lines = run_cluster(
        primary="""
    cluster.setup_primary(heartbeat=1e9)
    cluster.fork()
    cluster.on("online", lambda worker: worker.disconnect())
    cluster.on("exit", lambda worker, code, signal: say(code, signal))
    """,
    )
    assert lines == [(0, None)]


def test_disconnect_with_a_timeout_destroys_connections():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    def on_listening(address):
        client = pynet.connect(address["port"], "127.0.0.1")
        client.on("data", lambda data: worker.disconnect(0.2))
        client.on("error", lambda err: None)
        client.on("close", lambda had_error: say("closed"))
    worker.on("listening", on_listening)
    worker.on("exit", lambda code, signal: say(code, signal))
    """,
        worker="pynet.create_server(lambda sock: sock.write('x'), allow_half_open=True).listen(0, '127.0.0.1')",
    )
    assert lines == [("closed",), (0, None)]


def test_disconnect_without_a_timeout_waits_for_connections():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    def on_listening(address):
        client = pynet.connect(address["port"], "127.0.0.1")
        def on_data(data):
            if data == b"hello":
                worker.disconnect()
                client.write("still there?")
            else:
                say(data)
                client.end()
        client.on("data", on_data)
    worker.on("listening", on_listening)
    worker.on("exit", lambda code, signal: say(code, signal))
    """,
        worker="""
    def on_connection(sock):
        sock.write("hello")
        sock.on("data", sock.write)
    pynet.create_server(on_connection).listen(0, "127.0.0.1")
    """,
    )
    assert lines == [(b"still there?",), (0, None)]


SERVE = """
    def main():
        server = pynet.create_server(lambda sock: sock.end(str(cluster.worker.id)))
        server.listen(0, "127.0.0.1", lambda: say(cluster.worker.id, os.getpid(), server.address().port))
    cluster.serve(main, 2)
"""


def serving() -> tuple[Running, list[tuple]]:
    import textwrap

    from clusters import PREAMBLE

    running = Running(PREAMBLE + textwrap.dedent(SERVE))
    return running, [ast.literal_eval(running.line()) for _ in range(2)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_ends_in_order(number):
    running, workers = serving()
    running.process.send_signal(number)
    assert running.rest() == ""
    assert not any(psutil.pid_exists(pid) for _, pid, _ in workers)


def test_serve_reloads_at_sighup():
    running, workers = serving()
    running.process.send_signal(signal.SIGHUP)
    new = [ast.literal_eval(running.line()) for _ in range(2)]
    assert sorted(id for id, _, _ in new) == [3, 4]
    assert {port for _, _, port in new} == {port for _, _, port in workers}
    assert running.stop() == ""


def test_serve_starts_one_more_and_ends_one():
    running, _ = serving()
    running.process.send_signal(signal.SIGTTIN)
    id, pid, _ = ast.literal_eval(running.line())
    assert id == 3
    running.process.send_signal(signal.SIGTTOU)
    psutil.Process(pid).wait(10)
    assert running.stop() == ""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_workers_end_when_the_primary_dies(number):
    """Without run(signals=True) SIGTERM ends the primary at once, too."""
    running = started(
        primary="cluster.fork()\ncluster.fork()",
        worker="""
    cluster.worker.on("disconnect", lambda: say("disconnect", cluster.worker.exited_after_disconnect))
    pynet.create_server().listen(0, lambda: say(os.getpid()))
    """,
    )
    pids = [ast.literal_eval(running.line())[0] for _ in range(2)]
    workers = [psutil.Process(pid) for pid in pids]
    running.process.send_signal(number)
    out, err = running.process.communicate(timeout=20)
    psutil.wait_procs(workers, timeout=10)
    assert not any(worker.is_running() for worker in workers)
    assert (out.splitlines(), err) == (["('disconnect', False)"] * 2, "")


def test_an_orphan_finishes_what_it_does():
    running = started(
        primary="cluster.fork()",
        worker="""
    def on_connection(sock):
        sock.write("hello")
        cluster.worker.once("disconnect", lambda: sock.end("bye"))
    server = pynet.create_server(on_connection)
    server.listen(0, "127.0.0.1", lambda: say(os.getpid(), server.address().port))
    """,
    )
    import socket

    pid, port = ast.literal_eval(running.line())
    with socket.create_connection(("127.0.0.1", port)) as client:
        assert client.recv(5) == b"hello"
        os.kill(running.process.pid, signal.SIGKILL)
        assert client.recv(5) == b"bye"
        assert client.recv(5) == b""
    running.process.communicate(timeout=20)
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not psutil.pid_exists(pid)


def test_no_descriptor_and_no_zombie_stays():
    lines = run_cluster(
        primary="""
    import gc
    def descriptors():
        return len(os.listdir("/proc/self/fd"))
    before = []
    def again(*how):
        gc.collect()
        before.append(descriptors())
        if len(before) == 6:
            say(len(set(before[1:])) == 1, before if len(set(before[1:])) > 1 else None)
            try:
                os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                say("no child")
            return
        worker = cluster.fork()
        worker.on("listening", lambda address: worker.kill("SIGKILL") if len(before) % 2 else worker.disconnect())
        worker.on("exit", lambda *how: pynet.set_timeout(again, 50))
    again()
    """,
        worker="pynet.create_server().listen(0)",
    )
    assert lines == [(True, None), ("no child",)]
