"""end(), destroy(), connect() in one step on a socket that was never connected."""

import pynet
from harness import answer, listen, record, run, state, trace, where


def main():
    def listening():
        def later():
            trace("C", "state", state(client), client.writable_ended)
            client.destroy()
            server.close()

        client = pynet.Socket()
        record(client, "C", "connect ready prefinish finish error")
        client.end(callback=answer("C", "end callback"))
        client.destroy()
        client.connect(where(server))
        client.on("ready", lambda: pynet.set_timeout(later, 10))

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
