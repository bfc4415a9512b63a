from clustering import answering, cluster, fork, hear, roles, tell
from harness import trace


def primary():
    ports = []

    def listens(first, second):
        ports.extend((first, second))
        if len(ports) < 4:
            return
        trace("P", "first", ports[0] == ports[2], "second", ports[1] == ports[3])
        trace("P", "the same", ports[0] == ports[1])
        cluster.disconnect()

    for worker in (fork(), fork()):
        hear(worker, {"ports": listens})


def worker():
    def both():
        tell(cluster.worker, "ports", first.address().port, second.address().port)

    def begin():
        second.listen(0, "127.0.0.1", both)

    first, second = answering(), answering()
    first.listen(0, "127.0.0.1", begin)


roles(primary, worker)
