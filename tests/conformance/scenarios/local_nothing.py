"""A local address or port that is empty or 0 is none; for a path they are not looked at."""

from connecting import outgoing, serve
from harness import run


def main():
    serve(lambda target, server: outgoing({**target, "local_address": "", "local_port": 0}))


run(main)
