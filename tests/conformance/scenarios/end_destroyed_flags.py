"""end() without data on a destroyed socket: is it ended?"""

import pynet
from harness import run, trace


def main():
    client = pynet.Socket()
    client.destroy()
    client.end()
    trace("C", "ended", client.writable_ended, client.writable_finished)
    failed = pynet.Socket()
    failed.on("error", lambda err: None)
    failed.destroy(ValueError("boom"))
    failed.end()
    trace("C", "ended", failed.writable_ended, failed.writable_finished)


run(main)
