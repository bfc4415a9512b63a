"""What the tests of loops over a server share."""

from __future__ import annotations

import threading

from helpers import raw_client


class InThread:
    """Runs a function in a thread; join() gives what it returned, or raises what it raised."""

    def __init__(self, function, *args):
        self.result = None
        self.error: BaseException | None = None

        def call():
            try:
                self.result = function(*args)
            except BaseException as error:
                self.error = error

        self.thread = threading.Thread(target=call, daemon=True)
        self.thread.start()

    def join(self):
        self.thread.join(5)
        assert not self.thread.is_alive(), "it still loops"
        if self.error is not None:
            raise self.error
        return self.result


def ask(srv):
    """Connects, sends a byte and gives the answer."""
    with raw_client(srv) as client:
        client.sendall(b"?")
        return client.recv(10)


def answer_all(srv, name=b"!"):
    """A loop that answers each connection; gives how many there were. From a server with listeners, it gets those that
    come after iter(srv)."""
    count = 0
    for sock in srv:
        sock.read_exactly(1, timeout=5)
        sock.end(name)
        sock.resume()
        count += 1
    return count
