"""An unref'd server that is closed: close and its callback still come."""

import pynet
from harness import answer, listen, note, record, run


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close")
    server.unref()
    listen(server, lambda: server.close(answer("srv", "callback")))
    pynet.set_timeout(note("main", "timer"), 60)


run(main)
