"""Wrong ports and options of listen() raise at once, and the server is as before."""

import pynet
from harness import attempt, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    attempt("srv", "port -1", lambda: server.listen(-1))
    attempt("srv", "port 65536", lambda: server.listen(65536))
    attempt("srv", "port 1.5", lambda: server.listen(1.5))
    attempt("srv", "no port and no path", lambda: server.listen({"host": "127.0.0.1"}))
    attempt("srv", "port true", lambda: server.listen({"port": True}))
    trace("srv", "after", server.listening)


run(main)
