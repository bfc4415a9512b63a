"""A refusing address, then a blocked one."""

import pynet
from connecting import named, outgoing, tried
from harness import nowhere, run, trace


def main():
    def going(target):
        def failed(err):
            trace("C", "errors", err.code, [str(each).split(" ")[0] for each in err.errors])

        client = outgoing({**named(target, "127.0.0.1", "127.0.0.2"), "block_list": block_list})
        client.on("error", failed)
        client.on("close", lambda had_error: trace("C", "tried", tried(client)))

    block_list = pynet.BlockList()
    block_list.add_address("127.0.0.2")
    nowhere(going)


run(main)
