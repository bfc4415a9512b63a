"""The IPv6 address refuses, the IPv4 address works."""

from connecting import named, outgoing, serve
from harness import run, trace


def main():
    def serving(target, server):
        def connected():
            trace("C", "connected", client.remote_address, client.remote_family, client.local_family)

        client = outgoing(named(target, "::ffff:127.0.0.9", "127.0.0.1"))
        client.on("connect", connected)

    serve(serving)


run(main)
