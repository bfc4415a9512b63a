"""A client that does not trust the certificate: what it hears, and its callback of a write."""

from harness import answer, record, run, trace
from securing import CLIENT, distrusting, serve


def main():
    def serving(server):
        def closed(had_error):
            trace("C", "authorized", client.authorized)
            server.close()

        client = distrusting(server)
        record(client, "C", CLIENT)
        client.write("early", answer("C", "callback"))
        client.on("close", closed)

    serve({}, lambda sock: sock.on("error", lambda err: None), serving)


run(main)
