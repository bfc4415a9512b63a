"""What ends a subcommand, and with which exit status."""

from __future__ import annotations

FAILED = 1
USAGE = 2
INTERRUPTED = 130  # what a shell makes of SIGINT
TERMINATED = 143  # and of SIGTERM


class UsageError(Exception):
    """Arguments that do not fit together: one line, exit status 2."""


class CommandError(Exception):
    """A failure that ends the command: one line, and its exit status."""

    def __init__(self, text: object, status: int = FAILED) -> None:
        super().__init__(str(text))
        self.status = status
