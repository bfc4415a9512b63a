"""What is written to stdout and stderr: lines, errors, progress, colours; and texts for numbers, both ways.

Lines go to the descriptors, not through Python's buffers, so that a reader has each of them at once.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import os
import re
import select
import sys
import time
from typing import TextIO

from pynet._cli.errors import CommandError

RED, GREEN, YELLOW = "31", "32", "33"
PROGRESS_INTERVAL = 0.1  # seconds


def descriptor(stream: TextIO | None) -> int:
    """That of a standard stream; -1 when it is closed."""
    return -1 if stream is None else stream.fileno()


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Writes everything, also when another process that shares the descriptor has made it non-blocking."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            select.select([], [fd], [])
        except OSError as error:
            if sys.platform == "win32" and error.errno == errno.EINVAL:  # what it says of a pipe without a reader
                raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE)) from None
            raise


def write_line(stream: TextIO | None, fd: int, text: str) -> None:
    if sys.platform == "win32" and stream is not None and stream.isatty():
        stream.write(f"{text}\n")  # a console takes text: its bytes would be those of its code page
        stream.flush()
    else:
        write_all(fd, os.fsencode(f"{text}\n"))


# --- lines ---


def say(text: str) -> bool:
    """Writes a line to stdout. False if its reader has closed it; CommandError for all other failures."""
    fd = descriptor(sys.stdout)
    if fd < 0:
        return False
    progress.clear()
    try:
        write_line(sys.stdout, fd, text)
    except BrokenPipeError:
        return False
    except OSError as error:
        raise CommandError(f"stdout: {error.strerror}") from error
    return True


def note(text: str, *, prefix: str = "") -> None:
    """Writes a line to stderr. Errors are ignored: there is no other place for them."""
    fd = descriptor(sys.stderr)
    if fd < 0:
        return
    progress.clear()
    with contextlib.suppress(OSError):
        write_line(sys.stderr, fd, f"{prefix}{text}")


def complain(error: object) -> None:
    """Writes an error to stderr, on one line."""
    note(" ".join(str(error).splitlines()), prefix=paint("pynet:", RED, sys.stderr) + " ")


def paint(text: str, colour: str, stream: TextIO | None) -> str:
    """The text in a colour, if the stream is a terminal and the user has not switched colours off."""
    return f"\x1b[{colour}m{text}\x1b[0m" if coloured(stream) else text


def coloured(stream: TextIO | None) -> bool:
    return has_cursor(stream) and not os.environ.get("NO_COLOR")


def has_cursor(stream: TextIO | None) -> bool:
    """Whether it is a terminal that understands more than text."""
    if sys.platform == "win32":
        return is_terminal(stream) and understands_escapes(descriptor(stream))
    return is_terminal(stream) and os.environ.get("TERM") != "dumb"


if sys.platform == "win32":

    def understands_escapes(fd: int) -> bool:
        """Makes a console of Windows understand escape sequences. False if it cannot."""
        import ctypes
        import msvcrt

        kernel = ctypes.windll.kernel32
        handle = ctypes.c_void_p(msvcrt.get_osfhandle(fd))
        mode = ctypes.c_ulong()
        processing = 4  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
        if not kernel.GetConsoleMode(handle, ctypes.byref(mode)):
            return False
        return bool(kernel.SetConsoleMode(handle, mode.value | processing))


def is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


class Progress:
    """One line on stderr that is rewritten, if stderr is a terminal. Whatever else is written clears it first."""

    def __init__(self) -> None:
        self.shown = False
        self.next = 0.0

    def show(self, text: str) -> None:
        """Shows the text, but not more often than a person can read it."""
        now = time.monotonic()
        if now >= self.next and has_cursor(sys.stderr):
            self.next = now + PROGRESS_INTERVAL
            self.put(f"\r\x1b[K{text}")
            self.shown = True

    def clear(self) -> None:
        if self.shown:
            self.shown = False
            self.put("\r\x1b[K")

    def put(self, text: str) -> None:
        with contextlib.suppress(OSError):
            write_all(descriptor(sys.stderr), text.encode())


progress = Progress()

# --- numbers ---


def short_time(seconds: float) -> str:
    """0.42 ms, 17.3 ms, 1.25 s"""
    if seconds < 1:
        return f"{seconds * 1000:.3g} ms" if seconds < 0.1 else f"{seconds * 1000:.0f} ms"
    return f"{seconds:.2f} s"


def short_size(count: float) -> str:
    """512 B, 1.5 KiB, 20.0 MiB"""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"


def plural(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def size(text: str) -> int:
    """The type of an argument: bytes, as 4096, 64k or 1M."""
    match = re.fullmatch(r"(\d{1,15}(?:\.\d+)?)\s*([kKmMgG]?)(?:i?[bB])?", text, re.ASCII)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of bytes, such as 4096, 64k or 1M")
    return int(float(match[1]) * 1024 ** " kmg".index(match[2].lower() or " "))


def positive_size(text: str) -> int:
    count = size(text)
    if count < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is less than one byte")
    return count


def seconds(text: str) -> float:
    """The type of an argument: a time, as 1.5, 1.5s or 200ms."""
    match = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(s|ms)?", text, re.ASCII)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a time, such as 1.5 (seconds) or 200ms")
    value = float(match[1]) / (1000 if match[2] == "ms" else 1)
    if value > 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is too long")
    return value


def positive_seconds(text: str) -> float:
    value = seconds(text)
    if value <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not more than 0")
    return value


def count(text: str) -> int:
    """The type of an argument: a number from 1 on."""
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10**9):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
