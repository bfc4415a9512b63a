"""More verbs, for scenarios about the reading half of a socket; reading.cjs has the same ones for Node."""

import threading

import pynet
from harness import show


def flow(sock):
    """Where the reading half stands: its mode, and what is buffered."""
    flowing, paused = show(sock.readable_flowing), show(sock.is_paused())
    return f"flowing={flowing} paused={paused} length={sock.readable_length}"


def flags(sock):
    """What became of the reading half: the flags that are up, by Node's names."""
    names = ("readable", "readableDidRead", "readableEnded", "readableAborted", "closed")
    up = [name for name in names if getattr(sock, name)]
    if sock.errored is not None:
        up.append("errored")
    return " ".join(up) or "-"


def arrived(sock, total, f):
    """Calls f when `sock` has read `total` bytes in its life, and what follows from that has happened."""
    pynet.set_immediate(lambda: f() if sock.bytes_read >= total else arrived(sock, total, f))


def in_turn(source, to, chunks, f):
    """Writes the chunks to `source`, each when `to` has read the one before, and then calls f: each is read alone."""
    if not chunks:
        return f()
    first = chunks[0].encode() if isinstance(chunks[0], str) else chunks[0]
    total = to.bytes_read + len(first)
    source.write(chunks[0])
    return arrived(to, total, lambda: in_turn(source, to, chunks[1:], f))


def outside(f):
    """Calls f in one turn, from a thread that does not drive the loop; Node has one thread, and there it is a step."""

    def step():
        with pynet.turn():
            f()

    threading.Thread(target=step).start()


def chars(text):
    """A text, with what is not printable ASCII as its code point; bytes stay what they are."""
    if not isinstance(text, str):
        return text
    return "'" + "".join(char if " " <= char <= "~" else f"<{ord(char):x}>" for char in text) + "'"
