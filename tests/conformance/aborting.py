"""More verbs, for abort signals; aborting.cjs has the same ones for Node."""

import pynet
from harness import trace


def why(reason):
    """A reason: the errors that signals make by their name, all else as it is."""
    if isinstance(reason, pynet.AbortError):
        return "AbortError"
    return "TimeoutError" if isinstance(reason, TimeoutError) else reason


def heard(who, label, signal):
    """A listener for abort that traces what it got."""
    return lambda event: trace(who, label, event.type, event.target is signal, signal.aborted, why(signal.reason))
