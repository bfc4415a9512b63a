"""close() while the name is looked up: the server never listens."""

import pynet
from harness import answer, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, "localhost", note("srv", "callback"))
    server.close(answer("srv", "close callback"))
    pynet.set_timeout(lambda: trace("srv", "later", server.listening, server.address()), 100)


run(main)
