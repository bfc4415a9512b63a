"""An error of listen() that nobody hears is uncaught; the server can listen again."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")

    def later():
        trace("srv", "later", server.listening)
        server.listen(0, lambda: server.close())

    server.listen("nowhere/s.sock")
    pynet.set_timeout(later, 50)


run(main)
