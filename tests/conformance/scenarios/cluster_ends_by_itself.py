from clustering import answering, cluster, fork_dying, hear, leave, me, roles, tell
from harness import listen, record, trace


def primary():
    def start(how):
        worker = fork_dying()
        worker.on("listening", lambda address: tell(worker, how))

    start("exit")
    start("raise")


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening close")
    record(cluster.worker, f"{me}/worker", "disconnect")

    def end():
        trace(me, "ends", cluster.worker.is_connected())
        leave(3)

    def fail():
        raise RuntimeError("on purpose")

    hear(cluster.worker, {"exit": end, "raise": fail})
    listen(server)


roles(primary, worker)
