import pynet
from clustering import after_listening, cluster, fork, hear, roles, tell
from harness import listen, trace


def primary():
    served = []
    clients = []

    def one(worker):
        served.append(worker.id)
        if len(served) < 12:
            return
        trace("P", "served", len(served), "by", len(set(served)))
        for client in clients:
            client.destroy()
        cluster.disconnect()

    def start():
        worker = fork()
        hear(worker, {"served": lambda: one(worker)})

    def listening(targets):
        for _ in range(12):
            clients.append(pynet.connect(targets[0]))

    start()
    start()
    after_listening(2, listening)


def worker():
    def on_connection(sock):
        sock.on("error", lambda err: None).resume()
        tell(cluster.worker, "served")

    listen(pynet.create_server(on_connection))


roles(primary, worker)
