"""A client that sends HTTP in the clear."""

from harness import connect, record, run
from securing import serve


def main():
    def serving(server):
        client = connect(server, {})
        record(client, "C", "connect close")
        client.on("error", lambda err: None)
        client.resume()
        client.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.on("close", lambda had_error: server.close())

    serve({}, lambda sock: None, serving)


run(main)
