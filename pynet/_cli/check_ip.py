"""`pynet check-ip`: is an address in a list?"""

from __future__ import annotations

import argparse
import sys

import pynet
from pynet._cli.blocking import load_block_list
from pynet._cli.errors import FAILED, UsageError
from pynet._cli.text import GREEN, RED, paint, say


def add(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "check-ip",
        usage="%(prog)s [OPTION]... FILE ADDRESS...",
        help="is an address in a block list?",
        description="Prints for each ADDRESS which rule of FILE covers it. FILE has one address, subnet "
        "(10.0.0.0/8) or range (10.0.0.1-10.0.0.9) in a line, or is the output of `ipset save` or a p2p list; `#` and "
        "`;` begin a comment.",
        epilog="Exit status, as of grep: 0 when a rule covers one of the addresses; 1 when none does; 2 for wrong "
        "usage, and for a FILE that cannot be read.\n\n"
        "Examples:\n\n"
        "    pynet check-ip blocked.txt 192.0.2.7\n"
        "    pynet check-ip -q blocked.txt 2001:db8::1 && echo blocked",
    )
    parser.add_argument("file", metavar="FILE", help="the rules, as for `pynet proxy --block-list`")
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS", help="an IPv4 or IPv6 address")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing: the exit status is the answer")
    return parser


def rule_for(blocked: pynet.BlockList, address: str) -> str | None:
    """The first rule that covers the address, as the file has it."""
    if address not in blocked:
        return None
    return next((rule for rule in blocked if address in pynet.BlockList([rule])), None)


def run(args: argparse.Namespace) -> int:
    for address in args.addresses:
        if not pynet.is_ip(address):
            raise UsageError(f"{address} is not an IP address")
    blocked = load_block_list(args.file)
    status = FAILED
    for address in args.addresses:
        rule = rule_for(blocked, address)
        if rule is not None:
            status = 0
        if args.quiet:
            continue
        answer = paint("is not blocked", GREEN, sys.stdout)
        if rule is not None:
            answer = f"{paint('is blocked', RED, sys.stdout)} by {rule}"
        if not say(f"{address} {answer}"):
            break
    return status
