"""resetAndDestroy() during the lookup, which is answered later."""

from connecting import found, outgoing, serve
from harness import run, state, trace


def main():
    def serving(target, server):
        client = outgoing({**target, "host": "some.name", "lookup": found("127.0.0.1")})
        client.reset_and_destroy()
        trace("C", "after", state(client))

    serve(serving)


run(main)
