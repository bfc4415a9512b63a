"""The type of service that is set while connecting is there in 'connect'."""

from connecting import outgoing, serve
from harness import attempt, run, trace


def main():
    def serving(target, server):
        client = outgoing({**target, "type_of_service": 8})
        attempt("C", "get", lambda: trace("C", "got", client.get_type_of_service()))
        attempt("C", "set", lambda: client.set_type_of_service(64))
        client.on("connect", lambda: trace("C", "connected", client.get_type_of_service()))

    serve(serving)


run(main)
