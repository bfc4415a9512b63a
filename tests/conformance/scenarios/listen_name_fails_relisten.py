"""listen() after a name that does not exist: the first callback comes with the second's."""

import pynet
from harness import note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening error close")

    def listening():
        trace("srv", "second callback")
        server.close()

    server.once("error", lambda err: server.listen(0, "127.0.0.1", listening))
    server.listen(0, "nowhere.invalid", note("srv", "first callback"))


run(main)
