"""BoundSocket where a server listens: raises. Where another one is bound: not, until both listen."""

import pynet
from harness import attempt, run, trace


def main():
    server = pynet.create_server()

    def listening():
        port = server.address().port
        attempt("main", "listening there", lambda: pynet.BoundSocket(host="127.0.0.1", port=port))
        server.close()
        first = pynet.BoundSocket(host="127.0.0.1")
        second = pynet.BoundSocket(host="127.0.0.1", port=first.address().port)
        one, two = pynet.create_server(), pynet.create_server()
        one.on("listening", lambda: trace("main", "one listening"))
        two.on("listening", lambda: trace("main", "two listening"))

        def failed(err):
            trace("main", "two error", err.code, err.syscall, two.listening)
            one.close()

        two.on("error", failed)
        one.listen(first)
        two.listen(second)
        trace("main", "after", one.listening, two.listening)
        attempt("main", "adopted", second.address)

    server.listen(0, "127.0.0.1", listening)


run(main)
