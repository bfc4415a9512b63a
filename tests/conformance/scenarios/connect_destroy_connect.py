"""connect(), destroy(), then connect() where there is no server, in one step: two 'close'."""

import pynet
from harness import listen, nowhere, record, run, where


def main():
    def going(empty):
        def listening():
            closes = []

            def closed(had_error):
                closes.append(had_error)
                if len(closes) == 2:
                    server.close()

            client = pynet.Socket()
            record(client, "C", "connect error close")
            client.connect(where(server))
            client.destroy()
            client.connect(empty)
            client.on("close", closed)

        def accepted(sock):
            sock.on("error", lambda err: None)
            sock.resume()

        server = pynet.create_server(accepted)
        listen(server, listening)

    nowhere(going)


run(main)
