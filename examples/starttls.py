"""STARTTLS with the module ssl: a mail server, in clear text first, then in TLS.

    python examples/starttls.py 8025 certificate.pem key.pem
    openssl s_client -starttls smtp -connect 127.0.0.1:8025

SIGHUP reads the certificate again: new connections get it, those that are open stay.
"""

import signal
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
        self.files = certificate, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.load()

    def load(self) -> None:
        """Handshakes that begin after this use what is in the files now."""
        self.context.load_cert_chain(*self.files)

    def handler(self, sock: pynet.Socket) -> None:
        """One client, in a thread of its own."""
        sock.write("220 pynet\r\n")
        while line := sock.read_until("\n", max=1000, timeout=IDLE):
            if line.strip().upper() == b"STARTTLS":
                self.start_tls(sock)
                return
            sock.write(reply(line, secure=False))
            if line.upper().startswith(b"QUIT"):
                return

    def start_tls(self, sock: pynet.Socket) -> None:
        """The connection leaves pynet: from here on the module ssl reads and writes it."""
        with pynet.turn():  # nothing is read in between: the handshake may come at once
            sock.write("220 go ahead\r\n")
            # Raises ERR_SOCKET_UNREAD_DATA when something came behind STARTTLS in clear
            # text, as it should: a third party could have put it there, and it would be
            # taken for a command of the client in TLS.
            plain = sock.detach()
        plain.settimeout(HANDSHAKE)
        with self.context.wrap_socket(plain, server_side=True) as secure:
            secure.settimeout(IDLE)
            lines = secure.makefile("rb")
            while line := lines.readline(1000):
                secure.sendall(reply(line, secure=True))
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

    def renew(number: int, frame: object) -> None:
        mail.load()
        print("the certificate was read again", flush=True)

    signal.signal(signal.SIGHUP, renew)
    server = pynet.serve(mail.handle, int(port), "127.0.0.1", limit=100)
    pynet.run(lambda: print("listening on", server.port, flush=True), signals=True)


if __name__ == "__main__":
    main()
