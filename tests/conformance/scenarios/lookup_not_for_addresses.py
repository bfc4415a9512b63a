"""A lookup function is not called for an address, nor for a path."""

from connecting import outgoing, serve
from harness import run, trace


def main():
    def serving(target, server):
        outgoing({**target, "lookup": lambda hostname, options, callback: trace("C", "asked")})

    serve(serving)


run(main)
