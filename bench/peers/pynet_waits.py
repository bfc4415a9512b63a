"""Echo server of waits: a task or a thread for each connection, which reads by what argument 1 names.

Under asyncio, or uvloop as argument 2 says, pynet's background thread drives its loop, or, if argument 3 is `attached`,
that asyncio loop. `threads` has no asyncio."""

import asyncio
import sys
import threading

import pynet
import pynet_support

SIZE = 1024  # of a message


async def exactly(sock):
    while True:
        sock.write(await sock.read_exactly(SIZE))


async def chunks(sock):
    async for chunk in sock:
        sock.write(chunk)


async def drained(sock):
    async for chunk in sock:
        sock.write(chunk)
        await sock.drain()


def in_thread(sock):
    while True:
        sock.write(sock.read_exactly(SIZE))


def chunks_in_thread(sock):
    for chunk in sock:
        sock.write(chunk)


def serve(on_connection):
    pynet_support.listen(pynet.create_server(on_connection, no_delay=True), 4 if "attached" in sys.argv else 3)


async def main(handler):
    tasks = set()
    host = asyncio.get_running_loop()

    async def handle(sock):
        try:
            await handler(sock)
        except pynet.NetError:  # the generator has gone
            sock.destroy()

    def start(sock):
        tasks.add(host.create_task(handle(sock)))

    here = "attached" in sys.argv
    serve(start if here else lambda sock: host.call_soon_threadsafe(start, sock))
    await host.create_future()


def threads(handler):
    def handle(sock):
        try:
            handler(sock)
        except pynet.NetError:
            sock.destroy()

    serve(lambda sock: threading.Thread(target=handle, args=(sock,), daemon=True).start())
    threading.Event().wait()


if __name__ == "__main__":
    what, host = sys.argv[1:3]
    if host == "threads":
        threads({"exactly": in_thread, "chunks": chunks_in_thread}[what])
    elif host == "uvloop":
        import uvloop

        if "attached" in sys.argv:
            pynet.aio.run(main(globals()[what]), loop_factory=uvloop.new_event_loop)
        else:
            uvloop.run(main(globals()[what]))
    elif "attached" in sys.argv:
        pynet.aio.run(main(globals()[what]))
    else:
        asyncio.run(main(globals()[what]))
