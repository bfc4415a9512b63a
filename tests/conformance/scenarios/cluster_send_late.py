from clustering import cluster, fork, me, roles
from harness import note, trace


def late(worker, who):
    worker.on("error", lambda err: trace(who, "error", err))

    def disconnected():
        trace(who, "with callback", worker.send("late", callback=note(who, "callback")))
        trace(who, "without", worker.send("late"))

    worker.on("disconnect", disconnected)


def primary():
    worker = fork()
    late(worker, "P")
    worker.disconnect()


roles(primary, lambda: late(cluster.worker, me))
