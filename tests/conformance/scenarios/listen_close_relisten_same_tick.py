"""listen(), close(), listen() in one tick: listening once, for the second one."""

import pynet
from harness import note, record, run, trace


def main():
    server = pynet.create_server()
    record(server, "srv", "listening close error")
    server.listen(0, note("srv", "first callback"))
    server.close()
    server.listen(0, note("srv", "second callback"))
    trace("srv", "listens", server.listening)
    pynet.set_immediate(lambda: server.close())


run(main)
