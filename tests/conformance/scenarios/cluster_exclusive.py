import os

from clustering import answering, cluster, fork, hear, me, roles, tell
from harness import record, trace


def primary():
    def port_of_first(port):
        second = fork({"PORT": str(port)})

        def port_of_second(other):
            trace("P", "the same", port == other)
            tell(first, "end")
            tell(second, "end")

        hear(second, {"failed": lambda: tell(second, "again"), "port": port_of_second})

    first = fork({"PORT": "0"})
    hear(first, {"port": port_of_first})


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening error close")

    def listen(port):
        server.listen(port=port, host="127.0.0.1", exclusive=True)
        trace(me, "after listen", server.listening)

    server.on("listening", lambda: tell(cluster.worker, "port", server.address().port))
    server.on("error", lambda err: tell(cluster.worker, "failed"))

    def end():
        server.close(lambda err: cluster.worker.disconnect())

    hear(cluster.worker, {"again": lambda: listen(0), "end": end})
    listen(int(os.environ["PORT"]))


roles(primary, worker)
