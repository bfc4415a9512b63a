"""What pynet_burst.py does, with asyncio."""

import asyncio

import support

WRITES, LINE = 1000, b"x" * 64


class Burst(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _request):
        write = self.transport.write
        for _ in range(WRITES):
            write(LINE)


async def main():
    loop = asyncio.get_running_loop()
    path = support.unix_path()
    if path is None:
        server = await loop.create_server(Burst, "127.0.0.1", 0)
        support.announce(server.sockets[0].getsockname()[1])
    else:
        server = await loop.create_unix_server(Burst, path)
        support.announce(path)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
