"""An echo server and its client, over TCP and then over a unix socket: `make demo`.
On Windows a named pipe takes the place of the unix socket.

Exits with 0 when everything that was sent came back, else with 1 and a line that says
what did not.
"""

import sys
import tempfile
from pathlib import Path

import pynet

MESSAGES = [b"hello, ", b"echo\n", b"x" * 200_000]
SENT = b"".join(MESSAGES)
PATIENCE_MS = 10_000


def serve(where, on_listening, note):
    """An echo server: what a connection sends goes back to it, in C, with back-pressure."""

    def on_connection(sock):
        note("server", "connection")
        sock.on("error", lambda err: note("server", f"error: {err}"))
        sock.on("close", lambda had_error: note("server", "connection closed"))
        sock.pipe(sock)

    server = pynet.create_server(on_connection)
    server.on("error", lambda err: note("server", f"error: {err}"))
    server.on("close", lambda: note("server", "closed"))
    server.listen(*where, callback=lambda: on_listening(server))


def talk(target, note, on_done):
    """Connects, sends all messages, half-closes, and hands over what came back."""
    received: list[bytes] = []
    sock = pynet.connect(*target)
    # A callback that never comes must not keep the demonstration waiting for ever.
    sock.set_timeout(
        PATIENCE_MS, lambda: sock.destroy(TimeoutError("nothing came for 10 seconds"))
    )

    @sock.on("connect")
    def connected():
        note("client", "connected")
        for message in MESSAGES:
            sock.write(message)
        sock.end()
        note("client", f"sent {len(SENT):,} bytes")

    sock.on("data", received.append)
    sock.on(
        "end", lambda: note("client", f"end: {sum(map(len, received)):,} bytes came back")
    )
    sock.on("error", lambda err: note("client", f"error: {err}"))
    sock.on("close", lambda had_error: on_done(b"".join(received)))


def demonstrate(where, show):
    """One server, one conversation. Returns what went wrong, None when all is well."""
    events = []
    answers = []

    def note(who, what):
        events.append((who, what.split(":")[0]))
        print(f"  {who}: {what}")

    def on_listening(server):
        address = server.address()
        print(f"  server: listening on {show(address)}")

        def on_done(received):
            answers.append(received)
            server.close()

        talk(
            (address,) if isinstance(address, str) else (address.port, address.address),
            note,
            on_done,
        )

    pynet.run(
        lambda: serve(where, on_listening, note)
    )  # returns when nothing is left to do

    if not answers:
        return "the server did not come up, or the client never closed"
    if answers[0] != SENT:
        return f"{len(SENT):,} bytes were sent, {len(answers[0]):,} came back"
    expected = [
        ("server", "connection"),
        ("client", "connected"),
        ("client", "end"),
        ("server", "closed"),
    ]
    missing = [f"{who}: {what}" for who, what in expected if (who, what) not in events]
    return f"events that never came: {', '.join(missing)}" if missing else None


def main():
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        windows = sys.platform == "win32"
        kind = "named pipe" if windows else "unix socket"
        name = Path(folder).name
        path = rf"\\.\pipe\{name}" if windows else str(Path(folder, "echo.sock"))
        for title, where, show in (
            (
                "TCP",
                (0, "127.0.0.1"),
                lambda address: f"{address.address} port {address.port}",
            ),
            (kind, (path,), str),
        ):
            print(f"{title}:")
            problem = demonstrate(where, show)
            if problem is None:
                print(f"  all {len(SENT):,} bytes were echoed")
            else:
                problems.append(f"{title}: {problem}")
    for problem in problems:
        print(f"FAILED: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
