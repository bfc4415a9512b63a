"""Echo server: asyncio's streams, run by the loop that argument 1 names; read by readexactly()."""

import asyncio
import sys

import support

SIZE = 1024  # of a message


async def handle(reader, writer):
    try:
        while True:
            writer.write(await reader.readexactly(SIZE))
    except (asyncio.IncompleteReadError, ConnectionError):  # the generator has gone
        writer.close()


async def main():
    path = support.unix_path(2)
    if path is None:
        server = await asyncio.start_server(handle, "127.0.0.1", 0, backlog=support.BACKLOG)
        support.announce(server.sockets[0].getsockname()[1])
    else:
        server = await asyncio.start_unix_server(handle, path, backlog=support.BACKLOG)
        support.announce(path)
    await server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "uvloop":
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main())
