"""Echo server: that of pynet_data.py, attached to the loop that the first argument names, asyncio's or uvloop's."""

import asyncio
import sys

import pynet
import pynet_support
from pynet_data import on_connection


async def main():
    pynet_support.listen(pynet.create_server(on_connection, no_delay=True), place=2)
    await asyncio.Event().wait()


def factory():
    if sys.argv[1] == "uvloop":
        import uvloop

        return uvloop.new_event_loop
    return None


if __name__ == "__main__":
    pynet.aio.run(main(), loop_factory=factory())
