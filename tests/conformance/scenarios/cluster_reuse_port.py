import os

from clustering import answering, cluster, fork, hear, me, probe, roles, tell
from harness import record, trace


def primary():
    def port_of_first(port):
        second = fork({"PORT": str(port)})

        def end():
            tell(first, "end")
            tell(second, "end")

        def port_of_second(other):
            trace("P", "the same", port == other)
            probe({"port": port, "host": "127.0.0.1"}, end)

        hear(second, {"port": port_of_second})

    first = fork({"PORT": "0"})
    hear(first, {"port": port_of_first})


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening error close")
    hear(cluster.worker, {"end": lambda: server.close(lambda err: cluster.worker.disconnect())})
    server.on("listening", lambda: tell(cluster.worker, "port", server.address().port))
    server.listen(port=int(os.environ["PORT"]), host="127.0.0.1", reuse_port=True)


roles(primary, worker)
