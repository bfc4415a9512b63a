"""connect(), destroy(), connect(), destroy(err) in one step: each 'close' says whether its own connection failed."""

import pynet
from harness import listen, record, run, where


def main():
    def listening():
        def closed(had_error):
            if not had_error:
                server.close()

        client = pynet.Socket()
        record(client, "C", "connect error close")
        client.connect(where(server))
        client.destroy()
        client.connect(where(server))
        client.destroy(ValueError("boom"))
        client.on("close", closed)

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
