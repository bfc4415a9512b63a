"""Two protocols on one port: HTTP is answered here, TLS is passed on to another server.

The first bytes say which one a client speaks.

    python examples/two_protocols.py 8124 127.0.0.1 443

Ctrl-C ends it in order.
"""

import sys

import pynet

PATIENCE = 5.0  # seconds for the first bytes
METHODS = (b"GET ", b"HEAD ", b"POST ", b"PUT ", b"DELETE ", b"OPTIONS ")
TLS_HANDSHAKE = b"\x16\x03"


def kind_of(head: bytes) -> str | None:
    """`http`, `tls` or `unknown`; None when it takes more bytes to tell."""
    starts = {**dict.fromkeys(METHODS, "http"), TLS_HANDSHAKE: "tls"}
    for start, kind in starts.items():
        if head.startswith(start):
            return kind
    return None if any(start.startswith(head) for start in starts) else "unknown"


def answer_http(sock: pynet.Socket) -> None:
    """The request is there from its first byte: nothing was lost by looking at it."""
    head = bytearray()

    def on_data(chunk: bytes) -> None:
        head.extend(chunk)
        if b"\r\n\r\n" in head or len(head) > 16384:
            body = b"this port speaks HTTP, too\n"
            sock.end(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    sock.on("data", on_data)


def pass_on(sock: pynet.Socket, target: tuple[str, int]) -> None:
    """The whole conversation, from its first byte, goes to another server."""
    upstream = pynet.connect(target[1], target[0], allow_half_open=True, connect_timeout=10)
    pynet.pipeline(sock, upstream, lambda err: None)
    pynet.pipeline(upstream, sock, lambda err: None)


def one_port(port: int, tls_target: tuple[str, int]) -> pynet.Server:
    def on_connection(sock: pynet.Socket) -> None:
        head = bytearray()

        def look() -> None:
            while (chunk := sock.read()) is not None:
                head.extend(chunk)
            if (kind := kind_of(bytes(head))) is not None:
                hand_on(kind)

        def hand_on(kind: str = "unknown") -> None:
            sock.off("readable", look)
            sock.off("end", hand_on)
            sock.set_timeout(0)
            if kind == "unknown":
                sock.end("what is this?\n")
                return
            sock.unshift(head)  # back into the socket: what reads it next begins here
            if kind == "http":
                answer_http(sock)
            else:
                pass_on(sock, tls_target)

        sock.on("error", lambda err: None)
        sock.on("readable", look)
        sock.on("end", hand_on)  # before it could be told
        sock.set_timeout(PATIENCE * 1000, sock.destroy)  # a client that says nothing

    server = pynet.create_server(on_connection, allow_half_open=True)
    return server.listen(port, "127.0.0.1")


def main() -> None:
    port, host, target_port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])

    def start() -> None:
        print("listening on", one_port(port, (host, target_port)).port, flush=True)

    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
