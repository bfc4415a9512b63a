import pynet
from clustering import cluster, fork, hear, me, probe, roles, target, tell
from harness import listen, record, trace


def primary():
    worker = fork()

    def listening(address):
        client = pynet.connect(target(address)).resume()
        record(client, "C", "connect end close error")
        hear(worker, {"full": lambda: probe(target(address), client.end), "left": worker.disconnect})

    worker.on("listening", listening)


def worker():
    def on_connection(sock):
        trace(me, "connection")
        sock.resume().on("close", lambda had_error: tell(cluster.worker, "left"))
        tell(cluster.worker, "full")

    server = pynet.create_server(on_connection)
    server.max_connections = 1
    server.drop_max_connection = True
    server.on("drop", lambda data: trace(me, "drop", data))
    listen(server)


roles(primary, worker)
