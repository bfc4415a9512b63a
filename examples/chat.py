"""A chat: what one member says, all others read. A member that does not read is dropped.

    python examples/chat.py 8124            # then, in two terminals: nc 127.0.0.1 8124
    python examples/chat.py /tmp/chat.sock  # a unix socket: nc -U /tmp/chat.sock

Ctrl-C ends it in order.
"""

import asyncio
import signal
import sys

import pynet

LONGEST_NAME = 30  # characters
LONGEST_LINE = 1000
MOST_UNREAD = 256 * 1024  # bytes that wait for a member; more drops it
IDLE = 600  # seconds without a line

members: dict[pynet.Socket, str] = {}


def tell_all(text: str, but: pynet.Socket | None = None) -> None:
    for sock in list(members):
        if sock is not but:
            sock.write(text + "\n")  # never waits: a slow member costs the others nothing


def printable(text: str) -> str:
    """Without control characters, which could change the reader's terminal."""
    return "".join(each for each in text if each.isprintable())


async def talk(sock: pynet.Socket) -> None:
    """One member, from the name to the last line."""
    sock.set_encoding("utf-8")  # from here on, all that is read is str
    sock.write("your name?\n")
    answer: str = await sock.read_until("\n", max=LONGEST_NAME, timeout=60)
    name = printable(answer).strip() or "nobody"
    tell_all(f"* {name} has come")
    members[sock] = name
    try:
        line: str
        async for line in sock.lines(max=LONGEST_LINE, timeout=IDLE):
            tell_all(f"{name}: {printable(line)}", but=sock)
    finally:
        del members[sock]
        tell_all(f"* {name} has gone")


async def member(sock: pynet.Socket) -> None:
    """What a member does wrong ends its connection, with a word why."""
    try:
        await talk(sock)
    except TimeoutError:
        sock.write("too slow\n")
    except pynet.NetError as error:
        if error.code == "ERR_READ_LIMIT":
            sock.write("too long\n")
        else:
            print(
                f"* lost {sock.remote_address or 'a member'}: {error.code}", file=sys.stderr
            )


async def main() -> None:
    place = int(sys.argv[1]) if sys.argv[1].isdigit() else sys.argv[1]
    server = await pynet.aio.serve(
        member, place, limit=1000, max_write_buffer=MOST_UNREAD, unlink_stale=True
    )
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print("listening on", server.port or server.address(), flush=True)
    await stop.wait()
    tell_all("* the chat closes")
    await server.shutdown(timeout=5)


if __name__ == "__main__":
    pynet.aio.run(main())
