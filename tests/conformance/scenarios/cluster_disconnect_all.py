from clustering import after_listening, answering, cluster, fork, me, roles
from harness import listen, note, record, trace


def primary():
    workers = [fork(), fork()]
    exited = []

    def gone(worker, code, signal):
        exited.append(worker)
        if len(exited) < 2:
            return
        cluster.disconnect(note("P", "called without workers"))
        trace("P", "disconnect() of none")

    def listening(targets):
        cluster.disconnect(note("P", "called"))
        trace("P", "disconnect()", [worker.exited_after_disconnect for worker in workers])

    cluster.on("exit", gone)
    after_listening(2, listening)


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening close")
    record(cluster.worker, f"{me}/worker", "disconnect")
    listen(server)


roles(primary, worker)
