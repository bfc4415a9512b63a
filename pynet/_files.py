"""Writing whole files, for BlockList.save()."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from typing import Any


def _set_mode(fd: int, name: str, mode: int) -> None:
    if sys.platform == "win32":
        os.chmod(name, mode)
    else:
        os.fchmod(fd, mode)


def replace(path: str | bytes | os.PathLike[str] | os.PathLike[bytes], data: bytes) -> None:
    """Gives the file at the path new contents in one step, with the permissions that it has. A symbolic link stays."""
    name = os.fsdecode(path)
    before = None
    with contextlib.suppress(FileNotFoundError):
        before = os.stat(name)
    if before is not None and not stat.S_ISREG(before.st_mode):
        with open(name, "wb") as file:  # no other file can take the place of a device or a FIFO
            file.write(data)
        return
    name = os.path.realpath(name)
    temporary = f"{name}.{os.urandom(6).hex()}.tmp"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    if sys.platform == "win32":
        flags |= os.O_NOINHERIT | os.O_BINARY
    else:
        flags |= os.O_CLOEXEC
    try:
        fd = os.open(temporary, flags, 0o666)
    except OSError as error:
        error.filename = name
        raise
    try:
        with open(fd, "wb") as file:
            file.write(data)
            file.flush()
            if before is not None:
                _set_mode(fd, temporary, stat.S_IMODE(before.st_mode))
            os.fsync(fd)
        os.replace(temporary, name)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def write(file: Any, data: bytes) -> None:
    """Writes ASCII to an open file, text or binary."""
    try:
        file.write("")
    except TypeError:
        rest = memoryview(data)
        while rest:
            written = file.write(rest)  # a file without a buffer may take a part
            rest = rest[written if isinstance(written, int) else len(rest) :]
    else:
        file.write(data.decode("ascii"))
