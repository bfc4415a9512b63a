"""All of several addresses are blocked."""

import pynet
from connecting import named, outgoing, states, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        client = outgoing({**named(target, "127.0.0.1", "::1"), "block_list": block_list})
        states(client, "C", "connectionAttemptFailed error close")
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    block_list = pynet.BlockList()
    block_list.add_subnet("127.0.0.0", 8)
    block_list.add_address("::1", "ipv6")
    nowhere(going)


run(main)
