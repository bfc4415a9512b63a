"""TLS from the first byte, with the module ssl: an echo server, and a client.

    python examples/tls_echo.py serve 8443 certificate.pem key.pem
    echo hello | python examples/tls_echo.py connect localhost 8443 certificate.pem

A thread for each client.
"""

import ssl
import sys

import pynet


def serve(port: int, certificate: str, key: str) -> pynet.Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def handler(sock: pynet.Socket) -> None:
        plain = sock.detach()  # paused since it was accepted: pynet has read nothing
        plain.settimeout(10)
        try:
            with context.wrap_socket(plain, server_side=True) as secure:
                while data := secure.recv(65536):
                    secure.sendall(data)
        except OSError as error:  # what one client does wrong; ssl.SSLError is an OSError
            print(error, file=sys.stderr, flush=True)

    return pynet.serve(handler, port, limit=100, pause_on_connect=True)


def connect(host: str, port: int, trusted: str | None = None) -> ssl.SSLSocket:
    """pynet finds an address that answers; ssl checks the name in the certificate."""
    context = ssl.create_default_context(cafile=trusted)
    sock = pynet.connect(port, host, connect_timeout=10)
    sock.wait("connect")
    return context.wrap_socket(sock.detach(), server_hostname=host)


def main() -> None:
    if sys.argv[1] == "serve":
        server = serve(int(sys.argv[2]), *sys.argv[3:])
        pynet.run(lambda: print("listening on", server.port, flush=True), signals=True)
        return
    with connect(sys.argv[2], int(sys.argv[3]), *sys.argv[4:]) as secure:
        for line in sys.stdin.buffer:
            secure.sendall(line)
            sys.stdout.buffer.write(secure.recv(65536))


if __name__ == "__main__":
    main()
