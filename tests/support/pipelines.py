"""What the tests of pipeline() share; their fixture `lines` is in package/conftest.py."""

from __future__ import annotations

from helpers import Recorder

EVENTS = ("end", "finish", "error", "close")


class Boom(Exception):
    pass


def log_of(**streams):
    """One log of the events of all, as "name:event"."""
    log = Recorder(None)
    for name, stream in streams.items():
        for event in EVENTS:
            stream.on(event, log.note(f"{name}:{event}"))
    return log
