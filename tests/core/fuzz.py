#!/usr/bin/env python3
"""Fuzz what csrc/core does with bytes of strangers: tests/core/fuzz/fuzz_*.c, each a program of its own.

With clang's libFuzzer each target is run for --seconds. It begins with the inputs kept in tests/core/fuzz/corpus and
goes on from what it found before (build/fuzz). --keep adds what it has found to the kept inputs, as few as will do.
With --replay any C compiler will do: the kept inputs are run, and others made of them by chance. --headers N needs no
clang either: it makes N headers of the PROXY protocol. It is optimised, or with --sanitize under ASan and UBSan.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_and_run as core

FUZZ = core.HERE / "fuzz"
CORPUS = FUZZ / "corpus"
BUILD = core.ROOT / "build" / "fuzz"
LONGEST = 2048
HEADERS = "fuzz_proxy_header"
OPTIMISED = "optimised"
LIBFUZZER = "-fsanitize=fuzzer,address,undefined"
NO_CLANG = """no clang with libFuzzer found: install it, or set CLANG
    Debian, Ubuntu:  apt-get install clang libclang-rt-dev    (Debian 12 and older: apt-get install clang)
    Fedora, RHEL:    dnf install clang compiler-rt
    Alpine:          apk add clang compiler-rt
    macOS:           brew install llvm, and CLANG=$(brew --prefix llvm)/bin/clang"""


def targets() -> list[Path]:
    """The fuzz targets' files, by name."""
    return sorted(FUZZ.glob("fuzz_*.c"))


def kept(source: Path) -> list[Path]:
    """The kept inputs of a target."""
    return sorted(p for p in (CORPUS / source.stem).glob("*") if p.is_file())


def has_libfuzzer(clang: str) -> bool:
    """Whether a target can be built: the library may not be installed."""
    with tempfile.TemporaryDirectory() as tmp:
        source = Path(tmp, "probe.c")
        source.write_text(
            "int LLVMFuzzerTestOneInput(const unsigned char *d, unsigned long n) { return !d && n; }\n",
            encoding="utf-8",
        )
        command = [*shlex.split(clang), LIBFUZZER, str(source), "-o", str(Path(tmp, "probe"))]
        return subprocess.run(command, capture_output=True, env=core.environment("address")).returncode == 0


def find_clang() -> str | None:
    """The clang to fuzz with: $CLANG, or the first usual name there is that has libFuzzer."""
    asked = os.environ.get("CLANG")
    names = [asked] if asked else ["clang", *(f"clang-{n}" for n in range(25, 12, -1))]
    return next((n for n in names if shutil.which(shlex.split(n)[0]) and has_libfuzzer(n)), None)


