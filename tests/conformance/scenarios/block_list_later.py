"""What is added to the list after connect() counts, until the attempt."""

import pynet
from connecting import outgoing
from harness import nowhere, run


def main():
    def going(target):
        outgoing({**target, "block_list": block_list})
        block_list.add_address("127.0.0.1")

    block_list = pynet.BlockList()
    nowhere(going)


run(main)
