import pynet
from clustering import answering, cluster, fork, hear, me, roles, tell
from harness import listen, record, trace


def primary():
    worker = fork()

    def second():
        trace("P W1", "second")
        worker.disconnect()

    hear(worker, {"first": lambda: trace("P W1", "first"), "second": second})


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening")

    def listening():
        tell(cluster.worker, "first")
        pynet.set_immediate(tell, cluster.worker, "second")

    server.on("listening", listening)
    listen(server)


roles(primary, worker)
