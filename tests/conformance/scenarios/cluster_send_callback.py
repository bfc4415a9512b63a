from clustering import cluster, fork, me, roles
from harness import note, trace


def both(worker, who, message):
    def callback(*args):
        note(who, "callback")(*args)
        trace(who, "in the callback", worker.is_connected())

    trace(who, "send() gives", worker.send(message, callback=callback))


def primary():
    worker = fork()
    worker.on("message", lambda message, handle: worker.disconnect())
    both(worker, "P", "to the worker")


def worker():
    cluster.worker.on("message", lambda message, handle: both(cluster.worker, me, "to the primary"))


roles(primary, worker)
