"""Echo server over TLS: ssl.SSLSocket, a thread for each connection. Arguments: certificate and key."""

import socket
import ssl
import sys
import threading

import support


def echo(sock, context):
    try:
        with context.wrap_socket(sock, server_side=True) as tls:
            while data := tls.recv(65536):
                tls.sendall(data)
    except OSError:
        sock.close()


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*sys.argv[1:3])
    with socket.create_server(("127.0.0.1", 0), backlog=support.BACKLOG) as server:
        support.announce(server.getsockname()[1])
        while True:
            sock, _peer = server.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=echo, args=(sock, context), daemon=True).start()


if __name__ == "__main__":
    main()
