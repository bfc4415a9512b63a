"""Echo server over TLS: asyncio's Protocol. Arguments: the loop (asyncio or uvloop), certificate and key.

With `aiofastnet-` in front of the loop's name, its create_server() stands in for the loop's.
"""

import asyncio
import ssl
import sys

import support
from asyncio_protocol import Echo


async def main(fast, certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    if fast:
        import aiofastnet

        server = await aiofastnet.create_server(loop, Echo, "127.0.0.1", 0, backlog=support.BACKLOG, ssl=context)
    else:
        server = await loop.create_server(Echo, "127.0.0.1", 0, backlog=support.BACKLOG, ssl=context)
    support.announce(server.sockets[0].getsockname()[1])
    await server.serve_forever()


if __name__ == "__main__":
    fast, _, name = sys.argv[1].rpartition("-")
    if name == "uvloop":
        import uvloop

        uvloop.run(main(fast, *sys.argv[2:4]))
    else:
        asyncio.run(main(fast, *sys.argv[2:4]))
