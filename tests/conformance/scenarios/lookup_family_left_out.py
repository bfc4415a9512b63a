"""One address is wanted, and the lookup function does not say of which family it is."""

import pynet
from connecting import looking, outgoing, serve
from harness import run


def main():
    def serving(target, server):
        def lookup(hostname, options, callback):
            pynet.set_immediate(callback, None, "127.0.0.1")

        outgoing(looking(target, lookup, {"auto_select_family": False})).on("close", lambda had_error: server.close())

    serve(serving)


run(main)
