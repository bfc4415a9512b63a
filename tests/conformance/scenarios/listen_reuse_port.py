"""reusePort: two servers at one port when both ask for it; a third one that does not is refused."""

import pynet
from harness import record, run, trace


def main():
    first, second, third = servers = [pynet.create_server() for _ in range(3)]
    for label, server in zip(("first", "second", "third"), servers, strict=True):
        record(server, label, "listening error close")

    def close_all(err):
        for server in servers:
            server.close()

    def second_listens():
        trace("second", "same port", second.address().port == first.address().port)
        third.on("error", close_all)
        third.listen({"port": first.address().port, "host": "127.0.0.1"})

    def first_listens():
        second.listen({"port": first.address().port, "host": "127.0.0.1", "reuse_port": True}, second_listens)

    first.listen({"port": 0, "host": "127.0.0.1", "reuse_port": True}, first_listens)


run(main)
