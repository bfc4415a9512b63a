"""The listener given to connect() is used up by its 'connect': a reconnect does not run it again."""

import pynet
from harness import connect, listen, note, record, run, where


def main():
    rounds = 0

    def connected(sock):
        sock.end()
        sock.resume()

    def listening():
        client = connect(server, {}, note("C", "listener"))
        record(client, "C", "connect close")
        client.resume()

        def closed(had_error):
            nonlocal rounds
            rounds += 1
            if rounds == 2:
                server.close()
            else:
                client.connect(where(server))

        client.on("close", closed)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
