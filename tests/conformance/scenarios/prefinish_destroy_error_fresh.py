"""destroy(err) in 'prefinish' of a socket that was never connected."""

import pynet
from harness import answer, record, run


def main():
    client = pynet.Socket()
    record(client, "C", "prefinish finish error close")
    client.on("prefinish", lambda: client.destroy(ValueError("boom")))
    client.end(callback=answer("C", "end callback"))


run(main)
