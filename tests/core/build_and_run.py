#!/usr/bin/env python3
"""Build and run the C tests of this folder: one program for each test_*.c, with no Python in it.

Each program is linked with all of csrc/core and what its first line asks for, in a comment of this form:

    /* needs: uvio/resolve.c hooks -lpthread -DNAME=VALUE */

A path that ends in .c is a file under csrc, a bare name one of this folder; `libuv` brings in libuv's headers (not the
library); `hooks` brings in hooks.c, by which allocations and threads can be made to fail; what begins with a dash goes
to the compiler as it is.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CSRC = ROOT / "csrc"
BUILD = ROOT / "build" / "core"

WARNINGS = ["-std=c11", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-g", "-O1"]
# As in setup.py: -std=c11 hides POSIX, this shows it.
FEATURES = "-D_DARWIN_C_SOURCE=1" if sys.platform == "darwin" else "-D_GNU_SOURCE=1"
SANITIZERS = {
    "address": ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"],
    "thread": ["-fsanitize=thread", "-fno-omit-frame-pointer"],
    "coverage": ["--coverage", "-O0"],  # no sanitizer: gcov's counters, for make coverage
    "none": [],
}
HOOKED = ["malloc", "calloc", "realloc", "free", "pthread_create"]
TIMEOUT = 240  # on a slow machine; here the longest takes 3 seconds


class BuildError(Exception):
    """The program could not be built; the text is what the compiler said."""


def find_cc() -> str | None:
    """The C compiler to use: $CC (with its arguments), or the first usual name there is."""
    asked = os.environ.get("CC")
    if asked and shutil.which(shlex.split(asked)[0]):
        return asked
    return next(filter(None, map(shutil.which, ["cc", "gcc", "clang"])), None)


def test_sources() -> list[Path]:
    """The test programs' main files, by name."""
    return sorted(HERE.glob("test_*.c"))


def needs(source: Path) -> list[str]:
    """What the first line of a test file asks for."""
    with source.open(encoding="utf-8") as f:
        found = re.match(r"/\* needs: (.*?) \*/", f.readline())
    return shlex.split(found.group(1)) if found else []


def environment(sanitizer: str) -> dict[str, str]:
    """Our own process environment, without what a sanitizer run of Python has put into it."""
    env = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "DYLD_INSERT_LIBRARIES")}
    leaks = "0" if sys.platform == "darwin" else "1"
    if sanitizer == "address":
        env["ASAN_OPTIONS"] = f"detect_leaks={leaks}:detect_stack_use_after_return=1"
        env["UBSAN_OPTIONS"] = "print_stacktrace=1"
    if sanitizer == "thread":
        # The fork tests start threads in the child.
        env["TSAN_OPTIONS"] = "die_after_fork=0:halt_on_error=1"
    return env


def libuv_flags() -> list[str]:
    """Where libuv's headers are, as setup.py looks for them."""
    prefix = os.environ.get("PYNET_LIBUV")
    if prefix:
        return [f"-I{Path(prefix, 'include')}"]
    try:
        asked = subprocess.run(["pkg-config", "--cflags", "libuv"], capture_output=True, text=True)
    except FileNotFoundError:
        return []
    return shlex.split(asked.stdout)


def sanitizer_works(cc: str, sanitizer: str) -> bool:
    """Whether an empty program can be built and run with a sanitizer: its library may not be installed."""
    with tempfile.TemporaryDirectory() as tmp:
        source, program = Path(tmp, "probe.c"), Path(tmp, "probe")
        source.write_text("int main(void) { return 0; }\n", encoding="utf-8")
        command = [*shlex.split(cc), *SANITIZERS[sanitizer], str(source), "-o", str(program)]
        env = environment(sanitizer)
        if subprocess.run(command, capture_output=True, env=env).returncode != 0:
            return False
        return subprocess.run([program], capture_output=True, env=env).returncode == 0


def command_for(source: Path, program: Path, cc: str, sanitizer: str) -> tuple[list[str], list[Path]]:
    """The compiler's command line, and the source files in it."""
    files = [source, *sorted((CSRC / "core").glob("*.c"))]
    flags: list[str] = []
    libraries: list[str] = []
    for word in needs(source):
        if word == "hooks":
            files.append(HERE / "hooks.c")
            flags += [f"-D{name}=hook_{name}" for name in HOOKED]
        elif word == "libuv":
            flags += libuv_flags()
        elif word.endswith(".c"):
            files.append((CSRC if "/" in word else HERE) / word)
        elif word.startswith("-l"):
            libraries.append(word)
        else:
            flags.append(word)
    command = [*shlex.split(cc), *WARNINGS, FEATURES, *SANITIZERS[sanitizer], *flags, f"-I{CSRC}"]
    return [*command, *map(str, files), "-o", str(program), *libraries], files


