"""connect() and close() of the server in one step."""

import pynet
from harness import connect, listen, record, run, trace


def main():
    def immediate():
        client = connect(server, {})
        record(client, "C", "connect ready error end finish close")
        server.close()

    server = pynet.create_server(lambda sock: trace("srv", "connection"))
    listen(server, lambda: pynet.set_immediate(immediate))


run(main)
