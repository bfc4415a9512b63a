"""An IPv4 address that is blocked is blocked in its IPv6 form, too."""

import pynet
from connecting import outgoing
from harness import nowhere, run


def main():
    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.1")
    nowhere(lambda target: outgoing({"port": target["port"], "host": "::ffff:127.0.0.1", "block_list": block_list}))


run(main)