def up_to_date(program: Path, stamp: Path, command: list[str], files: list[Path]) -> bool:
    """Whether `program` was made by this very command, after the last change of a source or header."""
    if not program.exists() or not stamp.exists() or stamp.read_text(encoding="utf-8") != shlex.join(command):
        return False
    headers = [h for folder in {f.parent for f in files} | {CSRC / "core"} for h in folder.glob("*.h")]
    made = program.stat().st_mtime_ns
    return all(f.stat().st_mtime_ns < made for f in [*files, *headers])


def with_objects(command: list[str], sanitizer: str, folder: Path) -> list[str]:
    """The command, with objects in place of the sources of csrc/core: programs with the same flags share them."""
    sources = [name for name in command if name.startswith(str(CSRC / "core" / ""))]
    if sanitizer == "coverage" or not sources:  # gcov's counters are next to the objects
        return command
    compiler = command[: command.index(next(name for name in command if name.endswith(".c")))]
    headers = (CSRC / "core").glob("*.h")
    state = [(str(f), f.stat().st_mtime_ns) for f in (*map(Path, sources), *sorted(headers))]
    key = hashlib.sha256(repr((compiler, state)).encode()).hexdigest()[:16]
    objects = folder / f"objects-{key}"
    if not objects.exists():
        with tempfile.TemporaryDirectory(dir=folder) as made:
            compile_in([*compiler, "-c", *sources], sanitizer, made)
            with contextlib.suppress(OSError):  # another process was faster
                os.rename(made, objects)
            os.makedirs(made, exist_ok=True)
    rest = [name for name in command if name not in sources]
    place = rest.index("-o")
    return [*rest[:place], *sorted(map(str, objects.glob("*.o"))), *rest[place:]]


def compile_in(command: list[str], sanitizer: str, folder: str | Path) -> None:
    """Runs the compiler in this folder. Raises BuildError."""
    done = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=environment(sanitizer),
    )
    if done.returncode != 0:
        raise BuildError(done.stdout or f"{command[0]} ended with {done.returncode}")


def build(source: Path, cc: str, sanitizer: str = "address", folder: Path = BUILD) -> Path:
    """Build one test program, unless it is there already. Raises BuildError."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"{source.stem}-{sanitizer}"
    stamp = folder / f"{program.name}.cmd"
    command, files = command_for(source, program, cc, sanitizer)
    if up_to_date(program, stamp, command, files):
        return program
    stamp.unlink(missing_ok=True)
    compile_in(with_objects(command, sanitizer, folder), sanitizer, folder)
    stamp.write_text(shlex.join(command), encoding="utf-8")
    return program


def run(program: Path, sanitizer: str = "address", timeout: float = TIMEOUT) -> tuple[bool, str]:
    """Run one test program: whether it passed, and what it wrote."""
    try:
        done = subprocess.run(
            [program],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            stderr=subprocess.STDOUT,
            errors="replace",
            timeout=timeout,
            env=environment(sanitizer),
        )
    except subprocess.TimeoutExpired as err:
        text = err.stdout.decode(errors="replace") if isinstance(err.stdout, bytes) else err.stdout or ""
        return False, f"{text}no end after {timeout:g} s\n"
    if done.returncode != 0:
        return False, f"{done.stdout}exit status {done.returncode}\n"
    return True, done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="tests to run, such as test_ip (default: all)")
    parser.add_argument("--sanitize", choices=sorted(SANITIZERS), default="address")
    parser.add_argument("--build-dir", type=Path, default=BUILD)
    args = parser.parse_args()

    cc = find_cc()
    if cc is None:
        print("no C compiler found: install gcc or clang, or set CC", file=sys.stderr)
        return 2
    sanitizer = args.sanitize
    if not sanitizer_works(cc, sanitizer):
        print(f"{cc} cannot build with the {sanitizer} sanitizer: running without", file=sys.stderr)
        sanitizer = "none"
    sources = [s for s in test_sources() if not args.names or s.stem in args.names]
    failed = 0
    for source in sources:
        try:
            passed, text = run(build(source, cc, sanitizer, args.build_dir), sanitizer)
        except BuildError as err:
            passed, text = False, str(err)
        failed += not passed
        print(f"{'ok    ' if passed else 'FAILED'} {source.stem}", flush=True)
        if not passed:
            print(text, flush=True)
    print(f"{len(sources) - failed} passed, {failed} failed")
    return 1 if failed or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
