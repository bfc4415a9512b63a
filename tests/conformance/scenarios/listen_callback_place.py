"""The callback of listen() is one more listener, for once, and has its place among them."""

import pynet
from harness import listen, note, run, trace


def main():
    server = pynet.create_server()
    server.on("listening", note("srv", "before"))
    listen(server, note("srv", "callback"))

    def after():
        trace("srv", "after", server.listener_count("listening"))
        server.close()

    server.on("listening", after)
    trace("srv", "count", server.listener_count("listening"))


run(main)
