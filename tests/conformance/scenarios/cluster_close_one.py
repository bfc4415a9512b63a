from clustering import after_listening, answering, cluster, fork, hear, me, probe, roles, tell
from harness import listen, record, trace, where


def primary():
    first, second = fork(), fork()
    place = None

    def again(other):
        trace("P", "the same", other == place)
        tell(second, "close")

    def listening(targets):
        nonlocal place
        place = targets[0]
        tell(first, "close")

    hear(first, {"closed": lambda: probe(place, lambda: tell(first, "again")), "again": again})
    hear(second, {"closed": lambda: probe(place, cluster.disconnect)})
    after_listening(2, listening)


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening error close")

    def again():
        listen(server, lambda: tell(cluster.worker, "again", where(server)))

    def close():
        server.close(lambda err: tell(cluster.worker, "closed"))

    hear(cluster.worker, {"close": close, "again": again})
    listen(server)


roles(primary, worker)
