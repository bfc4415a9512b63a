"""listen() in the close listener of the same server."""

import pynet
from harness import answer, listen, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def again():
        trace("srv", "again")
        server.close(answer("srv", "second close"))

    def closed():
        listen(server, again)
        trace("srv", "in close", server.listener_count("listening"))

    server.once("close", closed)
    listen(server, lambda: server.close(answer("srv", "first close")))


run(main)
