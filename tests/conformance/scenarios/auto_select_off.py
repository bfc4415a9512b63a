"""Without automatic selection only one address is tried."""

from connecting import named, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        def closed(had_error):
            trace("C", "tried", tried(client))
            server.close()

        client = outgoing({**named(target, "127.0.0.2", "127.0.0.1"), "auto_select_family": False})
        client.on("close", closed)

    serve(serving)


run(main)
