"""Socket(handle=bound) before connect(): not pending, its address known; destroy() closes it."""

import os

import pynet
from harness import attempt, kind, place, record, run, state, trace


def main():
    bound = pynet.BoundSocket({"path": place("b.sock")} if kind == "unix" else {"host": "127.0.0.1"})
    at = bound.address()
    sock = pynet.Socket(handle=bound)
    record(sock, "C", "error close")
    trace("C", "state", state(sock), sock.buffer_size, sock.bytes_written)
    same = kind != "unix" and sock.local_port == at.port
    trace("C", "local", sock.local_address, sock.local_family, same or sock.local_port is None, sock.address().address)
    trace("C", "remote", sock.remote_address, sock.remote_port, sock.remote_family)
    attempt("main", "adopted", bound.address)
    attempt("main", "again", lambda: pynet.Socket(handle=bound))
    trace("main", "is", bound.is_pipe, os.path.exists("b.sock"))
    sock.destroy()
    trace("C", "destroyed", state(sock), os.path.exists("b.sock"))


run(main)
