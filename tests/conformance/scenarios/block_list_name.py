"""A name with one address, which is blocked, with and without automatic selection."""

import pynet
from connecting import named, outgoing
from harness import nowhere, run


def main():
    def going(target):
        outgoing({**named(target, "127.0.0.1"), "block_list": block_list}, "C1")
        options = {**named(target, "127.0.0.1", "127.0.0.2"), "block_list": block_list}
        outgoing({**options, "auto_select_family": False}, "C2")

    block_list = pynet.BlockList()
    block_list.add_subnet("127.0.0.0", 8)
    nowhere(going)


run(main)
