"""A blocked address: no connection, an error."""

import pynet
from connecting import outgoing, serve, states
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing({**target, "block_list": block_list})
        client.on("error", lambda err: trace("C", "text", str(err)))
        states(client, "C", "error close")
        client.on("close", lambda had_error: server.close())

    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.1")
    serve(serving)


run(main)
