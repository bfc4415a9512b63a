"""An address that is not blocked; a path, which never is."""

import pynet
from connecting import outgoing, serve
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing({**target, "block_list": block_list})
        trace("C", "the list", client.block_list is block_list, hasattr(client, "block_list"))

    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.2")
    serve(serving)


run(main)
