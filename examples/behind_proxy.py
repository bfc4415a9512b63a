"""A server behind a proxy that sends the PROXY protocol: it sees the real clients.

python behind_proxy.py PORT PROXY [BLOCKED...]     addresses or networks
"""

import sys

import pynet


def on_connection(sock):
    if sock.proxy.command == "LOCAL":  # the proxy sees that we are alive
        sock.end()
        return
    print(f"{sock.remote_address} by {sock.proxy.peer.address}", flush=True)
    sock.write(f"hello {sock.remote_address}\r\n")
    sock.pipe(sock)


def on_proxy_error(error, info):
    print(f"refused {info.peer.address}: {error.code}", flush=True)


def main():
    port, proxy, *blocked = sys.argv[1:]
    server = pynet.create_server(
        on_connection,
        proxy_protocol=[proxy],
        block_list=pynet.BlockList(blocked),
    )
    server.on("proxyError", on_proxy_error)
    server.on("listening", lambda: print("listening on", server.port, flush=True))
    server.listen(int(port), "0.0.0.0")


if __name__ == "__main__":
    pynet.run(main, signals=True)
