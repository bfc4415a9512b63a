import pynet
from clustering import cluster, fork_dying, hear, roles, target, tell
from harness import listen, record


def primary():
    worker = fork_dying()

    def listening(address):
        record(pynet.connect(target(address)), "C", "connect data end close error")

    worker.on("listening", listening)
    hear(worker, {"connection": lambda: worker.kill("SIGKILL")})


def worker():
    def on_connection(sock):
        sock.write("served", lambda err: tell(cluster.worker, "connection"))

    listen(pynet.create_server(on_connection))


roles(primary, worker)
