r"""A unix socket that knows who is at the other end: the user and the process.

    python examples/peer_credentials.py /tmp/control.sock
    printf 'whoami\nstop\n' | nc -NU /tmp/control.sock

Ctrl-C ends it in order.
"""

import os
import pwd
import sys

import pynet

ADMINS = {0, os.getuid()}  # who may stop the server


def name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def control(path: str) -> pynet.Server:
    def handler(sock: pynet.Socket) -> None:
        peer = sock.peer_credentials  # of the moment when it connected; None over TCP
        if peer is None:
            sock.end("who are you?\n")
            return
        for line in sock.lines(max=100, timeout=60):
            command = line.strip()
            if command == b"whoami":
                sock.write(f"{name_of(peer.uid)}, process {peer.pid}\n")
            elif command == b"stop" and peer.uid in ADMINS:
                sock.write("stopping\n")
                server.shutdown(timeout=5, drain=True)
            else:
                sock.write("not allowed\n" if command == b"stop" else "whoami or stop\n")

    # All users may connect: what each may do is decided by what the kernel says.
    server = pynet.serve(handler, path, limit=50, mode=0o666, unlink_stale=True)
    return server


def main() -> None:
    server = control(sys.argv[1])
    pynet.run(lambda: print("listening on", server.address(), flush=True), signals=True)


if __name__ == "__main__":
    main()
