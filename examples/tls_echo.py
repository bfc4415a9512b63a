"""TLS from the first byte: an echo server, and a client.

python examples/tls_echo.py serve 8443 certificate.pem key.pem
echo hello | python examples/tls_echo.py connect localhost 8443 certificate.pem
"""

import ssl
import sys

import pynet


def serve(port: int, certificate: str, key: str) -> pynet.Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def on_connection(sock: pynet.Socket) -> None:  # after its handshake
        sock.pipe(sock)

    def on_failed(error: pynet.NetError, sock: pynet.Socket) -> None:
        print(error, file=sys.stderr, flush=True)  # what one client does wrong

    server = pynet.create_server(on_connection, ssl=context, handshake_timeout=10)
    server.on("tlsClientError", on_failed)
    return server.listen(port)


def connect(host: str, port: int, trusted: str | None = None) -> pynet.Socket:
    """The certificate must be of this host, and of an authority that is trusted."""
    context = ssl.create_default_context(cafile=trusted)
    sock = pynet.connect(port, host, ssl=context, connect_timeout=10, handshake_timeout=10)
    sock.wait("secureConnect")
    return sock


def main() -> None:
    if sys.argv[1] == "serve":
        server = serve(int(sys.argv[2]), *sys.argv[3:])
        pynet.run(lambda: print("listening on", server.port, flush=True), signals=True)
        return
    with connect(sys.argv[2], int(sys.argv[3]), *sys.argv[4:]) as sock:
        for line in sys.stdin.buffer:
            sock.write(line)
            sys.stdout.buffer.write(sock.read_exactly(len(line), timeout=10))


if __name__ == "__main__":
    main()
