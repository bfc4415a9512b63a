from clustering import answering, cluster, fork, hear, me, roles, tell
from harness import record, trace


def primary():
    worker = fork()
    hear(worker, {"ready": worker.disconnect})


def worker():
    server = answering()

    def disconnected():
        trace(me, "disconnect", server.listening)
        if server.listening:
            server.close()

    cluster.worker.on("disconnect", disconnected)
    record(server, f"{me} srv", "listening close")
    server.on("listening", lambda: tell(cluster.worker, "ready"))
    server.listen(port=0, host="127.0.0.1", exclusive=True)


roles(primary, worker)
