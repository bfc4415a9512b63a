"""Echo server: asyncio, a Protocol class (the fastest way that asyncio has)."""

import asyncio

import support


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main():
    loop = asyncio.get_running_loop()
    path = support.unix_path()
    # asyncio and uvloop switch Nagle's algorithm off by themselves; the other servers do it explicitly.
    if path is None:
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=511)
        support.announce(server.sockets[0].getsockname()[1])
    else:
        server = await loop.create_unix_server(Echo, path, backlog=511)
        support.announce(path)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
