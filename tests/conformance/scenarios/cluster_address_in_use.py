import json
import os

from clustering import answering, cluster, fork, hear, me, roles, tell
from harness import listen, record, trace, where


def primary():
    server = answering()
    failed = []

    def one():
        failed.append(1)
        if len(failed) < 2:
            return
        server.close()
        cluster.disconnect()

    def listening():
        place = json.dumps(where(server))
        for worker in (fork({"PLACE": place}), fork({"PLACE": place})):
            hear(worker, {"failed": one})

    listen(server, listening)


def worker():
    server = answering()
    place = json.loads(os.environ["PLACE"])
    record(server, f"{me}/srv", "listening error close")

    def failed(err):
        its_port = "port" not in place or err.port == place["port"]
        trace(me, "after", server.listening, server.address(), "its port", its_port)
        tell(cluster.worker, "failed")

    server.on("error", failed)
    server.listen(place)


roles(primary, worker)
