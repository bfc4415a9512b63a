"""Thirty clients at once, each answered: all counted, all closed."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    clients = 30
    answers = closed = most = 0

    def connected(sock):
        sock.on("data", lambda chunk: sock.write(chunk))

        def counted(err, count):
            nonlocal most
            most = max(most, count)

        server.get_connections(counted)

    def start(i):
        client = connect(server, {}, lambda: client.write(f"client {i}"))

        def data(chunk):
            nonlocal answers
            answers += chunk == f"client {i}".encode()
            client.end()

        def gone(had_error):
            nonlocal closed
            closed += not had_error
            if closed == clients:
                trace("main", "closed", closed, answers, most > 1)
                server.close()

        client.on("data", data)
        client.on("close", gone)

    def listening():
        for i in range(clients):
            start(i)

    server = pynet.create_server(connected)
    record(server, "srv", "error drop close")
    listen(server, listening)


run(main)
