"""A proxy by two pipes: each accepted connection is piped to a new connection to the given address, and back."""

import pynet
import pynet_support
import support


def on_connection(client):
    upstream = pynet.connect(**support.target(), allow_half_open=True, no_delay=True)
    client.pipe(upstream)
    upstream.pipe(client)


def start():
    server = pynet.create_server(on_connection, allow_half_open=True, no_delay=True)
    pynet_support.listen(server, 2)


if __name__ == "__main__":
    pynet.run(start)
