from clustering import answering, cluster, fork, me, roles
from harness import record

PLACES = {"folder": {"path": "nowhere/s.sock"}, "address": {"host": "203.0.113.9", "port": 0}}


def worker():
    left = set(PLACES)

    def listen(label, place):
        def failed(err):
            left.discard(label)
            if not left:
                cluster.worker.disconnect()

        server = answering()
        record(server, f"{me} {label}", "listening error close")
        server.on("error", failed)
        server.listen(place)

    for label, place in PLACES.items():
        listen(label, place)


roles(fork, worker)
