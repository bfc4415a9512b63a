"""A local port that is in use, with several addresses: all errors are of bind, and no address counts as tried."""

import pynet
from connecting import named, outgoing, tried
from harness import run, trace


def main():
    def listening():
        def closed(had_error):
            trace("C", "tried", tried(client))
            server.close()

        target = {"port": server.address().port}
        client = outgoing({**named(target, "127.0.0.1", "127.0.0.2"), "local_port": target["port"]})
        client.on("close", closed)

    server = pynet.create_server()
    server.listen(0, "0.0.0.0", listening)


run(main)
