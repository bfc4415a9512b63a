"""What the reports of the suites share: common options, the order of rounds, ratios, targets, the file, the status."""

import argparse
import json
import random
import statistics
import sys
from pathlib import Path


def parser(about):
    """An option parser with the options that every suite has; the first line of `about` describes it."""
    made = argparse.ArgumentParser(description=about.splitlines()[0])
    made.add_argument("--quick", action="store_true", help="does everything work? The numbers mean little")
    made.add_argument("--json", metavar="FILE", help="write the numbers there too")
    made.add_argument("--check", action="store_true", help="exit 1 if pynet misses one of its targets")
    return made


def parse(made, **quick):
    """The options. With --quick the defaults are those in `quick`; an option that is given beside it still counts."""
    options = made.parse_args()
    if options.quick:
        made.set_defaults(**quick)
        options = made.parse_args()
    return options


def add_against(made):
    made.add_argument(
        "--against", metavar="DIR", help="also measure pynet's servers with the package of another, built checkout"
    )


AGAINST = f"{'of DIR':>10}{'ratio':>8}"  # the header of against()


def against(here, there):
    """The cells of a figure of the other checkout, and ours relative to it; empty where there is none."""
    return f"{'':>18}" if there is None else f"{there:>10,.0f}{here / there:>8.3f}"


def finish(options, document, good):
    """Write `document` where --json says; end with status 1 if a target was missed and --check asks for it."""
    if options.json:
        Path(options.json).write_text(json.dumps(document, indent=1) + "\n")
    if options.check and not good:
        sys.exit(1)


def shuffled(items, turn):
    """Every round has another order, the same in every run."""
    order = list(items)
    random.Random(turn).shuffle(order)
    return order


def ratio(by_server, name, base, number):
    """The median over rounds of `name` against `base`, or None when one was not measured."""
    pairs = zip(by_server.get(name, ()), by_server.get(base, ()), strict=False)
    ratios = [mine[number] / theirs[number] for mine, theirs in pairs if theirs[number]]
    return statistics.median(ratios) if ratios else None


def shown(value):
    return "-" if value is None else f"{value:.2f}"


def rows(targets, results):
    """Rows for judge(), of targets (what, shape, number, server, against, bound, True when it is an upper bound)."""
    return [
        (what, ratio(results.get(shape, {}), name, base, number), bound, at_most)
        for what, shape, number, name, base, bound, at_most in targets
    ]


def judge(targets):
    """Print each target (what, reached, bound, True when it is an upper bound); True when none was missed.

    A target that was not measured (None) is left out."""
    good = True
    measured = [row for row in targets if row[1] is not None]
    if measured:
        print("\nwhat pynet must reach")
    for what, reached, bound, at_most in measured:
        fine = reached <= bound if at_most else reached >= bound
        good = good and fine
        side = "at most" if at_most else "at least"
        print(f"  {what:<54}{reached:>8.2f}  ({side} {bound:g}: {'ok' if fine else 'NOT REACHED'})")
    return good
