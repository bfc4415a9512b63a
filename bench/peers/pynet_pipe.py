"""Echo server: pynet, each socket piped into itself."""

import pynet
import pynet_support


def start():
    server = pynet.create_server(lambda sock: sock.pipe(sock), no_delay=True)
    pynet_support.listen(server)


if __name__ == "__main__":
    pynet.run(start)
