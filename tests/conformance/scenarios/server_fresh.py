"""A server that never listened: what it is, and what its methods do."""

import pynet
from harness import answer, note, record, run, trace


def main():
    server = pynet.create_server()
    trace("srv", "listening", server.listening, server.address())
    trace("srv", "maxConnections", server.max_connections, bool(server.drop_max_connection))
    trace("srv", "listeners", server.listener_count("connection"), server.listener_count("error"))
    trace("srv", "ref", server.ref() is server, server.unref() is server)
    server.get_connections(note("srv", "connections"))
    record(server, "srv", "close")
    trace("srv", "close", server.close(answer("srv", "close callback")) is server)


run(main)
