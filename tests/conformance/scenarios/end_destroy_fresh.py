"""end() and destroy() in one step on a socket that was never connected: 'finish', then 'close'."""

import pynet
from harness import answer, record, run


def main():
    client = pynet.Socket()
    record(client, "C", "prefinish finish error")
    pynet.finished(client, answer("C", "finished writing"), readable=False)
    record(client, "C", "close")
    client.end(callback=answer("C", "end callback"))
    client.destroy()


run(main)
