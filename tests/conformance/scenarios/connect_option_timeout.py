"""The option `timeout` of connect() of the module; of a Socket it is not one."""

import pynet
from connecting import serve
from harness import attempt, run, trace


def main():
    def serving(target, server):
        server.close()
        for timeout in 500, 0, None:
            client = pynet.connect({**target, "timeout": timeout}).on("error", lambda err: None)
            client.destroy()
            trace("C", "timeout", client.timeout)
        trace("C", "of a socket", pynet.Socket({"timeout": 500}).timeout)
        attempt("C", "negative", lambda: pynet.connect({**target, "timeout": -1}))
        attempt("C", "text", lambda: pynet.connect({**target, "timeout": "5"}))

    serve(serving)


run(main)
