"""The same for a socket that dies before it connects: the callbacks come between the 'close' listeners."""

import pynet
from harness import connect, listen, run, settle, trace


def main():
    def arrived(sock):
        sock.on("error", lambda err: None)
        sock.resume()

    def listening():
        client = connect(server, {})
        client.on("close", lambda had_error: trace("C", "first listener"))
        client.write("early", lambda err: trace("C", "first callback", err.code))
        client.write("too", lambda err: trace("C", "second callback", err.code))

        def second(had_error):
            trace("C", "second listener")
            settle(lambda: server.close())

        client.on("close", second)
        client.destroy()

    server = pynet.create_server(arrived)
    listen(server, listening)


run(main)
