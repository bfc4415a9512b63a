"""What pynet_burst.py does, with asyncio."""

import asyncio

import asyncio_support

WRITES, LINE = 1000, b"x" * 64


class Burst(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, _request):
        write = self.transport.write
        for _ in range(WRITES):
            write(LINE)


async def main():
    await asyncio_support.serve(Burst)


if __name__ == "__main__":
    asyncio.run(main())
