import pynet
from clustering import answering, cluster, fork, hear, me, probe, roles, tell
from harness import answer, listen, trace, where


def primary():
    worker = fork()
    server = answering()

    def taken():
        trace("P", "after", server.listening)
        place = where(server)
        server.close(answer("P", "close"))
        probe(place, lambda: tell(worker, "end"))

    hear(worker, {"taken": taken})
    listen(server, lambda: worker.send(["server"], server, keep_open=True))


def worker():
    server = None

    def take(handle):
        nonlocal server
        server = handle
        server.on("connection", lambda sock: sock.end("from the worker"))
        trace(me, "got", isinstance(server, pynet.Server), server.listening, server.address())
        tell(cluster.worker, "taken")

    def end():
        server.close(answer(me, "close"))
        cluster.worker.disconnect()

    hear(cluster.worker, {"server": take, "end": end})


roles(primary, worker)
