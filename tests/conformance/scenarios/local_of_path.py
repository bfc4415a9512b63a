"""For a path a local address and port are not looked at."""

from connecting import outgoing, serve
from harness import run


def main():
    serve(lambda target, server: outgoing({**target, "local_address": "127.0.0.1", "local_port": 80}))


run(main)
