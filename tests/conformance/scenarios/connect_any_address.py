"""The address 0.0.0.0 is this machine."""

from connecting import outgoing, serve
from harness import run, trace


def main():
    def serving(target, server):
        client = outgoing({"port": target["port"], "host": "0.0.0.0"})
        client.on("connect", lambda: trace("C", "remote", client.remote_address))

    serve(serving)


run(main)
