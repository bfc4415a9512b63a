"""User-space instructions per 1 KiB echo of servers that wait: tasks of asyncio, and threads.

Counted as in the suite instr: over 10 connections, a long run less a short one.
"""

import shutil
import sys

from lib import harness, report
from suites import instr

DEFAULT = ["pynet-aio-exactly", "pynet-aio-chunks", "pynet-threads-exactly", "asyncio-streams", "uvloop-streams"]
KNOWN = [*DEFAULT, "pynet-aio-drained", "pynet-threads-chunks", "pynet-uvloop-exactly", "pynet-uvloop-chunks"]
LIMITS = {"pynet-aio-exactly": 30000}


def main():
    parser = report.parser(__doc__)
    parser.add_argument("--servers", help="comma-separated: " + ", ".join(KNOWN))
    instr.add_options(parser)
    options = instr.parse(parser)
    roots = harness.checkouts(options.against)
    if shutil.which("valgrind") is None:
        sys.exit("the suite aio needs valgrind (apt install valgrind)")
    names = harness.available(harness.chosen(options.servers, KNOWN) if options.servers else DEFAULT)
    instr.run(names, options, roots, LIMITS)
