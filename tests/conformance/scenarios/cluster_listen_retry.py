import json
import os

from clustering import answering, cluster, fork, hear, me, probe, roles, target, tell
from harness import listen, record, where


def primary():
    server = answering()

    def listening():
        worker = fork({"PLACE": json.dumps(where(server))})
        hear(worker, {"failed": lambda: server.close(lambda err: tell(worker, "again"))})
        worker.on("listening", lambda address: probe(target(address), worker.disconnect))

    listen(server, listening)


def worker():
    def begin():
        server = answering()
        record(server, f"{me}/srv", "listening error close")
        server.on("error", lambda err: tell(cluster.worker, "failed"))
        server.listen(json.loads(os.environ["PLACE"]))

    hear(cluster.worker, {"again": begin})
    begin()


roles(primary, worker)
