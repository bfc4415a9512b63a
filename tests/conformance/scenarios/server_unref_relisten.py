"""unref() lasts over close() and the next listen()."""

import pynet
from harness import record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")
    server.unref()
    server.listen(0)
    server.once("listening", lambda: server.close())
    server.once("close", lambda: server.listen(0))
    pynet.set_timeout(lambda: trace("main", "timer", server.listening), 60)


run(main)
