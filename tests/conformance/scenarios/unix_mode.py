"""The mode of the socket file is what the umask leaves."""

import os

import pynet
from harness import run, trace


def main():
    server = pynet.create_server()
    os.umask(0o027)

    def listening():
        trace("srv", "mode", f"{os.stat('s.sock').st_mode & 0o777:o}")
        server.close()

    server.listen("s.sock", listening)


run(main)
