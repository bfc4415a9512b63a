"""close() right after a listen() that bound at once: no listening, and the callback waits for the next time."""

import pynet
from harness import answer, note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, note("srv", "first callback"))
    server.close(answer("srv", "close callback"))
    trace("srv", "closed", server.listening, server.listener_count("listening"))

    def again():
        trace("srv", "second callback")
        server.close()

    pynet.set_immediate(lambda: server.listen(0, again))


run(main)
