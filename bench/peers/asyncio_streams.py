"""Echo server: asyncio's streams, run by the loop that argument 1 names; read by readexactly()."""

import asyncio
import sys

import asyncio_support

SIZE = 1024  # of a message


async def handle(reader, writer):
    try:
        while True:
            writer.write(await reader.readexactly(SIZE))
    except (asyncio.IncompleteReadError, ConnectionError):  # the generator has gone
        writer.close()


def main():
    return asyncio_support.listen(asyncio.start_server, asyncio.start_unix_server, handle, 2)


if __name__ == "__main__":
    if sys.argv[1] == "uvloop":
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main())
