from clustering import answering, fork, me, probe, roles, target
from harness import listen, record, trace


def primary():
    first = fork()

    def listening(address):
        place = target(address)
        second = fork()

        def second_listens(other):
            trace("P", "the same", target(other) == place)
            first.disconnect()

        second.on("listening", second_listens)
        first.on("exit", lambda code, signal: probe(place, second.disconnect))
        second.on("exit", lambda code, signal: probe(place, lambda: None))

    first.on("listening", listening)


def worker():
    server = answering()
    record(server, f"{me}/srv", "listening error close")
    listen(server)


roles(primary, worker)
