"""Descriptors that are no stream sockets raise at once."""

import os
import socket

import pynet
from harness import attempt, run


def main():
    attempt("main", "file", lambda: pynet.Socket(fd=os.open("file", os.O_CREAT | os.O_WRONLY)))
    attempt("main", "folder", lambda: pynet.Socket(fd=os.open(".", os.O_RDONLY)))
    attempt("main", "null device", lambda: pynet.Socket(fd=os.open("/dev/null", os.O_RDONLY)))
    attempt("main", "closed", lambda: pynet.Socket(fd=9999))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        attempt("main", "datagrams", lambda: pynet.Socket(fd=udp.fileno()))


run(main)
