"""The callbacks of two failed calls stay, and come with the listening of the third, in order."""

import pynet
from harness import note, record, run, trace


def main():
    first = pynet.create_server()
    server = pynet.create_server()
    record(server, "srv", "listening close error")

    def start():
        port = first.address().port

        def failed_again(err):
            trace("srv", "waiting", server.listener_count("listening"))
            server.listen(0, "127.0.0.1", note("srv", "third callback"))

        def failed(err):
            server.once("error", failed_again)
            server.listen(port, "127.0.0.1", note("srv", "second callback"))

        server.once("error", failed)
        server.listen(port, "127.0.0.1", note("srv", "first callback"))

    def listening():
        server.close()
        first.close()

    first.listen(0, "127.0.0.1", start)
    server.on("listening", listening)


run(main)
