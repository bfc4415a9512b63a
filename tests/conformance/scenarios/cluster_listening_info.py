from clustering import answering, cluster, fork, hear, roles, tell
from harness import place

PLACES = [
    {"port": 0, "host": "127.0.0.1"},
    {"port": 0, "host": "::1"},
    {"port": 0, "host": "localhost"},
    {"port": 0, "host": "0.0.0.0"},
    {"port": 0},
    {"path": place("s.sock")},
]


def primary():
    worker = fork()
    places = iter(range(len(PLACES)))

    def following():
        place = next(places, None)
        if place is None:
            worker.disconnect()
        else:
            tell(worker, "listen", place)

    hear(worker, {"ready": following})
    worker.on("listening", lambda address: following())


def worker():
    hear(cluster.worker, {"listen": lambda place: answering().listen(PLACES[place])})
    tell(cluster.worker, "ready")


roles(primary, worker)
