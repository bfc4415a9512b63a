"""listen() in workers: which ports they share, and what they get when it fails."""

from __future__ import annotations

import pytest

from clusters import run_cluster

SHOW_PORTS = """
    ports = {}
    def on_message(worker, message, handle):
        ports.setdefault(worker.id, []).append(message)
        if len(ports) == 2 and all(len(of_worker) == COUNT for of_worker in ports.values()):
            one, two = ports.values()
            show(one, two)
            cluster.disconnect()
    cluster.on("message", on_message)
    cluster.fork(), cluster.fork()
"""


def two_workers(show: str, worker: str, count: int = 1, both: str = "", args: tuple = ()) -> list[tuple]:
    """Two workers send `count` messages each; `show` is an expression of the lists `one` and `two`."""
    return run_cluster(
        *args,
        both=both,
        primary=f"show = lambda one, two: say({show})\nCOUNT = {count}\n" + SHOW_PORTS.replace("\n    ", "\n"),
        worker=worker,
    )


def test_port_0_is_one_port_for_all():
    lines = two_workers(
        "one == two, one[0] > 0",
        "server = pynet.create_server()\nserver.listen(0, lambda: cluster.worker.send(server.address().port))",
    )
    assert lines == [(True, True)]


def test_the_second_port_0_is_another_one():
    lines = two_workers(
        "sorted(one) == sorted(two), one[0] != one[1]",
        """
    for _ in range(2):
        server = pynet.create_server()
        server.listen(0, lambda server=server: cluster.worker.send(server.address().port))
    """,
        count=2,
    )
    assert lines == [(True, True)]


def test_listen_in_main_is_asynchronous():
    lines = run_cluster(
        primary="cluster.fork()",
        worker="""
    server = pynet.create_server()
    server.listen(0, lambda: (say(server.listening, server.address() is not None), cluster.worker.disconnect()))
    say(server.listening, server.address())
    """,
    )
    assert lines == [(False, None), (True, True)]


def test_listen_outside_of_the_loop_waits():
    lines = run_cluster(
        both="""
    if cluster.is_worker:
        server = pynet.create_server(lambda sock: None)
        server.listen(0, "127.0.0.1")
        say(server.listening, server.address().port > 0)
        cluster.worker.disconnect()
    """,
        primary="cluster.fork()",
    )
    assert lines == [(True, True)]


def test_a_path_is_shared_and_removed_by_the_last(tmp_path):
    path = str(tmp_path / "s.sock")
    lines = run_cluster(
        path,
        both="path = sys.argv[1]",
        primary="""
    listening = []
    def on_listening(worker, address):
        listening.append(worker)
        say(address["address"] == path, address["port"], address["address_type"])
        if len(listening) == 2:
            listening[0].disconnect()
    def on_exit(worker, code, signal):
        say(os.path.exists(path))
        for worker in cluster.workers.values():
            worker.disconnect()
    cluster.on("listening", on_listening)
    cluster.on("exit", on_exit)
    cluster.fork(), cluster.fork()
    """,
        worker="pynet.create_server().listen(path)",
    )
    assert lines == [(True, -1, -1)] * 2 + [(True,), (False,)]


def test_a_taken_port_is_an_error_for_all():
    lines = run_cluster(
        both="import socket",
        primary="""
    other = socket.create_server(("127.0.0.1", 0))
    port = other.getsockname()[1]
    def on_message(worker, message, handle):
        say(*message[:-1], message[-1] == port)
        worker.disconnect()
    cluster.on("message", on_message)
    cluster.on("exit", lambda *how: other.fileno())
    for _ in range(2):
        cluster.fork({"PORT": str(port)})
    """,
        worker="""
    server = pynet.create_server()
    port = int(os.environ["PORT"])
    def failed(err):
        cluster.worker.send((str(err).replace(str(port), "P"), err.code, err.syscall, err.address, err.port))
    server.on("error", failed)
    server.listen(port, "127.0.0.1")
    """,
    )
    assert lines == [("bind EADDRINUSE 127.0.0.1:P", "EADDRINUSE", "bind", "127.0.0.1", True)] * 2


@pytest.mark.parametrize("scheduling", ["fair", "none", "rr", "reuse_port"])
def test_it_may_try_again_when_the_port_is_free(scheduling):
    lines = run_cluster(
        scheduling,
        both="import socket",
        primary="""
    cluster.setup_primary(scheduling=sys.argv[1])
    other = socket.create_server(("127.0.0.1", 0))
    worker = cluster.fork({"PORT": str(other.getsockname()[1])})
    worker.on("message", lambda message, handle: (say(message), other.close(), worker.send("free")))
    worker.on("listening", lambda address: (say("listening"), worker.disconnect()))
    worker.on("exit", lambda *how: say(*how))
    """,
        worker="""
    server = pynet.create_server()
    server.on("error", lambda err: cluster.worker.send(err.code))
    listen = lambda *args: server.listen(int(os.environ["PORT"]), "127.0.0.1")
    cluster.worker.on("message", listen)
    listen()
    """,
    )
    assert lines == [("EADDRINUSE",), ("listening",), (0, None)]


