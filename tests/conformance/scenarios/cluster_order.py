from clustering import answering, attributes, cluster, fork, me, roles
from harness import listen, record, trace


def primary():
    cluster.on("setup", lambda settings: trace("P W1/cluster", "setup"))
    worker = fork({}, attributes)
    trace("P W1", "after fork", worker.id, *attributes(worker))

    def listening(address):
        trace("P W1", "disconnect() gives the worker", worker.disconnect() is worker, *attributes(worker))

    worker.on("listening", listening)


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening error close")
    record(cluster.worker, f"{me}/worker", "disconnect")
    listen(server)
    trace(me, "after listen", server.listening, server.address())


roles(primary, worker)
