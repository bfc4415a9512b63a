"""Connects for each line of stdin and prints [ms, outcome]; argv: JSON with port, addresses, timeout, mode."""

import json
import sys
import threading
import time

import pynet

case = json.loads(sys.argv[1])
addresses = [(address, 6 if ":" in address else 4) for address in case["addresses"]]


def connect():
    over = threading.Event()
    outcome = []

    def ended(text):
        outcome.append(((time.perf_counter() - began) * 1000, text))
        over.set()

    began = time.perf_counter()
    sock = pynet.connect(
        {
            "port": case["port"],
            "host": "name",
            "lookup": lambda host, options, done: done(None, addresses),
            "auto_select_family": True,
            "auto_select_family_attempt_timeout": case["timeout"],
            "happy_eyeballs": case["mode"],
        }
    )
    sock.on("connect", lambda: ended(sock.remote_address))
    sock.on("error", lambda err: ended(err.code))
    over.wait()
    sock.destroy()
    return outcome[0]


for _ in sys.stdin:
    print(json.dumps(connect()), flush=True)
