"""With a port and a path the port wins."""

import os

import pynet
from harness import place, run, trace


def main():
    def listening():
        trace("srv", "port", server.address().port > 0)
        trace("srv", "path", os.path.exists("s.sock"))
        server.close()

    server = pynet.create_server()
    server.listen({"port": 0, "path": place("s.sock")}, listening)


run(main)
