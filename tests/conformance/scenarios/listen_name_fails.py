"""listen() with a name that does not exist: an error after the lookup, and the server is as before."""

import pynet
from harness import answer, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, "nowhere.invalid", note("srv", "callback"))
    trace("srv", "returned", server.listening, server.address())

    def failed(err):
        trace("srv", "state", server.listening, server.address())
        server.close(answer("srv", "close callback"))

    server.once("error", failed)


run(main)
