"""Echo servers of asyncio or uvloop in processes that inherit one listening socket, as workers of uvicorn do:

LOOP (asyncio, uvloop), WORKERS, and microseconds of Python for each message (0: none)."""

import asyncio
import os
import signal
import socket
import sys
import time

import support

LOOP, WORKERS, BURN = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        if BURN:
            end = time.perf_counter_ns() + BURN * 1000
            while time.perf_counter_ns() < end:
                pass
        self.transport.write(data)


async def serve(listener, ready):
    server = await asyncio.get_running_loop().create_server(Echo, sock=listener, backlog=support.BACKLOG)
    os.write(ready, b"x")
    await server.serve_forever()


def main():
    listener = socket.create_server(("127.0.0.1", 0), backlog=support.BACKLOG)
    listening, ready = os.pipe()
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    workers = []
    for _ in range(WORKERS):
        pid = os.fork()
        if pid == 0:
            run = asyncio.run
            if LOOP == "uvloop":
                import uvloop

                run = uvloop.run
            run(serve(listener, ready))
            os._exit(0)
        workers.append(pid)
    for _ in workers:
        os.read(listening, 1)
    support.announce(listener.getsockname()[1])
    signal.sigwait([signal.SIGTERM])
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
