"""pynet in trio's loop: an echo server whose listeners run on trio's thread.

    pip install trio; python examples/embed_trio.py

A client sends 20 messages. The listeners use trio's objects directly.
"""

import contextlib
from collections.abc import AsyncIterator

import trio

import pynet

COUNT = 20


@contextlib.asynccontextmanager
async def pynet_attached() -> AsyncIterator[None]:
    """Within this block trio drives pynet's loop."""

    async def drive(pynet_loop: pynet.Drive) -> None:
        while True:
            await trio.lowlevel.wait_readable(pynet_loop.fileno())
            pynet_loop.step()

    with pynet.embed(host="trio") as pynet_loop:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(drive, pynet_loop)
            yield
            nursery.cancel_scope.cancel()


async def main() -> None:
    send, receive = trio.open_memory_channel[str](COUNT)
    async with pynet_attached():
        server = pynet.create_server(lambda sock: sock.pipe(sock))
        server.listen(0, "127.0.0.1")
        sock = pynet.connect(server.address())
        sock.set_encoding("utf-8")
        sock.on("data", send.send_nowait)  # a method of trio, called by a listener
        sock.on("close", lambda had_error: (server.close(), send.close()))
        with trio.fail_after(30):
            for number in range(COUNT):
                sock.write(f"message {number}")
                print(await receive.receive())
            sock.end()
            async for more in receive:
                print(more)


if __name__ == "__main__":
    trio.run(main)
