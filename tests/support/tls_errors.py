"""What a program can see of an error of TLS."""

from __future__ import annotations


def described(error):
    """All that a program can see of an error of a socket; its peer has another port each time."""
    if error is None:
        return None
    names = ("errno", "strerror", "code", "library", "reason", "verify_code", "address")
    return (type(error), *(getattr(error, name, "-") for name in names), described(error.__cause__))
