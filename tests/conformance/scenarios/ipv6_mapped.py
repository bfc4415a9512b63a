"""An IPv4 address in its IPv6 form."""

from connecting import outgoing, serve
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing({"port": target["port"], "host": "::ffff:127.0.0.1"})
        client.on("connect", lambda: trace("C", "at", client.remote_address, client.remote_family, client.address()))

    serve(serving)


run(main)
