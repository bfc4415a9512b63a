"""Echo server over TLS: pynet, a `data` listener that writes back. Arguments: certificate and key."""

import ssl
import sys

import pynet
import support


def on_connection(sock):
    sock.on("data", lambda data: sock.write(data)).on("error", lambda _err: None)


def start():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:3])
    server = pynet.create_server(on_connection, no_delay=True, ssl=context)
    server.listen(0, "127.0.0.1", support.BACKLOG, lambda: support.announce(server.port, pynet._pynet._counts))


if __name__ == "__main__":
    pynet.run(start)
