"""destroy() during a lookup and connect() again: the late answer of the first lookup changes nothing."""

import pynet
from connecting import looking, outgoing
from harness import listen, run, state, trace, where


def main():
    def connected(sock):
        sock.end()
        sock.resume()

    def listening():
        def again(had_error):
            client.connect(options)
            callbacks[1](None, "127.0.0.1", 4)
            trace("C", "after connect", state(client))
            client.once("close", lambda had_error: server.close())

        callbacks = []
        options = looking(where(server), lambda hostname, given, callback: callbacks.append(callback))
        options["auto_select_family"] = False
        client = outgoing(options)
        client.destroy()
        client.once("close", again)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
