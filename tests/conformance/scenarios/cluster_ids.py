from clustering import cluster, fork, roles
from harness import trace


def primary():
    trace("P", "before", list(cluster.workers))
    first = fork()
    first.disconnect()

    def exited(code, signal):
        trace("P", "after the exit", list(cluster.workers))
        second = fork()
        trace("P", "after fork", second.id, list(cluster.workers))
        second.disconnect()

    first.on("exit", exited)


roles(primary, lambda: None)
