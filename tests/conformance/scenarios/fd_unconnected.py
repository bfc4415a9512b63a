"""A descriptor of a TCP socket that is not connected: an error when it is read."""

import socket

import pynet
from harness import record, run, state, trace


def main():
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    sock = pynet.Socket(fd=bound.detach())
    trace("C", "made", state(sock))
    record(sock, "C", "connect error close")
    sock.resume()


run(main)
