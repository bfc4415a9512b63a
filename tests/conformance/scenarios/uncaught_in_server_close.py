"""An exception in the close() callback of a server: uncaught; later 'close' listeners do not run."""

import pynet
from harness import listen, note, run, trace


def main():
    server = pynet.create_server()

    def fail(err):
        raise RuntimeError("in close")

    def listening():
        server.close(fail)
        server.on("close", note("main", "later listener"))
        pynet.set_immediate(lambda: trace("main", "immediate", server.listening))

    listen(server, listening)


run(main)
