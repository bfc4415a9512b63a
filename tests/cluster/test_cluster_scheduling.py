"""Which worker gets a connection."""

from __future__ import annotations

import pytest

from clusters import run_cluster

SCHEDULINGS = ["fair", "none", "rr", "reuse_port"]

ANSWERS_WITH_ID = """
    server = pynet.create_server(lambda sock: sock.write(str(cluster.worker.id)))
    server.listen(WHERE)
"""
# Begins `then()` when all workers listen; `address` is where.
WHEN_ALL_LISTEN = """
    cluster.setup_primary(scheduling=sys.argv[1])
    workers = [cluster.fork() for _ in range(COUNT)]
    listening = []
    def on_listening(worker, info):
        listening.append(worker)
        if len(listening) == COUNT:
            where = info["address"] if info["port"] < 0 else (info["address"], info["port"])
            then(where)
    cluster.on("listening", on_listening)
"""


def run(scheduling: str, *args: str, count: int, then: str, worker: str = ANSWERS_WITH_ID, where="(0, '127.0.0.1')"):
    worker = worker.replace("WHERE", f"*{where}" if where.startswith("(") else where)
    return run_cluster(
        scheduling,
        *args,
        both=f"COUNT = {count}",
        primary=then + WHEN_ALL_LISTEN,
        worker=worker,
    )


HOLD = """
    def then(where):
        counts, clients = {}, []
        def on_data(data):
            counts[data] = counts.get(data, 0) + 1
            if sum(counts.values()) == CLIENTS:
                say(sorted(counts.values()))
                for client in clients:
                    client.destroy()
                cluster.disconnect()
        for _ in range(CLIENTS):
            client = connect(where)
            client.on("data", on_data)
            clients.append(client)
"""


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_round_robin_goes_round(kind, tmp_path):
    """One connection at a time: each worker has every fourth."""
    where = "(0, '127.0.0.1')" if kind == "tcp" else repr(str(tmp_path / "s.sock"))
    then = """
    def then(where, answers=[]):
        client = connect(where)
        def on_data(data):
            answers.append(data)
            client.end()
        def on_close(had_error):
            if len(answers) < 12:
                then(where)
            else:
                say(answers[:4] == answers[4:8] == answers[8:], sorted(answers[:4]))
                cluster.disconnect()
        client.on("data", on_data)
        client.on("close", on_close)
"""
    assert run("rr", count=4, then=then, where=where) == [(True, [b"1", b"2", b"3", b"4"])]


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_fair_is_balanced(kind, tmp_path):
    where = "(0, '127.0.0.1')" if kind == "tcp" else repr(str(tmp_path / "s.sock"))
    (counts,) = run("fair", count=4, then=HOLD.replace("CLIENTS", "100"), where=where)[0]
    assert sum(counts) == 100
    assert len(counts) == 4
    assert 20 <= min(counts) and max(counts) <= 30


@pytest.mark.parametrize("scheduling", ["none", "reuse_port"])
def test_all_are_answered(scheduling):
    (counts,) = run(scheduling, count=2, then=HOLD.replace("CLIENTS", "40"))[0]
    assert sum(counts) == 40


@pytest.mark.parametrize("scheduling", ["fair", "none", "rr"])
def test_a_stopped_worker_holds_nothing_up(scheduling):
    """With "rr" the connection that it has been handed goes to another worker when it dies."""
    then = """
    def then(where):
        import threading
        stopped = workers[0]
        os.kill(stopped.pid, signal.SIGSTOP)
        answers, clients = [], []
        def on_data(data):
            answers.append(data)
            if len(answers) == 39:
                pynet.set_timeout(stopped.kill, 100, "SIGKILL")
            if len(answers) == 40:
                say(len(answers), set(answers) <= {b"2", b"3"})
                for client in clients:
                    client.destroy()
                cluster.disconnect()
        for _ in range(40):
            client = connect(where)
            client.on("data", on_data)
            clients.append(client)
"""
    assert run(scheduling, count=3, then=then) == [(40, True)]


@pytest.mark.parametrize("scheduling", ["fair", "none", "rr"])
def test_a_full_worker_leaves_connections_to_the_others(scheduling):
    worker = """
    server = pynet.create_server(lambda sock: sock.write(str(cluster.worker.id)))
    server.max_connections = 2
    server.on("drop", lambda data: cluster.worker.send("drop"))
    server.listen(WHERE)
"""
    then = """
    def then(where):
        answers, clients = [], []
        def on_data(client, data):
            answers.append(data)
            if len(answers) == 4:
                say(sorted(answers))
                pynet.set_timeout(clients[0].destroy, 50)  # makes room for one that waits
            if len(answers) == 6:
                say("all")
                for client in clients:
                    client.destroy()
                cluster.disconnect()
            elif len(answers) == 5:
                next(c for c in clients[1:] if c.bytes_read).destroy()
        cluster.on("message", lambda worker, message, handle: say(message))
        for _ in range(6):
            client = connect(where)
            client.on("data", lambda data, client=client: on_data(client, data))
            clients.append(client)
"""
    lines = run(scheduling, count=2, then=then, worker=worker)
    assert lines == [([b"1", b"1", b"2", b"2"],), ("all",)]


@pytest.mark.parametrize("scheduling", ["fair", "none", "rr"])
def test_drop_max_connection(scheduling):
    worker = """
    server = pynet.create_server(lambda sock: sock.write("x"))
    server.max_connections = 1
    server.drop_max_connection = True
    server.on("drop", lambda data: cluster.worker.send("drop"))
    server.listen(WHERE)
"""
    then = """
    def then(where):
        first = connect(where)
        def on_data(data):
            second = connect(where)
            second.on("close", lambda had_error: (say("closed"), first.destroy(), cluster.disconnect()))
        first.on("data", on_data)
        cluster.on("message", lambda worker, message, handle: None)
"""
    assert run(scheduling, count=1, then=then, worker=worker) == [("closed",)]


@pytest.mark.parametrize("scheduling", ["fair", "rr"])
def test_block_lists_act_in_workers(scheduling):
    worker = """
    blocked = pynet.BlockList()
    blocked.add_address("127.0.0.1")
    server = pynet.create_server(lambda sock: say("connection"), block_list=blocked)
    server.listen(WHERE)
"""
    then = """
    def then(where):
        client = connect(where)
        client.on("end", lambda: say("end"))
        client.on("error", lambda err: None)
        client.on("close", lambda had_error: cluster.disconnect())
"""
    assert run(scheduling, count=1, then=then, worker=worker) in ([("end",)], [])


@pytest.mark.parametrize("scheduling", SCHEDULINGS)
def test_get_connections_of_all_workers(scheduling):
    then = """
    def then(where):
        clients, answers = [], []
        def on_data(data):
            answers.append(data)
            if len(answers) == 10:
                cluster.get_connections(counted)
        def counted(err, count):
            say(err, count)
            for client in clients:
                client.destroy()
            cluster.disconnect()
        for _ in range(10):
            client = connect(where)
            client.on("data", on_data)
            clients.append(client)
"""
    assert run(scheduling, count=2, then=then) == [(None, 10)]


def test_the_environment_chooses_the_scheduling(monkeypatch):
    monkeypatch.setenv("PYNET_CLUSTER_SCHED_POLICY", "rr")
    lines = run_cluster(primary="cluster.fork().disconnect()\nsay(cluster.settings['scheduling'])")
    assert lines == [("rr",)]
