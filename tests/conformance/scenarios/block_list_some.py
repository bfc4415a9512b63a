"""Of several addresses the blocked ones are passed over."""

import pynet
from connecting import named, outgoing, serve, tried
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing({**named(target, "127.0.0.2", "127.0.0.1"), "block_list": block_list})
        client.on("connect", lambda: trace("C", "tried", tried(client)))

    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.2")
    serve(serving)


run(main)
