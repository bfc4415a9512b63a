"""getConnections() calls back on the next tick, in the order of the calls."""

import pynet
from harness import note, run, trace


def main():
    server = pynet.create_server()
    pynet.next_tick(note("main", "tick before"))
    trace("main", "returns itself", server.get_connections(note("main", "first")) is server)
    pynet.next_tick(note("main", "tick between"))
    server.get_connections(note("main", "second"))
    trace("main", "called")


run(main)
