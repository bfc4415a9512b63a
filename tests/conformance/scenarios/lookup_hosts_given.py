"""What is looked up as it is given: names, and what is nearly an address."""

import pynet
from harness import run, trace


def main():
    def lookup(hostname, options, callback):
        trace("C", "asked", hostname)
        callback(Exception("enough"))

    hosts = "localhost", "Some.Name", "some.name.", "127.1", "256.1.1.1", "[::1]", "0x7f.1", "::1%", "1.2.3.4 x"
    for host in hosts:
        pynet.connect({"port": 80, "host": host, "lookup": lookup}).on("error", lambda err: None)


run(main)
