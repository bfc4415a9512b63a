"""listen() on a listening descriptor, as a service manager gives it, with port and host that are not looked at."""

import pynet
from descriptors import make
from harness import record, run, trace


def main():
    fd = make("tcp listening")

    def connected(sock):
        trace("srv", "connection")
        sock.destroy()
        server.close()

    def listening():
        trace("srv", "callback", server.address())
        pynet.connect(server.address().port, "127.0.0.1").resume()

    server = pynet.create_server(connected)
    record(server, "srv", "listening error close")
    server.listen({"fd": fd, "host": "127.0.0.2"}, listening)
    trace("srv", "returned", server.listening)


run(main)
