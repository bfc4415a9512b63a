"""Echo server: asyncio, a Protocol class (the fastest way that asyncio has)."""

import asyncio

import asyncio_support


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


async def main():
    await asyncio_support.serve(Echo)


if __name__ == "__main__":
    asyncio.run(main())
