"""Wrong arguments and options of createServer()."""

import pynet
from harness import run
from tables import table


def main():
    rows = {"undefined": None, "empty": {}, "number": 5, "text": "x"}
    table("options", rows, lambda options: pynet.create_server(options))
    table("new", rows, lambda options: pynet.Server(options))
    delays = {"0": 0, "-1": -1, "1500": 1500, "1.5": 1.5, "text": "5", "object": {}, "list": []}
    table("keepAliveInitialDelay", delays, lambda delay: pynet.create_server({"keep_alive_initial_delay": delay}))
    marks = {"0": 0, "1000": 1000, "text": "5", "object": {}, "list": []}
    table("highWaterMark", marks, lambda mark: pynet.create_server({"high_water_mark": mark}))


run(main)
