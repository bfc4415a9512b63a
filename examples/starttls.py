"""STARTTLS: a mail server, in clear text first, then in TLS.

python examples/starttls.py 8025 certificate.pem key.pem
openssl s_client -starttls smtp -connect 127.0.0.1:8025
"""

import ssl
import sys

import pynet

HANDSHAKE = 10  # seconds
IDLE = 300


def reply(line: bytes, secure: bool) -> bytes:
    command = line.strip().upper().split(b" ")[0]
    if command == b"EHLO":
        return b"250 pynet\r\n" if secure else b"250-pynet\r\n250 STARTTLS\r\n"
    answers = {b"NOOP": b"250 ok\r\n", b"QUIT": b"221 bye\r\n"}
    return answers.get(command, b"502 not here\r\n")


class MailServer:
    def __init__(self, certificate: str, key: str) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)

    def handler(self, sock: pynet.Socket) -> None:
        """One client, in a thread of its own."""
        sock.write("220 pynet\r\n")
        while line := sock.read_until("\n", max=1000, timeout=IDLE):
            if line.strip().upper() == b"STARTTLS" and not sock.encrypted:
                sock.write("220 go ahead\r\n")
                secure = sock.start_tls(
                    self.context, server_side=True, handshake_timeout=HANDSHAKE
                )
                secure.result()
                continue  # the same socket, from here on encrypted
            sock.write(reply(line, sock.encrypted))
            if line.upper().startswith(b"QUIT"):
                return

    def handle(self, sock: pynet.Socket) -> None:
        """What a client does wrong ends its connection only."""
        try:
            self.handler(sock)
        except OSError as error:  # ssl.SSLError and all errors of pynet are OSErrors
            print(f"{sock.remote_address}: {error}", file=sys.stderr, flush=True)


def main() -> None:
    port, certificate, key = sys.argv[1:]
    mail = MailServer(certificate, key)
    server = pynet.serve(mail.handle, int(port), "127.0.0.1", limit=100)
    pynet.run(lambda: print("listening on", server.port, flush=True), signals=True)


if __name__ == "__main__":
    main()
