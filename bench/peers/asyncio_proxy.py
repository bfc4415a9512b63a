"""What pynet_proxy.py does, with asyncio: two protocols that write to each other, with back-pressure."""

import asyncio

import asyncio_support


class Side(asyncio.Protocol):
    transport = peer = None
    ended = False

    def connection_made(self, transport):
        self.transport = transport

    def join(self, peer):
        self.peer, peer.peer = peer, self

    def data_received(self, data):
        self.peer.transport.write(data)

    def pause_writing(self):
        self.peer.transport.pause_reading()

    def resume_writing(self):
        self.peer.transport.resume_reading()

    def eof_received(self):
        self.ended = True
        if self.peer.ended:
            self.peer.transport.close()
            return False
        self.peer.transport.write_eof()
        return True

    def connection_lost(self, _error):
        if self.peer is not None:
            self.peer.transport.close()


class Client(Side):
    """An accepted connection; data that comes before the other side is connected waits in a list."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self.early = []
        self.task = asyncio.get_running_loop().create_task(self.connect())

    def data_received(self, data):
        if self.early is None:
            self.peer.transport.write(data)
        else:
            self.early.append(data)
            self.transport.pause_reading()

    async def connect(self):
        _transport, upstream = await asyncio_support.connect(Side)
        self.join(upstream)
        waiting, self.early = self.early, None
        upstream.transport.writelines(waiting)
        self.transport.resume_reading()


async def main():
    await asyncio_support.serve(Client, 2)


if __name__ == "__main__":
    asyncio.run(main())