def build(source: Path, cc: str, sanitizer: str, driver: str | None, folder: Path = BUILD) -> Path:
    """Build one target, unless it is there already: with the file `driver`, or libFuzzer. Raises core.BuildError."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / f"{source.stem}-{Path(driver).stem if driver else 'libfuzzer'}-{sanitizer}"
    stamp = folder / f"{program.name}.cmd"
    files = [source, *sorted((core.CSRC / "core").glob("*.c"))]
    flags = ["-O2"] if sanitizer == OPTIMISED else core.SANITIZERS[sanitizer]
    if driver:
        files.append(FUZZ / driver)
    else:
        flags = [LIBFUZZER, *flags[1:]]
    command = [*shlex.split(cc), *core.WARNINGS, core.FEATURES, *flags, f"-I{core.CSRC}"]
    command += [*map(str, files), "-o", str(program)]
    watched = [*files, *core.HERE.glob("*.h"), *FUZZ.glob("*.h")]
    if core.up_to_date(program, stamp, command, watched):
        return program
    stamp.unlink(missing_ok=True)
    core.BUILD.mkdir(parents=True, exist_ok=True)
    core.compile_in(core.with_objects(command, sanitizer, core.BUILD), sanitizer, folder)
    stamp.write_text(shlex.join(command), encoding="utf-8")
    return program


def aborting(sanitizer: str) -> dict[str, str]:
    """The environment in which a fault is a signal: the program then keeps its input."""
    env = core.environment(sanitizer)
    if sanitizer == "address":
        env["ASAN_OPTIONS"] += ":abort_on_error=1:handle_abort=0"
        env["UBSAN_OPTIONS"] += ":abort_on_error=1"
    return env


def headers(count: int, sanitizer: str, cc: str, seed: int, folder: Path = BUILD) -> int:
    """Make that many headers of the PROXY protocol, and check each: the exit status."""
    source = FUZZ / f"{HEADERS}.c"
    try:
        program = build(source, cc, sanitizer, "many_proxy_headers.c")
    except core.BuildError as err:
        print(err, file=sys.stderr)
        return 2
    print(f"{program.name}: the input that stops it would be in {folder / 'crash-input'}", flush=True)
    command = [program, str(count), str(seed), *map(str, kept(source))]
    return 1 if subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, env=aborting(sanitizer)).returncode else 0


def replay(program: Path, source: Path, sanitizer: str, seconds: float, seed: int, folder: Path) -> tuple[bool, str]:
    """Run a target built with replay.c in `folder`: whether it passed, and what it wrote."""
    done = subprocess.run(
        [program, str(seconds), str(seed), *map(str, kept(source))],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=seconds + 120,
        env=aborting(sanitizer),
    )
    if done.returncode == 0:
        return True, done.stdout
    return False, f"{done.stdout}exit status {done.returncode}; the input is in {folder / 'crash-input'}\n"


def fuzz(program: Path, source: Path, seconds: int, keep: bool) -> bool:
    """Run a target under libFuzzer: whether it found nothing."""
    found = BUILD / "corpus" / source.stem
    found.mkdir(parents=True, exist_ok=True)
    keep_in = CORPUS / source.stem
    keep_in.mkdir(parents=True, exist_ok=True)
    command: list[str | Path] = [program, f"-max_len={LONGEST}", f"-artifact_prefix={BUILD}/{source.stem}-"]
    env = core.environment("address")
    run = [f"-max_total_time={seconds}", "-timeout=20", "-print_final_stats=1", "-use_value_profile=1"]
    if subprocess.run([*command, *run, found, keep_in], env=env).returncode != 0:
        return False
    if keep:
        # One input for each new place in the code is enough, however often it comes there.
        subprocess.run([*command, "-merge=1", "-use_counters=0", keep_in, found], env=env, check=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", help="targets, such as fuzz_blocklist (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="for each target (default: 60)")
    parser.add_argument("--keep", action="store_true", help="add what is found to the kept inputs")
    parser.add_argument("--replay", action="store_true", help="without libFuzzer")
    parser.add_argument("--headers", type=int, metavar="N", help=f"N made headers for {HEADERS}, and no other target")
    parser.add_argument("--sanitize", action="store_true", help="for --headers")
    parser.add_argument("--seed", type=int, default=1, help="for --replay and --headers")
    args = parser.parse_args()

    without = args.replay or args.headers is not None
    compiler = core.find_cc() if without else find_clang()
    if compiler is None:
        print("no C compiler found" if without else NO_CLANG, file=sys.stderr)
        return 2
    if args.headers is not None:
        return headers(args.headers, "address" if args.sanitize else OPTIMISED, compiler, args.seed)
    sanitizer = "address" if core.sanitizer_works(compiler, "address") else "none"
    sources = [s for s in targets() if not args.names or s.stem in args.names]
    failed = []
    for source in sources:
        try:
            program = build(source, compiler, sanitizer, "replay.c" if args.replay else None)
        except core.BuildError as err:
            print(err, file=sys.stderr)
            return 2
        print(f"--- {source.stem}, {args.seconds} s", flush=True)
        if args.replay:
            passed, text = replay(program, source, sanitizer, args.seconds, args.seed, BUILD)
            print(text, end="", flush=True)
        else:
            passed = fuzz(program, source, args.seconds, args.keep)
        if not passed:
            failed.append(source.stem)
    print(f"{len(sources) - len(failed)} targets passed, {len(failed)} failed {' '.join(failed)}")
    return 1 if failed or not sources else 0


if __name__ == "__main__":
    sys.exit(main())
