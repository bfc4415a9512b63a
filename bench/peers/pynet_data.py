"""Echo server: pynet, a `data` listener that writes back; this thread drives the loop."""

import pynet
import pynet_support


def on_connection(sock):
    sock.on("data", lambda data: sock.write(data))


def start():
    server = pynet.create_server(on_connection, no_delay=True)
    pynet_support.listen(server)


if __name__ == "__main__":
    pynet.run(start)
