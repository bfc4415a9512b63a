"""A peer of TLS, step by step: by the module ssl over memory, so that a test sees and sends each flight itself."""

from __future__ import annotations

import socket
import ssl


class Client:
    """A client that does nothing by itself."""

    def __init__(self, sock: socket.socket, context: ssl.SSLContext, name: str | None = "localhost") -> None:
        self.sock = sock
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.secure = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)

    def step(self) -> bool:
        """Goes on with the handshake as far as it can. True: it is complete."""
        try:
            self.secure.do_handshake()
        except ssl.SSLWantReadError:
            return False
        return True

    def send(self) -> bytes:
        """Sends what TLS has to say; returns it."""
        data = self.outgoing.read()
        self.sock.sendall(data)
        return data

    def receive(self) -> bytes:
        """Waits for more bytes of the peer; b"" is its end."""
        data = self.sock.recv(65536)
        self.incoming.write(data)
        return data

    def shake_hands(self, *, finish: bool = True) -> None:
        """The whole handshake; finish=False: the last flight has not been sent."""
        while not self.step():
            self.send()
            assert self.receive(), "the peer has closed"
        if finish:
            self.send()

    def read(self, size: int = 65536) -> bytes:
        """Waits for plaintext; b"" is the end of TLS."""
        while True:
            try:
                return self.secure.read(size)
            except ssl.SSLWantReadError:
                assert self.receive(), "a FIN without close_notify"
            except ssl.SSLZeroReturnError:
                return b""
