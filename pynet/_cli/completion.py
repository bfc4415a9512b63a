"""`pynet completion`: the completions of the shells."""

from __future__ import annotations

import argparse
import os

from pynet._cli.text import say

FILES = {"bash": "pynet.bash", "zsh": "_pynet", "fish": "pynet.fish"}
FOLDER = os.path.join(os.path.dirname(__file__), "completions")


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "completion",
        usage="%(prog)s SHELL",
        help="print the completion script of a shell",
        description="Prints the completion script of SHELL. In bash: `source <(pynet completion bash)`, in ~/.bashrc. "
        "In zsh: `pynet completion zsh > DIRECTORY/_pynet`, with a DIRECTORY of $fpath. In fish: `pynet completion "
        "fish | source`, in ~/.config/fish/config.fish.",
        epilog="Exit status: 0; 2 for wrong usage.",
    )
    parser.add_argument("shell", metavar="SHELL", choices=sorted(FILES), help="bash, fish or zsh")
    return parser


def run(args: argparse.Namespace) -> int:
    with open(os.path.join(FOLDER, FILES[args.shell]), encoding="utf-8") as file:
        say(file.read().rstrip("\n"))
    return 0
