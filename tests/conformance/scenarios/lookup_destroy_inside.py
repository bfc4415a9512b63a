"""destroy() in the 'lookup' event, with one address and with several."""

from connecting import named, outgoing
from harness import nowhere, run


def main():
    def going(target):
        for who, addresses in ("one", ["127.0.0.1"]), ("several", ["127.0.0.1", "::1"]):
            client = outgoing(named(target, *addresses), who)
            client.on("lookup", lambda err, address, family, host, client=client: client.destroy())

    nowhere(going)


run(main)
