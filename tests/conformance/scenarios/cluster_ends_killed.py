import os
import signal

from clustering import cluster, fork_dying, hear, roles, tell

HOW = {
    "own": lambda worker: tell(worker, "kill yourself"),
    "kill": lambda worker: worker.kill(),
    "interrupt": lambda worker: worker.kill("SIGINT"),
    "destroy": lambda worker: worker.destroy("SIGKILL"),
    "process": lambda worker: worker.process.terminate(),
}


def primary():
    def start(kill):
        worker = fork_dying()
        hear(worker, {"ready": lambda: kill(worker)})

    for kill in HOW.values():
        start(kill)


def worker():
    hear(cluster.worker, {"kill yourself": lambda: os.kill(os.getpid(), signal.SIGKILL)})
    tell(cluster.worker, "ready")


roles(primary, worker)
