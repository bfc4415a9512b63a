import pynet
from clustering import attributes, cluster, fork, hear, me, probe, roles, target, tell
from harness import listen, record, trace


def primary():
    worker = fork({}, attributes)
    where = client = None

    def listening(address):
        nonlocal where, client
        where = target(address)
        client = pynet.connect(where).resume()
        record(client, "P", "end close")

    def connection():
        worker.disconnect()
        tell(worker, "ask")

    def answer(listening):
        trace("P W1", "it listens", listening, *attributes(worker))
        probe(where, lambda: client.end())

    worker.on("listening", listening)
    hear(worker, {"connection": connection, "answer": answer})


def worker():
    def on_connection(sock):
        record(sock.resume(), f"{me} S", "end close")
        tell(cluster.worker, "connection")

    server = pynet.create_server(on_connection)
    record(server, f"{me}/srv", "close")
    record(cluster.worker, f"{me}/worker", "disconnect")
    hear(cluster.worker, {"ask": lambda: tell(cluster.worker, "answer", server.listening)})
    listen(server)


roles(primary, worker)
