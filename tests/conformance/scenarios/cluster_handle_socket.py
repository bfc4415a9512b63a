import pynet
from clustering import cluster, fork, hear, me, roles
from harness import answer, connect, listen, record, settle, trace


def primary():
    worker = fork()
    server = pynet.create_server(pause_on_connect=True)
    client = None
    record(server, "P/srv", "close")

    def send(sock):
        trace("P", "sent", worker.send(["socket"], sock))

    def counted(err, count):
        trace("P", "connections", err, count)
        server.close(answer("P", "server.close()"))
        trace("P", "listening", server.listening)
        client.end()

    def listening():
        nonlocal client
        client = connect(server, {})
        record(client, "C", "data end close error")
        client.write("early")

    server.on("connection", lambda sock: settle(lambda: send(sock)))
    hear(worker, {"taken": lambda: server.get_connections(counted), "closed": worker.disconnect})
    cluster.on("online", lambda worker: listen(server, listening))


def worker():
    def heard(message, sock):
        state = sock.ready_state
        trace(me, "got", message, sock, "paused", sock.is_paused(), "read", sock.bytes_read, sock.server, state)
        record(sock, f"{me}/S", "data end close error")
        sock.once("data", lambda chunk: sock.write("answer", lambda err: cluster.worker.send(["taken"])))
        sock.on("close", lambda had_error: cluster.worker.send(["closed"]))

    cluster.worker.on("message", heard)


roles(primary, worker)
