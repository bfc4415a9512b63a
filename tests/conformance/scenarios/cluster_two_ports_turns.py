import pynet
from clustering import after_listening, cluster, fork, hear, roles, tell
from harness import trace

EACH = 8


def primary():
    worker = fork()
    clients = []
    served = {"first": 0, "second": 0}

    def one(name):
        served[name] += 1
        if sum(served.values()) < 2 * EACH:
            return
        trace("P", "served", served)
        for client in clients:
            client.destroy()
        worker.disconnect()

    def listening(targets):
        for _ in range(EACH):
            clients.extend(pynet.connect(target) for target in targets)

    hear(worker, {"served": one})
    after_listening(2, listening)


def worker():
    def serve(name):
        def on_connection(sock):
            sock.on("error", lambda err: None).resume()
            tell(cluster.worker, "served", name)

        pynet.create_server(on_connection).listen(0, "127.0.0.1")

    serve("first")
    serve("second")


roles(primary, worker)
