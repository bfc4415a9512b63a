"""Writes the man page and the completions of the shells, all made from the parser of the command line.

    python tools/cli_files.py           # writes what has changed
    python tools/cli_files.py --check   # exits with 1 when a file is out of date, and names it

argparse-manpage and shtab make them; both are in the `test` extra. The files are in the repository, so that the build
of a wheel needs neither of them, nor a Python that can import the extension that it has built.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import sys
import unittest.mock
from pathlib import Path

import shtab
from argparse_manpage.manpage import Manpage

import pynet
from pynet._cli.parser import make_parser

ROOT = Path(__file__).resolve().parent.parent
MAN = "docs/man"
COMPLETIONS = "pynet/_cli/completions"
FILES = {"FILE", "PLACE", "A", "B"}  # metavars: what may be the path of a file
SUMMARY = "TCP and unix sockets, to try things with"


def commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The parsers of the subcommands by their names."""
    (action,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return dict(action.choices)


def helps_of(parser: argparse.ArgumentParser) -> dict[str, str]:
    """The one-line texts of the subcommands."""
    (action,) = (action for action in parser._actions if isinstance(action, argparse._SubParsersAction))
    return {each.dest: str(each.help) for each in action._choices_actions}


# --- the man page ---


@unittest.mock.patch.dict(os.environ, COLUMNS="80")  # argparse breaks lines by it
def man_page(date: str) -> str:
    parser = make_parser("pynet")
    parser.description = str(parser.description) % {"prog": "pynet"}
    status, environment = str(parser.epilog).split("\n\n")
    parser.epilog = None
    for command in commands_of(parser).values():
        command.description = f"{command.description}\n\n{command.epilog}"
    page = Manpage(parser, format="single-commands-section")
    page.description = SUMMARY
    page.manual = "User Commands"
    page.source = f"pynet {pynet.__version__}"
    page.date = date
    page.add_section("exit status", "=", page.format_text(status.partition(": ")[2]))
    page.add_section("environment", "=", page.format_text(environment))
    page.add_section("see also", "=", r"\fBnc\fR(1), \fBss\fR(8)")
    return tidied(str(page), date)


def tidied(text: str, date: str) -> str:
    """Without what mandoc and groff warn of: blank lines, and escapes in the date."""
    lines = [line.rstrip() for line in text.splitlines()]
    kept = []
    for number, line in enumerate(lines):
        following = next((each for each in lines[number + 1 :] if each), ".SH")
        if line:
            kept.append(line.replace(date.replace("-", r"\-"), date))
        elif not following.startswith((".SH", ".SS", ".TP", ".RS", ".RE", ".PP")) and kept[-1] != ".PP":
            kept.append(".PP")
    return "\n".join(kept) + "\n"


def date_of(page: str) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d", page.partition("\n")[0])
    return found[0] if found else ""


def current_man_page() -> str:
    """With the date of the file when that is up to date, else with today's."""
    path = ROOT / MAN / "pynet.1"
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if date_of(old) and man_page(date_of(old)) == old:
        return old
    return man_page(datetime.date.today().isoformat())


# --- completions ---


def completion(shell: str) -> str:
    """Of pynet and pynet-uv."""
    parser = make_parser("pynet")
    for name, command in commands_of(parser).items():
        command.description = helps_of(parser)[name]
        for action in command._actions:
            if action.metavar in FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    text = shtab.complete(parser, shell=shell)
    changes = {
        "bash": (r"(?m)^(complete .*) pynet$", r"\1 pynet pynet-uv"),
        "zsh": (r"(?m)^(#compdef|  compdef _shtab_pynet -N) pynet$", r"\1 pynet pynet-uv"),
        "fish": (r"\Z", "\ncomplete -c pynet-uv -w pynet\n"),
    }
    pattern, replacement = changes[shell]
    text, number = re.subn(pattern, replacement, text)
    if not number:
        sys.exit(f"tools/cli_files.py does not find {pattern} in what shtab {shtab.__version__} makes for {shell}")
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def made() -> dict[str, str]:
    """The contents of all files, by their paths."""
    return {
        f"{MAN}/pynet.1": current_man_page(),
        f"{MAN}/pynet-uv.1": ".so man1/pynet.1\n",
        f"{COMPLETIONS}/pynet.bash": completion("bash"),
        f"{COMPLETIONS}/_pynet": completion("zsh"),
        f"{COMPLETIONS}/pynet.fish": completion("fish"),
    }


def stale() -> dict[str, str]:
    """Those that are not as they are made now."""
    return {
        name: text
        for name, text in made().items()
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != text
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    args = parser.parse_args()
    found = stale()
    for name, text in found.items():
        print(f"{name} {'is out of date: run `make cli-files`' if args.check else 'is written'}")
        if not args.check:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(text, encoding="utf-8")
    return bool(found) and args.check


if __name__ == "__main__":
    sys.exit(main())
