"""Echo server: the module socket, a thread for each connection, with a timeout as a server has one.

Argument 1: `exactly` collects whole messages, `chunks` sends what each recv() gives."""

import socket
import sys
import threading

import support

SIZE = 1024  # of a message


def exactly(sock):
    while True:
        message = b""
        while len(message) < SIZE:
            piece = sock.recv(SIZE - len(message))
            if not piece:
                return
            message += piece
        sock.sendall(message)


def chunks(sock):
    while True:
        chunk = sock.recv(65536)
        if not chunk:
            return
        sock.sendall(chunk)


def serve(sock, handler):
    sock.settimeout(30)
    if sock.family != socket.AF_UNIX:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with sock:
        try:
            handler(sock)
        except ConnectionError:  # the generator has gone
            pass


def main():
    handler = {"exactly": exactly, "chunks": chunks}[sys.argv[1]]
    path = support.unix_path(2)
    if path is None:
        listener = socket.create_server(("127.0.0.1", 0), backlog=support.BACKLOG)
        support.announce(listener.getsockname()[1])
    else:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(support.BACKLOG)
        support.announce(path)
    while True:
        sock, _ = listener.accept()
        threading.Thread(target=serve, args=(sock, handler), daemon=True).start()


if __name__ == "__main__":
    main()
