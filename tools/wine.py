"""Runs a program for Windows under wine, without a display: python tools/wine.py python [ARGUMENTS]

`python` is the one of tools/windows.sh, and finds pynet and its tests in this checkout. Anything else is the path of a
program. The exit status is that of the program. PYNET_WINE_PREFIX=FOLDER uses another prefix than build/windows/wine.

The streams of the program are pipes or /dev/null: under wine, CPython does not start if one of them is a file that it
inherits, since GetFileInformationByHandle() fails for a file whose name wine does not know. The first program of a
prefix starts services, which inherit the pipe and would hold it open; so they start before, with no pipe.

wine 10 is wanted. If the system has an older one, and this is root, tools/wine_root.sh runs that of Debian 13;
PYNET_WINE=system takes the older one.

A program does not end when wineserver does: it waits for ever. So services_run() tells whether wineserver is there, and
end_all() ends what is left. What wineserver says is in build/windows/wineserver.log.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "build" / "windows"
PYTHON = PLACE / "python" / "python.exe"
NEEDED = 10
IN_ROOT = "/usr/lib/wine/wine64"
LINGER_SECONDS = "120"  # how long the services stay after the last program
ANSWER_SECONDS = 120  # in which a small program must have come to its end


def installed(name: str, other: str) -> str:
    """Debian has wine64 in /usr/lib/wine; its /usr/bin/wine is a script that warns about a missing wine32."""
    found = Path("/usr/lib/wine", name)
    return str(found) if found.exists() else shutil.which(name) or other


@functools.cache
def loader() -> tuple[str, ...]:
    """How wine is run, without the program."""
    return (str(ROOT / "tools" / "wine_root.sh"), IN_ROOT) if in_root() else (installed("wine64", "wine"),)


@functools.cache
def in_root() -> bool:
    """Whether wine runs in the Debian 13 of tools/wine_root.sh."""
    if os.environ.get("PYNET_WINE") == "system" or os.geteuid() != 0:
        return False
    return version(installed("wine64", "wine")) < NEEDED


def version(wine: str) -> int:
    """The 10 of "wine-10.0 (Debian 10.0~repack-6)"; 0 if there is none."""
    try:
        said = subprocess.run([wine, "--version"], capture_output=True, text=True).stdout
    except OSError:
        return 0
    found = re.match(r"wine-(\d+)", said)
    return int(found[1]) if found else 0


def prefix() -> Path:
    given = os.environ.get("PYNET_WINE_PREFIX")
    return Path(given).resolve() if given else PLACE / ("wine-root" if in_root() else "wine")


def environment(**more: str) -> dict[str, str]:
    """Without what means Python or Node of this system."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "NODE_", "VIRTUAL_ENV", "DISPLAY"))}
    settings = {
        "WINEPREFIX": str(prefix()),
        "WINEDEBUG": os.environ.get("WINEDEBUG", "-all"),
        "WINEARCH": "win64",
        "WINEDLLOVERRIDES": "mscoree,mshtml,winemenubuilder.exe=",
        "PYTHONPATH": windows_path(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",  # as Python 3.15 does by itself
    }
    return {**kept, **settings, **more}


def windows_path(path: Path | str) -> str:
    """Z: is the root of this system."""
    return "Z:" + str(path).replace("/", "\\")


def quietly(*command: str, log: Path | None = None) -> bool:
    """Whether the program has ended by itself. `log` gets its standard error."""
    with (log or Path(os.devnull)).open("ab") as err:
        process = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=err,
            start_new_session=True,
        )
    try:
        process.wait(ANSWER_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return False
    return True


def start_services() -> None:
    """Makes the prefix if it is new; no dialogue when a program crashes, and Windows 10 is what programs see. Raises
    RuntimeError if no program runs, and ends what is left."""
    server = IN_ROOT.replace("wine64", "wineserver64") if in_root() else installed("wineserver64", "wineserver")
    prefix().mkdir(parents=True, exist_ok=True)  # without it, wineserver does not start
    # If a program starts wineserver, it ends with that program.
    good = quietly(*loader()[:-1], server, f"-p{LINGER_SECONDS}", log=PLACE / "wineserver.log")
    ready = prefix() / ".pynet-ready"
    if ready.exists():
        good = good and quietly(*loader(), "cmd", "/c", "ver")
    else:
        good = good and quietly(*loader(), "wineboot", "--init")
        for key, name, kind, value in (
            (r"HKCU\Software\Wine", "Version", "REG_SZ", "win10"),
            (r"HKCU\Software\Wine\WineDbg", "ShowCrashDialog", "REG_DWORD", "0"),
            (r"HKCU\Software\Wine\Drivers", "Graphics", "REG_SZ", "null"),
        ):
            good = good and quietly(*loader(), "reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")
        if good:
            ready.touch()
    if not good:
        end_all()
        raise RuntimeError(f"wine runs no program: see {PLACE / 'wineserver.log'}")


def processes() -> dict[int, str]:
    """The processes of the prefix, by their numbers: the name of each one's program, as it was started."""
    mark, found = f"WINEPREFIX={prefix()}".encode(), {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (place / "environ").read_bytes().split(b"\0"):
                program = (place / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
                if program:  # else it has ended
                    found[int(place.name)] = program
        except OSError:
            pass
    return found


def server_process() -> int | None:
    """The number of the process of wineserver."""
    found = [number for number, program in processes().items() if Path(program).name.startswith("wineserver")]
    return found[0] if len(found) == 1 else None


def is_there(process: int | None) -> bool:
    """Whether a process runs, and is not just waiting to be asked for its status."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def end_all() -> None:
    """Ends wineserver and every program of the prefix."""
    for number in processes():
        try:
            os.kill(number, signal.SIGKILL)
        except ProcessLookupError:
            pass


class Run:
    """A program under wine. `tell` gets what it writes, in pieces; the object knows its end."""

    def __init__(self, command: list[str], tell: Callable[[bytes], object], cwd: Path | None = None, **more: str):
        self.process = subprocess.Popen(
            [*loader(), *command],
            env=environment(**more),
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # stop() ends the processes that it has started, too
        )
        self.reader = threading.Thread(target=self._read, args=(tell,), daemon=True)
        self.reader.start()

    def _read(self, tell: Callable[[bytes], object]) -> None:
        assert self.process.stdout is not None
        while chunk := os.read(self.process.stdout.fileno(), 65536):
            tell(chunk)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; subprocess.TimeoutExpired if it still runs. A process it has left may hold the pipe."""
        status = self.process.wait(timeout)
        self.reader.join(2)
        return status

    def stop(self) -> None:
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.reader.join(2)


def show(chunk: bytes) -> None:
    sys.stdout.buffer.write(chunk.replace(b"\r\n", b"\n"))
    sys.stdout.buffer.flush()


def main() -> int:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    name, *arguments = sys.argv[1:]
    if name == "python":
        name = str(PYTHON)
    start_services()
    run = Run([name, *arguments], show)
    try:
        return run.wait() & 0xFF
    except KeyboardInterrupt:
        run.stop()
        return 130


if __name__ == "__main__":
    sys.exit(main())
