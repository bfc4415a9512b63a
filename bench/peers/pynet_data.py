"""Echo server: pynet, a `data` listener that writes back; this thread drives the loop."""

import pynet
import support


def on_connection(sock):
    sock.on("data", lambda data: sock.write(data))


def start():
    server = pynet.create_server(on_connection, no_delay=True)
    path = support.unix_path()
    if path is None:
        server.listen(0, "127.0.0.1", 511, lambda: support.announce(server.address().port, pynet._pynet._counts))
    else:
        server.listen(path, 511, lambda: support.announce(path))


if __name__ == "__main__":
    pynet.run(start)
