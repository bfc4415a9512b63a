"""connect() to a file that is no socket."""

import pynet
from harness import record, run


def main():
    with open("plain", "w", encoding="utf-8") as file:
        file.write("text")
    client = pynet.connect("plain")
    record(client, "C", "connect error close")


run(main)
