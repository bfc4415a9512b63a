"""close() again while the first one waits for a connection: both callbacks come with their answers."""

import pynet
from harness import answer, connect, listen, record, run, settle


def main():
    def connected(sock):
        server.close(answer("srv", "first callback"))
        server.close(answer("srv", "second callback"))
        settle(lambda: sock.destroy())

    server = pynet.create_server(connected)
    record(server, "srv", "close error")
    listen(server, lambda: connect(server, {}).resume())


run(main)
