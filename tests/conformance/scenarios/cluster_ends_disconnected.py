import os

from clustering import answering, attributes, cluster, fork, me, roles
from harness import listen, record, trace


def primary():
    worker = fork({"HOW": "primary"}, attributes)
    worker.on("listening", lambda address: worker.disconnect())
    fork({"HOW": "disconnect"}, attributes)
    fork({"HOW": "kill"}, attributes)


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening close")
    record(cluster.worker, f"{me}/worker", "disconnect")

    def listening():
        if os.environ["HOW"] == "disconnect":
            trace(me, "disconnect() gives the worker", cluster.worker.disconnect() is cluster.worker)
        elif os.environ["HOW"] == "kill":
            cluster.worker.kill()

    server.on("listening", listening)
    listen(server)


roles(primary, worker)
