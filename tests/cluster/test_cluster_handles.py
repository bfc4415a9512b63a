"""Sockets and servers that go to a worker with a message."""

from __future__ import annotations

from clusters import run_cluster

DISPATCHER = """
    worker = cluster.fork()
    server = pynet.create_server(pause_on_connect=True)
    def on_connection(sock):
        worker.send("take it", sock)
        say("sent", sock.destroyed)
    server.on("connection", on_connection)
"""
TAKER = """
    def on_message(message, sock):
        say(message, sock.is_paused(), sock.server, sock.bytes_read)
        sock.on("data", lambda data: sock.end(data.upper()))
    cluster.worker.on("message", on_message)
"""


def test_a_connection_goes_to_a_worker():
    """What the client had sent before is there."""
    lines = run_cluster(
        primary=DISPATCHER
        + """
    def listening():
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.write("early")
        client.on("data", say)
        client.on("close", lambda had_error: (server.close(), worker.disconnect()))
    server.listen(0, "127.0.0.1", listening)
    """,
        worker=TAKER,
    )
    assert lines == [("sent", True), ("take it", False, None, 0), (b"EARLY",)]


def test_the_server_counts_it_until_the_worker_has_closed_it():
    lines = run_cluster(
        primary=DISPATCHER
        + """
    def listening():
        client = pynet.connect(server.address().port, "127.0.0.1")
        def on_data(data):
            server.get_connections(lambda err, count: (say(err, count), client.end("bye")))
            server.close(lambda err: (say("closed"), worker.disconnect()))
            say(server.listening)
        client.on("data", on_data)
    server.listen(0, "127.0.0.1", listening)
    """,
        worker="""
    cluster.worker.on("message", lambda message, sock: (sock.write("hello"), sock.resume()))
    """,
    )
    assert lines == [("sent", True), (False,), (None, 1), ("closed",)]


def test_the_death_of_the_worker_ends_the_count():
    lines = run_cluster(
        primary=DISPATCHER
        + """
    def listening():
        client = pynet.connect(server.address().port, "127.0.0.1")
        client.on("error", lambda err: None)
        client.on("data", lambda data: worker.kill("SIGKILL"))
        server.on("close", lambda: say("closed"))
        client.on("close", lambda had_error: server.close())
    server.listen(0, "127.0.0.1", listening)
    """,
        worker="cluster.worker.on('message', lambda message, sock: sock.write('hello'))",
    )
    assert lines == [("sent", True), ("closed",)]


def test_a_server_goes_to_a_worker():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    server = pynet.create_server()
    def listening():
        port = server.address().port
        worker.send(port, server)
        say(server.listening)
    server.listen(0, "127.0.0.1", listening)
    worker.on("message", lambda port, handle: pynet.connect(port, "127.0.0.1").on("data", lambda data: (
        say(data), worker.disconnect())))
    """,
        worker="""
    def on_message(port, server):
        say(server.listening, server.address().port == port)
        server.on("connection", lambda sock: sock.end("from the worker"))
        cluster.worker.send(port)
    cluster.worker.on("message", on_message)
    """,
    )
    assert lines == [(False,), (True, True), (b"from the worker",)]


def test_both_accept_with_keep_open():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    server = pynet.create_server(lambda sock: sock.end("p"))
    def listening():
        worker.send("x", server, keep_open=True)
        say(server.listening)
    server.listen(0, "127.0.0.1", listening)
    def on_message(message, handle):
        answers = set()
        def again():
            client = pynet.connect(server.address().port, "127.0.0.1")
            client.on("data", answers.add)
            client.on("close", over)
        def over(had_error):
            if b"p" in answers:
                server.close()
                pynet.connect(message, "127.0.0.1").on("data", lambda data: (say(data), worker.disconnect()))
            else:
                again()
        again()
    worker.on("message", on_message)
    """,
        worker="""
    def on_message(message, server):
        server.on("connection", lambda sock: sock.end("w"))
        cluster.worker.send(server.address().port)
    cluster.worker.on("message", on_message)
    """,
    )
    assert lines == [(True,), (b"w",)]


def test_a_worker_sends_one_back():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    def on_message(message, sock):
        say(message)
        sock.end("from the primary")
        sock.resume()
        sock.on("close", lambda had_error: worker.disconnect())
    worker.on("message", on_message)
    def on_listening(address):
        client = pynet.connect(address["port"], "127.0.0.1")
        client.on("data", say)
    worker.on("listening", on_listening)
    """,
        worker="""
    server = pynet.create_server(lambda sock: cluster.worker.send("back", sock), pause_on_connect=True)
    server.listen(0, "127.0.0.1")
    """,
    )
    assert lines == [("back",), (b"from the primary",)]


def test_what_cannot_travel_stays_as_it_is():
    lines = run_cluster(
        primary="""
    worker = cluster.fork()
    sock = pynet.Socket()
    try:
        worker.send("x", sock)
    except pynet.NetError as error:
        say(error.code, sock.destroyed)
    worker.disconnect()
    """
    )
    assert lines == [("ENOTCONN", False)]
