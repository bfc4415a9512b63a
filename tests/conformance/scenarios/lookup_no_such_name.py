"""A name that the system does not resolve, with and without automatic selection."""

from connecting import outgoing, states
from harness import run, trace


def main():
    for who, auto in ("Cfalse", False), ("Ctrue", True):
        client = outgoing({"port": 80, "host": "256.1.1.1", "auto_select_family": auto}, who)
        client.on("error", lambda err, who=who: trace(who, "failed", err.syscall, err.hostname))
        states(client, who, "lookup error close")


run(main)
