"""What a Socket is before anything is done with it."""

import pynet
from harness import run, state, trace


def main():
    sock = pynet.Socket()
    trace("C", "state", state(sock), sock.bytes_read, sock.bytes_written, sock.allow_half_open, sock.is_paused())
    trace("C", "addresses", sock.address(), sock.local_address, sock.local_port, sock.remote_address, sock.remote_port)
    trace("C", "chains", sock.pause() is sock, sock.resume() is sock, sock.set_timeout(0) is sock, sock.ref() is sock)


run(main)
