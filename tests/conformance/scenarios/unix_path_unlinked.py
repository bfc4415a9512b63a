"""The path is there once listen() has returned, and gone when close() has."""

import os
import stat

import pynet
from harness import run, trace


def main():
    server = pynet.create_server()

    def listening():
        trace("srv", "listening", stat.S_ISSOCK(os.stat("s.sock").st_mode))
        server.close()
        trace("srv", "closed", os.path.exists("s.sock"))

    server.listen("s.sock", listening)
    trace("srv", "after listen", os.path.exists("s.sock"))


run(main)
