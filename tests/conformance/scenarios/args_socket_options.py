"""Wrong values for the options keepAliveInitialDelay, encoding and typeOfService of Socket()."""

import pynet
from harness import run
from tables import table


def main():
    delays = {
        "undefined": None,
        "0": 0,
        "-1": -1,
        "1500": 1500,
        "1.5": 1.5,
        "text": "5",
        "object": {},
        "list": [],
    }
    table("keepAliveInitialDelay", delays, lambda value: pynet.Socket({"keep_alive_initial_delay": value}))
    encodings = {"undefined": None, "utf8": "utf8", "UTF-8": "UTF-8", "hex": "hex", "unknown": "rot13"}
    table("encoding", encodings, lambda value: pynet.Socket({"encoding": value}))
    services = {
        "undefined": None,
        "0": 0,
        "255": 255,
        "256": 256,
        "-1": -1,
        "1.5": 1.5,
        "text": "1",
        "object": {},
    }
    table("typeOfService", services, lambda value: pynet.Socket({"type_of_service": value}))


run(main)
