"""A Python program in a process of its own, which a test talks to while it runs."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap

from paths import ROOT


class Running:
    """A script under way: its lines, and how it ended."""

    def __init__(self, source: str, *args: str, **options):
        self.process = subprocess.Popen(
            [sys.executable, "-u", "-P", "-c", textwrap.dedent(source), *map(str, args)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **{"cwd": ROOT, **options},
        )

    def line(self) -> str:
        return self.process.stdout.readline().rstrip("\n")

    def rest(self) -> str:
        """What it still prints, when it ends by itself."""
        out, err = self.process.communicate(timeout=20)
        assert (self.process.returncode, err) == (0, ""), err
        return out

    def stop(self) -> str:
        """What it still prints after it got the signal to end. On Windows that signal ends it at once."""
        if sys.platform == "win32":
            self.process.terminate()
            return self.process.communicate(timeout=20)[0]
        self.process.send_signal(signal.SIGTERM)
        return self.rest()
