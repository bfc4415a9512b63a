import os

from clustering import answering, cluster, fork, hear, me, probe, roles, target, tell
from harness import listen, record, trace


def primary():
    worker = fork()
    place = None

    def listening(address):
        nonlocal place
        first = place is None
        place = target(address)
        probe(place, lambda: tell(worker, "close" if first else "end"))

    def closed():
        trace("P", "path", os.path.exists("s.sock"))
        probe(place, lambda: tell(worker, "again", place))

    worker.on("listening", listening)
    hear(worker, {"closed": closed})


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening error close")
    hear(
        cluster.worker,
        {
            "close": lambda: server.close(lambda err: tell(cluster.worker, "closed")),
            "again": lambda place: server.listen(place),
            "end": cluster.worker.disconnect,
        },
    )
    listen(server)


roles(primary, worker)
