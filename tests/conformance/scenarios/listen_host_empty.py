"""An empty host is none."""

import pynet
from harness import run, trace


def main():
    def start(label, host):
        server = pynet.create_server()

        def listening():
            trace(label, "callback", server.address())
            server.close()

        server.listen({"port": 0, "host": host}, listening)
        trace(label, "returned", server.listening)

    start("empty", "")
    start("undefined", None)


run(main)
