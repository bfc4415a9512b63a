"""A parent that accepts connections, and a worker process that serves them.

    python examples/send_handles.py 8124
    printf 'hello\\n' | nc -N localhost 8124

Ctrl-C ends both in order.
"""

import os
import socket
import subprocess
import sys

import pynet


def serve(fd: int) -> None:
    """The worker: answers on each connection that comes through the channel."""
    channel = pynet.Socket(fd=fd, receive_handles=True)

    def on_handle(sock: pynet.Socket, message: bytes) -> None:
        sock.on("error", lambda err: None)  # a reset ends that connection only
        sock.write(f"process {os.getpid()} got you {message.decode()}\n")
        sock.pipe(sock)

    channel.on("handle", on_handle)
    channel.on("end", pynet.stop)  # the parent has ended
    pynet.run()


def accept(port: int) -> None:
    """The parent: starts the worker, and gives it all connections."""
    ours, theirs = socket.socketpair()
    worker = subprocess.Popen(
        [sys.executable, __file__, "worker", str(theirs.fileno())],
        pass_fds=[theirs.fileno()],
    )
    theirs.close()
    channel = pynet.Socket(fd=ours.detach())

    def on_connection(sock: pynet.Socket) -> None:
        channel.send_handle(sock, f"from {sock.remote_address}".encode())

    server = pynet.create_server(on_connection, pause_on_connect=True)

    def main() -> None:
        server.on("listening", lambda: print("listening on", server.port, flush=True))
        server.listen(port, "127.0.0.1")

    try:
        pynet.run(main, signals=True)
    finally:
        channel.destroy()
        worker.wait()


if __name__ == "__main__":
    if sys.argv[1] == "worker":
        serve(int(sys.argv[2]))
    else:
        accept(int(sys.argv[1]))
