"""A certificate for another name."""

from harness import record, run
from securing import CLIENT, secure, serve


def main():
    def serving(server):
        client = secure(server, server_hostname="other.example")
        record(client, "C", CLIENT)
        client.on("close", lambda had_error: server.close())

    serve({}, lambda sock: sock.on("error", lambda err: None), serving)


run(main)
