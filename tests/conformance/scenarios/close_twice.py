"""close() twice: both callbacks run, the second with an error, and 'close' comes twice."""

import pynet
from harness import answer, listen, record, run


def main():
    server = pynet.create_server()
    record(server, "srv", "close error")

    def listening():
        server.close(answer("srv", "first callback"))
        server.close(answer("srv", "second callback"))

    listen(server, listening)


run(main)
