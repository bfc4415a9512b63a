"""A process of a cluster has no room for more descriptors: that passes, and nothing is lost for ever."""

from __future__ import annotations

from clusters import run_cluster

ROOM = """
import resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

def room(count=None):
    # From now on this process can open so many more descriptors; None: as many as before.
    fds = [os.dup(0) for _ in range(count + 1)] if count is not None else []
    for fd in fds:
        os.close(fd)
    resource.setrlimit(resource.RLIMIT_NOFILE, (fds[-1] if fds else soft, hard))
"""


def test_round_robin_comes_back_to_a_worker_that_had_no_room():
    lines = run_cluster(
        both=ROOM,
        primary="""
    cluster.setup_primary(scheduling="rr")
    worker = cluster.fork()
    def listening(address):
        client = pynet.connect(address["port"], address["address"])
        client.on("data", lambda data: (say(data), worker.disconnect()))
    worker.on("listening", listening)
    """,
        worker="""
    channel = cluster.worker._channel
    answer = channel.answer
    def answered(taken):
        say(taken)
        answer(taken)
        room()
    channel.answer = answered
    server = pynet.create_server(lambda sock: sock.end("hello"))
    server.listen(0, "127.0.0.1", lambda: room(0))
    """,
    )
    assert lines[0] == (False,)
    assert set(lines[1:]) == {(True,), (b"hello",)}


def test_round_robin_without_room_for_a_duplicate():
    lines = run_cluster(
        both=ROOM,
        primary="""
    import socket
    cluster.setup_primary(scheduling="rr")
    worker = cluster.fork()
    def listening(address):
        raw = socket.create_connection((address["address"], address["port"]))
        client = pynet.Socket(fd=raw.detach())
        client.on("data", lambda data: (say(data), room(), worker.disconnect()))
        room(1)
    worker.on("listening", listening)
    """,
        worker="""
    server = pynet.create_server(lambda sock: sock.end("hello"))
    server.listen(0, "127.0.0.1")
    """,
    )
    assert lines == [(b"hello",)]


def test_listen_without_room_in_the_primary():
    lines = run_cluster(
        both=ROOM,
        primary="""
    cluster.setup_primary(scheduling="fair")
    worker = cluster.fork()
    def on_message(message, handle):
        say(message)
        room() if message == "EMFILE" else worker.disconnect()
        worker.send("again")
    worker.on("online", lambda: room(1))
    worker.on("message", on_message)
    """,
        worker="""
    server = pynet.create_server()
    server.on("error", lambda error: cluster.worker.send(error.code))
    server.on("listening", lambda: cluster.worker.send("listening"))
    cluster.worker.on("message", lambda message, handle: server.listening or server.listen(0, "127.0.0.1"))
    server.listen(0, "127.0.0.1")
    """,
    )
    assert lines == [("EMFILE",), ("listening",)]


def test_a_connection_that_was_lost_on_its_way_counts_no_more():
    lines = run_cluster(
        both=ROOM,
        primary="""
    worker = cluster.fork()
    server = pynet.create_server(pause_on_connect=True)
    def on_connection(sock):
        worker.send("take it", sock)
        server.close(lambda err: (say("closed"), worker.disconnect()))
    server.on("connection", on_connection)
    def on_message(message, handle):
        server.listen(0, "127.0.0.1", lambda: pynet.connect(server.port, "127.0.0.1").on("error", lambda error: None))
    worker.on("message", on_message)
    """,
        worker="""
    cluster.worker.on("message", say)
    cluster.worker.on("error", lambda error: say(error.code))
    room(0)
    cluster.worker.send("ready")
    """,
    )
    assert sorted(lines) == [("EMFILE",), ("closed",)]


def test_a_handle_whose_message_cannot_be_read_is_closed():
    lines = run_cluster(
        both="""
    import functools, logging
    logging.getLogger().addHandler(logging.NullHandler())
    pynet.run = functools.partial(pynet.run, on_uncaught="log")

    class Message:
        def __setstate__(self, state):
            raise ValueError("unreadable")
    """,
        primary="""
    worker = cluster.fork()
    server = pynet.create_server(pause_on_connect=True)
    def on_connection(sock):
        message = Message()
        message.any = 1
        worker.send(message, sock)
    server.on("connection", on_connection)
    def listening():
        client = pynet.connect(server.port, "127.0.0.1")
        client.on("error", lambda error: None)
        client.on("close", lambda had_error: server.close(lambda err: (say("closed"), worker.disconnect())))
        client.resume()
    worker.on("message", lambda message, handle: server.listen(0, "127.0.0.1", listening))
    """,
        worker="""
    cluster.worker.on("message", say)
    cluster.worker.send("ready")
    """,
    )
    assert lines == [("closed",)]
