"""destroy() while the name is looked up: 'close', and nothing of the late answer."""

import pynet
from harness import record, run, state, trace


def main():
    client = pynet.connect({"port": 80, "host": "localhost"})
    record(client, "C", "lookup connect error close")
    client.destroy()
    pynet.set_timeout(lambda: trace("C", "later", state(client)), 100)


run(main)
