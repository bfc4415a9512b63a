"""The command line: `pynet`, `pynet-uv` and `python -m pynet`. One file for each subcommand.

A file of a subcommand has add(commands), which describes its arguments, and run(args), which returns the exit status.
Nothing here is imported by `import pynet`, and only public names of pynet are used.
"""

from __future__ import annotations

import argparse
import os
import sys

from pynet._cli.errors import INTERRUPTED, CommandError, UsageError
from pynet._cli.parser import make_parser
from pynet._cli.text import complain


def program() -> str:
    """What the user typed: the name of a console script, or `python -m pynet`."""
    name = os.path.basename(sys.argv[0])
    return name if name in ("pynet", "pynet-uv") else "python -m pynet"


def main(argv: list[str] | None = None) -> int:
    """Runs a command line and returns the exit status."""
    try:
        return run(make_parser(program()).parse_args(argv))
    except KeyboardInterrupt:
        return INTERRUPTED
    except CommandError as error:
        complain(error)
        return error.status


def run(args: argparse.Namespace) -> int:
    """Runs the command that was chosen."""
    status: int
    try:
        status = args.run(args)
    except UsageError as error:
        status = args.parser.error(str(error))
    except (TypeError, ValueError) as error:
        if not hasattr(error, "code"):
            raise
        status = args.parser.error(str(error))  # an argument that pynet refuses
    return status
