"""Without a host it is 'localhost' that is looked up."""

import pynet
from harness import run, trace


def main():
    def lookup(hostname, options, callback):
        trace("C", "asked", hostname)
        callback(Exception("enough"))

    pynet.connect({"port": 80, "lookup": lookup}).on("error", lambda err: None)
    pynet.connect({"port": 80, "host": None, "lookup": lookup}).on("error", lambda err: None)
    pynet.connect({"port": 80, "host": "", "lookup": lookup}).on("error", lambda err: None)


run(main)
