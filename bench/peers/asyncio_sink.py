"""What pynet_sink.py does, with asyncio, by a Protocol (`data`) or a BufferedProtocol (`buffered`)."""

import asyncio
import sys

import asyncio_support
import support

SIZE = 256 * 1024  # of a buffer of our own; as much as uvloop reads at once by itself


class End:
    """What both kinds share."""

    def __init__(self):
        self.count = 0
        self.closed = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport

    def eof_received(self):
        self.transport.write(str(self.count).encode())
        # None closes the transport, once what was written is out.

    def connection_lost(self, _error):
        self.closed.set_result(None)


class Data(End, asyncio.Protocol):
    def data_received(self, data):
        self.count += len(data)


class Buffered(End, asyncio.BufferedProtocol):
    def __init__(self):
        super().__init__()
        self.buffer = bytearray(SIZE)

    def get_buffer(self, _sizehint):
        return self.buffer

    def buffer_updated(self, nbytes):
        self.count += nbytes


async def main():
    kind = {"data": Data, "buffered": Buffered}[sys.argv[1]]
    support.announce("ready")
    while True:
        _transport, protocol = await asyncio_support.connect(kind, 2)
        await protocol.closed


if __name__ == "__main__":
    asyncio.run(main())
