"""A class derived from Socket, with a method of its own, connects and is what listeners get."""

import pynet
from harness import listen, record, run, trace, where


def main():
    class Chat(pynet.Socket):
        def say(self, text):
            return self.write(f"<{text}>")

    def connected(sock):
        record(sock, "S", "data end close")
        server.close()

    def listening():
        chat = Chat(allow_half_open=True)
        record(chat, "C", "connect end close")
        chat.resume()
        chat.on("end", lambda: chat.end())

        def ready():
            trace("C", "say", chat.say("hello"), chat.allow_half_open)
            chat.end()

        chat.connect(where(server), ready)

    server = pynet.create_server(connected)
    listen(server, listening)


run(main)
