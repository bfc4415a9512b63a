"""A proxy by two pipes: what connects here is joined with a connection of its own to the address given."""

import pynet
import support


def on_connection(client):
    upstream = pynet.connect(**support.target(), allow_half_open=True, no_delay=True)
    client.pipe(upstream)
    upstream.pipe(client)


def start():
    server = pynet.create_server(on_connection, allow_half_open=True, no_delay=True)
    path = support.unix_path(2)
    if path is None:
        server.listen(0, "127.0.0.1", lambda: support.announce(server.address().port))
    else:
        server.listen(path, lambda: support.announce(path))


if __name__ == "__main__":
    pynet.run(start)
