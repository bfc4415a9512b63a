"""Every kind of value as the option path of listen(), with readableAll and writableAll."""

import os

import pynet
from harness import run
from tables import table


def main():
    rows = {
        "empty": {"path": ""},
        "number text": {"path": "a", "port": None},
        "text": {"path": "b"},
        "abstract, readableAll": {"path": "\0pynet-args", "readable_all": True},
        "abstract, writableAll": {"path": "\0pynet-args", "writable_all": True},
        "abstract, false": {"path": f"\0pynet-args-{os.getpid()}", "readable_all": False, "writable_all": False},
    }
    table("main", rows, lambda options: pynet.create_server().listen(options))


run(main)
