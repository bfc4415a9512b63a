"""A client that connects again after each loss, and notices a server that is silent.

    python examples/keep_connected.py 127.0.0.1 8124

Ctrl-C ends it in order.
"""

import sys

import pynet

PING_EVERY = 15.0  # seconds
SILENCE = 40.0  # seconds without a byte from the server: the connection is lost


def keep_connected(
    host: str, port: int, ping: float = PING_EVERY, silence: float = SILENCE
) -> pynet.Reconnecting:
    def on_data(chunk: bytes) -> None:
        print("got", chunk.decode(errors="replace").rstrip(), flush=True)

    def on_connected(sock: pynet.Socket) -> None:
        """Each connection is a new socket: its listeners and timers are made here."""
        print("connected to", sock.remote_port, flush=True)
        sock.write("hello\n")  # a new connection knows nothing of the last one
        sock.on("data", on_data)

        # A network that is cut sends no end. The ping makes the server answer.
        beat = pynet.set_interval(sock.write, ping * 1000, "ping\n")
        silent = TimeoutError(f"nothing came for {silence:g} seconds")
        sock.set_read_timeout(silence, lambda: sock.destroy(silent))
        sock.on("close", lambda had_error: beat.close())

    def on_lost(err: Exception | None) -> None:
        print("lost:", err or "the server has ended the connection", flush=True)

    client = pynet.reconnecting(
        port, host, backoff=(0.2, 30), max_elapsed=600, connect_timeout=10
    )
    client.on("connected", on_connected)
    client.on("lost", on_lost)
    client.on("giving_up", lambda err: print("giving up:", err, flush=True))
    return client


def main() -> None:
    host, port, *seconds = sys.argv[1:]
    pynet.run(lambda: keep_connected(host, int(port), *map(float, seconds)), signals=True)


if __name__ == "__main__":
    main()
