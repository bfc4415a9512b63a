"""A refused connection from a local address and port: the error names them."""

from connecting import outgoing
from harness import nowhere, run, trace


def main():
    def going(source, target):
        def failed(err):
            trace("C2", "code", err.code, err.syscall, err.address, err.port == target["port"])

        outgoing({**target, "local_address": "127.0.0.1"}, "C1")
        client = outgoing({**target, "local_address": "127.0.0.1", "local_port": source["port"]}, "C2")
        client.on("error", failed)

    nowhere(lambda source: nowhere(lambda target: going(source, target)))


run(main)
