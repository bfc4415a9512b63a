"""More verbs, for what becomes of arguments, row by row; tables.cjs has the same ones for Node."""

import pynet
from harness import attempt, record


def discard(made):
    """Ends what a call has made, without a trace."""
    if isinstance(made, pynet.Socket):
        made.on("error", lambda err: None).destroy()
    elif isinstance(made, pynet.Server):
        made.on("error", lambda err: None).close()


def table(who, rows, call):
    """One line for each row: whether call(argument) raised, and what; what it made is discarded at once."""
    for label, argument in rows.items():
        attempt(who, label, lambda argument=argument: discard(call(argument)))


def outcomes(rows, call):
    """One group for each row: whether call(argument) raised, and what happens then; what succeeds is closed."""

    def one(label, argument):
        made = call(argument)
        record(made, label, "connect listening error close")
        made.on("connect", lambda: made.destroy())
        made.on("listening", lambda: made.close())

    for label, argument in rows.items():
        attempt(label, "call", lambda label=label, argument=argument: one(label, argument))
