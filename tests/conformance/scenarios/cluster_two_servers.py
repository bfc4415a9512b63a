from clustering import answering, cluster, fork, me, roles
from harness import place, record


def primary():
    worker = fork()
    listening = []

    def one_more(address):
        listening.append(address)
        if len(listening) == 2:
            worker.disconnect()

    worker.on("listening", one_more)


def worker():
    first, second, idle = answering(), answering(), answering()
    record(first, f"{me}/first", "listening close")
    record(second, f"{me}/second", "listening close")
    record(idle, f"{me}/idle", "listening close error")
    record(cluster.worker, f"{me}/worker", "disconnect")
    first.listen(0, "127.0.0.1", lambda: second.listen(place("s.sock")))


roles(primary, worker)
