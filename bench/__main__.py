"""Runs one suite: `python bench SUITE [options]`. The suites are the modules of `suites/`; each has a main()."""

import importlib
import sys
from pathlib import Path

from lib import harness

SUITES = sorted(path.stem for path in (Path(__file__).resolve().parent / "suites").glob("[a-z]*.py"))


def main():
    if len(sys.argv) < 2 or sys.argv[1] not in SUITES:
        given = f"no suite {sys.argv[1]!r}; " if len(sys.argv) > 1 else ""
        sys.exit(f"{given}usage: python bench SUITE [options]; the suites are: {', '.join(SUITES)}")
    name = sys.argv.pop(1)
    sys.argv[0] = f"bench {name}"  # what the suite's --help shows
    try:
        importlib.import_module(f"suites.{name}").main()
    except (harness.Failed, TimeoutError) as failure:
        sys.exit(str(failure))
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
