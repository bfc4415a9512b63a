"""connect() on a destroyed socket with data that was never read."""

import pynet
from harness import connect, listen, run, settle, trace, where


def main():
    def listening():
        def later():
            trace("C", "length", client.readable_length)
            client.remove_all_listeners("readable")
            client.destroy()
            client.once("close", closed)

        def closed(had_error):
            trace("C", "closed", client.readable_length)
            client.connect(where(server))
            trace("C", "again", client.readable_length, client.readable_flowing)
            client.once("connect", lambda: pynet.set_timeout(last, 30))

        def last():
            trace("C", "read", client.readable_length, client.read())
            client.once("close", lambda had_error: server.close())
            client.destroy()

        client = connect(server, {})
        client.on("readable", lambda: None)
        settle(later)

    def accepted(sock):
        sock.on("error", lambda err: None)
        sock.resume()
        sock.write("hello")

    server = pynet.create_server(accepted)
    listen(server, listening)


run(main)
