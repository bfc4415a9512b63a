"""Server: the close callback and 'close' listeners run in the order they were added."""

import pynet
from harness import answer, listen, note, run


def main():
    server = pynet.create_server()
    server.on("close", note("srv", "listener before"))

    def listening():
        server.close(answer("srv", "callback"))
        server.on("close", note("srv", "listener after"))
        server.prepend_listener("close", note("srv", "prepended"))

    listen(server, listening)


run(main)
