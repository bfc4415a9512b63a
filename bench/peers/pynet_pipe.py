"""Echo server: pynet, each socket piped into itself."""

import pynet
import support


def start():
    server = pynet.create_server(lambda sock: sock.pipe(sock), no_delay=True)
    path = support.unix_path()
    if path is None:
        server.listen(0, "127.0.0.1", 511, lambda: support.announce(server.address().port))
    else:
        server.listen(path, 511, lambda: support.announce(path))


if __name__ == "__main__":
    pynet.run(start)
