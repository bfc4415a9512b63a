"""What drop tells of a TCP connection."""

import pynet
from harness import connect, listen, note, run, trace


def main():
    ports = {}

    def dropped(data):
        trace("srv", "keys", sorted(data.keys() - {"reason"}))  # only pynet has it
        trace("srv", "local", data["localAddress"], data["localFamily"], data["localPort"] == server.address().port)
        trace("srv", "remote", data["remoteAddress"], data["remoteFamily"])
        ports["remote"] = data["remotePort"]

    def closed(had_error):
        trace("srv", "same port", ports["remote"] == ports["local"])
        server.close()

    def listening():
        client = connect(server, {}, lambda: ports.update(local=client.local_port))
        client.resume().on("close", closed)

    server = pynet.create_server(note("srv", "connection"))
    server.max_connections = 0
    server.on("drop", dropped)
    listen(server, listening)


run(main)