def test_no_such_folder_is_enoent(tmp_path):
    lines = run_cluster(
        str(tmp_path / "none" / "s.sock"),
        primary="cluster.fork()",
        worker="""
    server = pynet.create_server()
    server.on("error", lambda err: (say(err.code, err.syscall), cluster.worker.disconnect()))
    server.listen(sys.argv[1])
    """,
    )
    assert lines[0][1] == "bind"
    assert lines[0][0] in ("ENOENT", "EACCES")


def test_exclusive_port_0_is_a_port_of_its_own():
    lines = two_workers(
        "one != two",
        "server = pynet.create_server()\n"
        "server.listen(0, exclusive=True, callback=lambda: cluster.worker.send(server.address().port))",
    )
    assert lines == [(True,)]


def test_exclusive_has_no_listening_event_of_the_cluster():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    worker.on("listening", lambda address: say("listening"))
    worker.on("message", lambda message, handle: (say(message), worker.disconnect()))
    """,
        worker="""
    server = pynet.create_server()
    server.listen(0, exclusive=True, callback=lambda: cluster.worker.send("sent"))
    """,
    )
    assert lines == [("sent",)]


def test_one_closes_and_the_others_go_on():
    lines = run_cluster(
        primary="""
    first, second = cluster.fork(), cluster.fork()
    listening = []
    def on_listening(worker, address):
        listening.append(worker)
        if len(listening) == 2:
            first.send("close")
    def on_message(worker, message, handle):
        err, port = message
        say(err)
        client = pynet.connect(port, "127.0.0.1")
        client.on("data", lambda data: (say(data), client.destroy(), cluster.disconnect()))
    cluster.on("listening", on_listening)
    cluster.on("message", on_message)
    """,
        worker="""
    server = pynet.create_server(lambda sock: sock.write(str(cluster.worker.id)))
    server.listen(0, "127.0.0.1")
    def on_message(message, handle):
        port = server.address().port
        server.close(lambda err: cluster.worker.send((err, port)))
    cluster.worker.on("message", on_message)
    """,
    )
    assert lines == [(None,), (b"2",)]


def test_the_last_one_closes_the_port():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    def closed(message, handle):
        client = pynet.connect(message, "127.0.0.1")
        client.on("error", lambda err: (say(err.code), worker.disconnect()))
    worker.on("message", closed)
    """,
        worker="""
    server = pynet.create_server()
    def listening():
        port = server.address().port
        server.close(lambda err: cluster.worker.send(port))
    server.listen(0, "127.0.0.1", listening)
    """,
    )
    assert lines == [("ECONNREFUSED",)]


def test_a_port_can_be_listened_on_again():
    lines = run_cluster(
        primary="cluster.fork()",
        worker="""
    server = pynet.create_server()
    def again(err):
        server.listen(port[0], "127.0.0.1", listens_again)
    def listens_again():
        say(server.address().port == port[0])
        cluster.worker.disconnect()
    def listening():
        port.append(server.address().port)
        server.close(again)
    port = []
    server.listen(0, "127.0.0.1", listening)
    """,
    )
    assert lines == [(True,)]


def test_several_places(tmp_path):
    lines = run_cluster(
        str(tmp_path / "s.sock"),
        primary="cluster.fork()",
        worker="""
    server = pynet.create_server(lambda sock: sock.end("hello"))
    got, ends = [], []
    def listening():
        for address in server.addresses:
            client = connect(address)
            client.on("data", got.append)
            client.on("close", lambda had_error: closed())
    def closed():
        ends.append(True)
        if len(ends) == 2:
            say(got)
            cluster.worker.disconnect()
    server.listen([("127.0.0.1", 0), sys.argv[1]], listening)
    """,
    )
    assert lines == [([b"hello", b"hello"],)]


def test_close_while_the_primary_is_asked_leaves_nothing(tmp_path):
    lines = run_cluster(
        str(tmp_path / "s.sock"),
        primary="""
    worker = cluster.fork()
    worker.on("message", lambda message, handle: (say(os.path.exists(sys.argv[1])), worker.disconnect()))
    """,
        worker="""
    server = pynet.create_server()
    server.on("close", lambda: pynet.create_server().listen(0, lambda: cluster.worker.send("the primary has answered")))
    server.listen(sys.argv[1])
    server.close()
    """,
    )
    assert lines == [(False,)]


def test_close_while_the_primary_is_asked():
    lines = run_cluster(
        primary="cluster.fork()",
        worker="""
    server = pynet.create_server()
    server.on("listening", lambda: say("listening"))
    server.on("close", lambda: (say("close"), pynet.set_timeout(cluster.worker.disconnect, 100)))
    server.listen(0)
    server.close()
    """,
    )
    assert lines == [("close",)]
