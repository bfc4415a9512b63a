"""A signal that is aborted in 'connectionAttemptFailed', of one address and of two."""

import pynet
from connecting import named, outgoing
from harness import nowhere, run


def main():
    def going(target):
        for who, addresses in ("C1", ["127.0.0.1"]), ("C2", ["127.0.0.1", "127.0.0.2"]):
            controller = pynet.AbortController()
            client = outgoing({**named(target, *addresses), "signal": controller.signal}, who)
            client.on("connectionAttemptFailed", lambda *args, controller=controller: controller.abort())

    nowhere(going)


run(main)
