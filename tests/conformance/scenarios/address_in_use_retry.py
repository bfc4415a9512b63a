"""The retry of the documentation: on EADDRINUSE close, wait, listen again."""

import pynet
from harness import answer, listen, record, run, trace, where


def main():
    first = pynet.create_server()
    second = pynet.create_server()
    record(second, "second", "listening close")
    failures = 0

    def listening():
        target = where(first)

        def retry():
            second.close(answer("second", "close callback"))
            second.listen(target)

        def failed(err):
            nonlocal failures
            failures += 1
            trace("second", "error", err.code, failures)
            if failures == 2:
                first.close()
            pynet.set_timeout(retry, 10)

        second.on("error", failed)
        second.on("listening", lambda: second.close())
        second.listen(target)

    listen(first, listening)


run(main)
