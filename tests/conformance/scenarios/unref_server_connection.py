"""Under an unref'd server an accepted socket still keeps the loop."""

import pynet
from harness import connect, listen, record, run


def main():
    def listening():
        client = connect(server, {})
        client.on("connect", lambda: pynet.set_timeout(lambda: client.end("served"), 30))
        client.resume()

    server = pynet.create_server(lambda sock: record(sock, "S", "data end close"))
    server.unref()
    listen(server, listening)


run(main)
