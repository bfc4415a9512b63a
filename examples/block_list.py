"""A server with a block list from a file, which it loads again on SIGHUP while it serves.

    python examples/block_list.py 8124 blocked.txt
    kill -HUP PID                                    # after each change of the file

The file may be a published list: FireHOL, Spamhaus DROP, `ipset save`, p2p.
Ctrl-C ends the server in order.
"""

import signal
import sys
import threading

import pynet


def echo_server(blocked: pynet.BlockList) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        sock.on("error", lambda err: None)
        sock.set_timeout(60_000, lambda: sock.destroy())
        sock.pipe(sock)

    return pynet.create_server(on_connection, block_list=blocked)


def reload(server: pynet.Server, path: str) -> None:
    """Any thread may call it. A file that is wrong changes nothing."""
    try:
        blocked = pynet.BlockList.from_file(path)
    except (OSError, ValueError) as error:
        print("the old list stays:", error, file=sys.stderr, flush=True)
    else:
        server.block_list = blocked  # from the next connection on
        print("rules:", len(blocked), flush=True)


def main() -> None:
    port, path = int(sys.argv[1]), sys.argv[2]
    server = echo_server(pynet.BlockList.from_file(path))

    def on_hangup(number: int, frame: object) -> None:
        # On a thread, the clients do not wait for a big file.
        threading.Thread(target=reload, args=(server, path)).start()

    def start() -> None:
        server.listen(port, "0.0.0.0")
        print("listening on", server.port, flush=True)

    signal.signal(signal.SIGHUP, on_hangup)
    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
