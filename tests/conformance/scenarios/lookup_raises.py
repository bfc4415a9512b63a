"""What a lookup function raises at once leaves connect()."""

import pynet
from harness import attempt, record, run, state, trace


def main():
    def lookup(hostname, options, callback):
        raise RuntimeError("no luck")

    for auto in False, True:
        client = pynet.Socket()
        record(client, "C", "lookup error close")
        given = {"port": 80, "host": "some.name", "lookup": lookup, "auto_select_family": auto}
        attempt("C", "connect", lambda client=client, given=given: client.connect(given))
        trace("C", "after", state(client))


run(main)
