import os

from clustering import answering, cluster, fork, me, probe, roles
from harness import listen, trace


def primary():
    worker = fork()

    def listening(of, address):
        trace("P", "path", os.path.exists("s.sock"), os.path.exists("inner/s.sock"))
        probe({"path": "inner/s.sock"}, worker.disconnect)

    cluster.on("listening", listening)


def worker():
    os.mkdir("inner")
    os.chdir("inner")
    server = answering()
    listen(server, lambda: trace(me, "listening"))


roles(primary, worker)
