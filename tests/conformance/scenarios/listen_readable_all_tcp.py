"""readableAll and writableAll mean nothing for TCP."""

import pynet
from harness import record, run


def main():
    server = pynet.create_server()
    record(server, "srv", "listening error close")
    server.listen({"port": 0, "host": "127.0.0.1", "readable_all": True, "writable_all": True}, lambda: server.close())


run(main)
