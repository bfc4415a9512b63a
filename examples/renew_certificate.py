"""A TLS server whose certificate is renewed without a restart.

    python examples/renew_certificate.py 8443 certificate.pem key.pem
    kill -HUP PID

SIGHUP reads the files again. New connections get the new certificate, open ones stay.
"""

import signal
import ssl
import sys

import pynet


def read_context(certificate: str, key: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def main() -> None:
    port, certificate, key = sys.argv[1:]

    def on_connection(sock: pynet.Socket) -> None:
        sock.pipe(sock)

    server = pynet.create_server(on_connection, ssl=read_context(certificate, key))

    def renew(number: int, frame: object) -> None:
        try:
            server.set_secure_context(read_context(certificate, key))
        except OSError as error:  # also a key that does not fit: ssl.SSLError
            print(f"the old certificate stays: {error}", file=sys.stderr, flush=True)
        else:
            print("the certificate was read again", flush=True)

    signal.signal(signal.SIGHUP, renew)
    server.listen(int(port), "127.0.0.1")
    pynet.run(lambda: print("listening on", server.port, flush=True), signals=True)


if __name__ == "__main__":
    main()
