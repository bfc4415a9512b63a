"""A TCP forwarder: each connection to our port is joined to a connection to the target.

    python examples/forward.py 8080 example.org 80

Ctrl-C ends it in order: what is under way is sent first.
"""

import sys

import pynet


def forward(target: tuple[str, int], port: int) -> pynet.Server:
    """A server on `port` of 127.0.0.1 that passes on to `target`, and the answers back."""
    host, target_port = target

    def on_connection(client: pynet.Socket) -> None:
        # One side may end first: with half-open sockets the other direction goes on.
        upstream = pynet.connect(
            target_port, host, allow_half_open=True, connect_timeout=10
        )

        def over(err: pynet.NetError | None) -> None:
            # Both directions report a failure: one line is enough.
            if err is not None and client.user_data is None:
                client.user_data = err
                print(f"{client.remote_address}: {err}", file=sys.stderr)

        pynet.pipeline(client, upstream, over)
        pynet.pipeline(upstream, client, over)

    server = pynet.create_server(on_connection, allow_half_open=True)
    return server.listen(port, "127.0.0.1")


def main() -> None:
    port, host, target_port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])

    def start() -> None:
        server = forward((host, target_port), port)
        print("listening on", server.port, flush=True)

    pynet.run(start, signals=True)


if __name__ == "__main__":
    main()
