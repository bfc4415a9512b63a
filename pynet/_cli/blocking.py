"""Files of addresses, for `proxy --block-list` and `check-ip`."""

from __future__ import annotations

import pynet
from pynet._cli.errors import USAGE, CommandError


def load_block_list(path: str) -> pynet.BlockList:
    """The rules of a file. CommandError, with the status of wrong usage, when it cannot be read."""
    try:
        return pynet.BlockList.from_file(path)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}", USAGE) from error
    except ValueError as error:
        raise CommandError(error if path in str(error) else f"{path}: {error}", USAGE) from error
