"""What pynet_proxy.py does, with asyncio: two protocols that write to each other, with back-pressure."""

import asyncio

import support


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
    """What connected to us; what it sends before the other side is there waits in a list."""

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
        loop = asyncio.get_running_loop()
        where = support.target()
        if "port" in where:
            _transport, upstream = await loop.create_connection(Side, **where)
        else:
            _transport, upstream = await loop.create_unix_connection(Side, **where)
        self.join(upstream)
        waiting, self.early = self.early, None
        upstream.transport.writelines(waiting)
        self.transport.resume_reading()


async def main():
    loop = asyncio.get_running_loop()
    path = support.unix_path(2)
    if path is None:
        server = await loop.create_server(Client, "127.0.0.1", 0)
        support.announce(server.sockets[0].getsockname()[1])
    else:
        server = await loop.create_unix_server(Client, path)
        support.announce(path)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
