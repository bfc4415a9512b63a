"""A local address of the other family, and one that is not of this machine."""

from connecting import outgoing, serve, states
from harness import run


def main():
    def serving(target, server):
        def closed(had_error):
            nonlocal still_open
            still_open -= 1
            if still_open == 0:
                server.close()

        still_open = 2
        for who, address in ("C1", "::1"), ("C2", "192.0.2.1"):
            client = outgoing({**target, "local_address": address}, who)
            states(client, who, "error close")
            client.on("close", closed)

    serve(serving)


run(main)
