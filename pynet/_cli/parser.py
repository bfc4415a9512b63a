"""The parser of the whole command line. The man page and the completions are made from it as well."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any, NoReturn

import pynet
from pynet._cli import bench, check_ip, completion, connect, echo, listen, proxy, scan, serve
from pynet._cli.errors import USAGE
from pynet._cli.text import note, say

COMMANDS = (echo, serve, listen, connect, proxy, scan, bench, check_ip, completion)
EXIT_STATUS = """\
Exit status, unless the help of a command says otherwise: 0 for success; 1 for failure, such as a refused connection or
an address in use, with one line on stderr; 2 for wrong usage; 130 after Ctrl-C.

NO_COLOR in the environment switches colours off."""


class Formatter(argparse.HelpFormatter):
    """Keeps paragraphs apart, and the lines of those that are indented."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return "\n\n".join(
            textwrap.indent(each, indent)
            if each.startswith("    ")
            else textwrap.fill(" ".join(each.split()), width, initial_indent=indent, subsequent_indent=indent)
            for each in text.split("\n\n")
        )


class Parser(argparse.ArgumentParser):
    """Takes options in full only, and says in one line what is wrong."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", Formatter)
        super().__init__(*args, **options)

    def error(self, message: str) -> NoReturn:
        note(f"{self.prog}: {' '.join(message.split())} (see `{self.prog} --help`)")
        self.exit(USAGE)

    def _print_message(self, message: str, file: Any = None) -> None:
        """Help and version go to stdout, where argparse would ignore all errors."""
        if message:
            say(message.rstrip("\n"))

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # The parser of the command names itself in the messages about what comes after it.
        known, unknown = super().parse_known_args(args, namespace)
        if unknown and not hasattr(known, "parser"):
            known.parser = self
        if unknown:
            known.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown


def make_parser(prog: str) -> argparse.ArgumentParser:
    """The parser, with `args.run` and `args.parser` of the command that was chosen."""
    top = Parser(
        prog=prog,
        description="TCP and unix sockets, to try things with: servers, clients, a proxy that can be slow, a load "
        "generator. `%(prog)s COMMAND --help` describes a command.",
        epilog=EXIT_STATUS,
    )
    top.add_argument("--version", action="version", version=f"pynet {pynet.__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", title="commands")
    for module in COMMANDS:
        parser = module.add(commands)
        parser.set_defaults(run=module.run, parser=parser)
    return top
