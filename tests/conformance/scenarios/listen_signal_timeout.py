"""A server that AbortSignal.timeout() closes, or any() of two signals."""

import pynet
from harness import record, run


def main():
    server = pynet.create_server()
    record(server, "timeout", "listening close error")
    server.listen({"port": 0, "signal": pynet.AbortSignal.timeout(20)})
    controller = pynet.AbortController()
    either = pynet.create_server()
    record(either, "any", "listening close error")
    signal = pynet.AbortSignal.any([pynet.AbortController().signal, controller.signal])
    either.listen({"port": 0, "signal": signal}, lambda: controller.abort())


run(main)
