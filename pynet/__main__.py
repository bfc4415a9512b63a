"""python -m pynet, pynet, pynet-uv: the command line, which is in pynet._cli."""

from __future__ import annotations

import sys

from pynet._cli import main

if __name__ == "__main__":
    sys.exit(main())
