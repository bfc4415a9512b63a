"""Builds pynet/_pynet.cp313-win_amd64.pyd on Linux: `make windows`. tools/windows.sh has fetched what it needs.

    python tools/windows.py [--keep-going] [--zig x86_64|arm64] [FILE ...]

--keep-going compiles all files, lists those that fail, and links nothing if there are any. With FILEs it only compiles
those. What a file's compiler says is in build/windows/objects/...log as well. PYNET_DEBUG=1 builds with assertions and
debug information, PYNET_WERROR=0 without making warnings errors.

--zig takes ziglang (from PyPI) in place of mingw-w64, whose module is a fifth bigger and always for x86-64. That is for
the wheels: the module is in build/windows/wheel, so that the one in place stays as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import runpy
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
PLACE = Path("build/windows")
LIBUV = Path("vendor/libuv")
PREFIX = "x86_64-w64-mingw32-"
MODULE = Path("pynet/_pynet.cp313-win_amd64.pyd")
WORDS = {"x86_64": "amd64", "arm64": "arm64"}  # of the processors, in the names of modules and wheels
# The module uses the C library of python313.dll, the UCRT: so both have one errno and one table of descriptors. mingw's
# own choice on Debian 12 is the older msvcrt.dll.
COMMON = ["-D_UCRT", "-D_WIN32_WINNT=0x0A00", "-DWIN32_LEAN_AND_MEAN", "-DUV_EXTERN="]
SYSTEM = "psapi user32 advapi32 iphlpapi userenv ws2_32 dbghelp ole32 shell32".split()
# What gcc adds by itself, with ucrt in place of msvcrt.
RUNTIME = "mingw32 gcc gcc_eh moldname mingwex ucrt kernel32".split()


def switched_on(name: str, default: str = "") -> bool:
    return os.environ.get(name, default) not in ("", "0")


def zig_program() -> str:
    import ziglang

    return str(Path(ziglang.__file__).parent / "zig")


def compiler(zig: str | None) -> list[str]:
    """The command. `zig` is the processor, or None for mingw-w64."""
    if zig is None:
        return [f"{PREFIX}gcc", *COMMON]
    target = f"{zig.replace('arm64', 'aarch64')}-windows-gnu"
    # It has an _WIN32_WINNT of its own.
    return [zig_program(), "cc", "-target", target, "-g0", *(flag for flag in COMMON if "_WIN32_WINNT" not in flag)]


def module(zig: str | None) -> Path:
    return MODULE if zig is None else PLACE / "wheel" / f"_pynet.cp313-win_{WORDS[zig]}.pyd"


def import_library(zig: str | None) -> Path:
    """That of python313.dll, which tools/windows.sh makes for x86-64: the DLLs export the same names."""
    made = PLACE / "lib" / "libpython313.a"
    if zig != "arm64":
        return made
    library = PLACE / "lib" / "arm64" / made.name
    library.parent.mkdir(exist_ok=True)
    names = made.with_name("python313.def")
    subprocess.run([zig_program(), "dlltool", "-m", "arm64", "-d", str(names), "-l", str(library)], check=True)
    return library


def hot_files() -> set[Path]:
    """Those that setup.py compiles for speed, with their twins for Windows."""
    with mock.patch("setuptools.setup"):
        names = runpy.run_path("setup.py")["HOT"].split()
    found = {Path(f"{name}.c") for name in names}
    return found | {Path("csrc/uvio/windows", path.name.replace("_posix", "_windows")) for path in found}


def mode(source: Path, hot: set[Path], zig: str | None) -> list[str]:
    if switched_on("PYNET_DEBUG"):
        return ["-O0", "-g", "-UNDEBUG"]
    if not zig:
        return ["-O2", "-DNDEBUG"]
    if source in hot:  # as tools/wheels.py: no loop of pynet is long enough to be unrolled
        return ["-O2", "-DNDEBUG", "-fno-unroll-loops", "-fno-vectorize", "-fno-slp-vectorize"]
    return ["-Os", "-DNDEBUG", "-Xclang", "-Oz"]  # for zig, -Oz is another word for -Os; clang knows the difference


def our_flags() -> list[str]:
    warnings = ["-Wall", "-Wextra", "-Wconversion", "-Wvla"]
    if switched_on("PYNET_WERROR", "1"):
        warnings.append("-Werror")
    headers = ["-Icsrc", "-isystem", str(PLACE / "include"), "-isystem", str(LIBUV / "include")]
    return ["-std=c11", *warnings, *headers]


def libuv_flags() -> list[str]:
    headers = [f"-I{LIBUV / 'include'}", f"-I{LIBUV / 'src'}"]
    return ["-std=gnu11", "-D_CRT_DECLARE_NONSTDC_NAMES=0", "-w", *headers]


def our_sources() -> list[Path]:
    """All of csrc but csrc/uvio/posix."""
    found = [*Path("csrc/core").rglob("*.c"), *Path("csrc/py").rglob("*.c")]
    return sorted([*found, *Path("csrc/uvio").glob("*.c"), *Path("csrc/uvio/windows").rglob("*.c")])


def libuv_sources() -> list[Path]:
    return sorted([*LIBUV.glob("src/*.c"), *LIBUV.glob("src/win/*.c")])


def object_of(source: Path, zig: str | None) -> Path:
    return PLACE / (f"zig-{zig}" if zig else "objects") / source.with_suffix(".o")


def is_fresh(obj: Path, signature: str) -> bool:
    """True if `obj` was made by the same command, from files that have not changed since."""
    try:
        made = obj.stat().st_mtime_ns
        if obj.with_suffix(".sig").read_text() != signature:
            return False
        rule = obj.with_suffix(".d").read_text().replace("\\\n", " ")
        used = rule.partition(": ")[2].split()
        return bool(used) and all(os.stat(name).st_mtime_ns < made for name in used)
    except OSError:
        return False


def compile_one(source: Path, obj: Path, command: list[str]) -> str | None:
    """What the compiler says if it fails."""
    command = [*command, "-c", str(source), "-o", str(obj)]
    signature = json.dumps(command)
    if is_fresh(obj, signature):
        return None
    obj.parent.mkdir(parents=True, exist_ok=True)
    obj.with_suffix(".sig").unlink(missing_ok=True)
    done = subprocess.run(
        [*command, "-MD", "-MF", str(obj.with_suffix(".d"))],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    obj.with_suffix(".log").write_text(done.stdout)
    if done.returncode != 0:
        return done.stdout
    if done.stdout:
        sys.stderr.write(done.stdout)
    obj.with_suffix(".sig").write_text(signature)
    return None


def compile_all(jobs: list[tuple[Path, Path, list[str]]], keep_going: bool) -> dict[Path, str]:
    """What failed."""
    failed: dict[Path, str] = {}

    def work(job: tuple[Path, Path, list[str]]) -> None:
        if failed and not keep_going:
            return
        said = compile_one(*job)
        if said is not None:
            failed[job[0]] = said

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        list(pool.map(work, jobs))
    return failed


def tell(failed: dict[Path, str], total: int) -> None:
    for source in sorted(failed):
        print(failed[source], file=sys.stderr)
    print(f"{len(failed)} of {total} files do not compile for Windows:")
    for source in sorted(failed):
        first = re.search(r"(?:fatal )?error: .*", failed[source])
        print(f"  {source}: {first[0] if first else 'failed'}")


def link_command(objects: list[str], zig: str | None) -> list[str]:
    """Only the init function is exported."""
    python = str(import_library(zig))
    strip = [] if switched_on("PYNET_DEBUG") else ["-s"]
    if zig:
        system = [f"-l{name}" for name in SYSTEM]
        return [
            *compiler(zig),
            "-shared",
            *strip,
            "-Wl,--gc-sections",
            "-o",
            str(module(zig)),
            *objects,
            python,
            *system,
        ]
    exports = PLACE / "pynet.def"
    exports.write_text(f"LIBRARY {MODULE.name}\nEXPORTS\nPyInit__pynet\n")
    system = [f"-l{name}" for name in (*SYSTEM, *RUNTIME)]
    start = [f"{PREFIX}gcc", "-shared", "-static", "-nodefaultlibs", *strip]
    return [*start, "-o", str(MODULE), *objects, str(exports), python, *system]


def link(objects: list[str], zig: str | None) -> bool:
    """Links the module if something is newer than it."""
    made = module(zig)
    made.parent.mkdir(exist_ok=True)
    command = link_command(objects, zig)
    record = PLACE / f"link-{zig or 'mingw'}.sig"
    signature = json.dumps(command)
    fresh = made.exists() and record.exists() and record.read_text() == signature
    if fresh and all(os.stat(name).st_mtime_ns < made.stat().st_mtime_ns for name in objects):
        return True
    record.unlink(missing_ok=True)
    response = record.with_suffix(".args")
    program = command[: 2 if zig else 1]
    response.write_text("\n".join(command[len(program) :]))
    if subprocess.run([*program, f"@{response}"]).returncode != 0:
        return False
    for library in made.parent.glob("*.lib"):
        library.unlink()  # zig's: programs that link with the module would need it
    record.write_text(signature)
    print(f"built {made} ({made.stat().st_size // 1024} KB)")
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description="Build pynet's module for Windows.")
    parser.add_argument("--keep-going", action="store_true", help="compile all files, and list those that fail")
    parser.add_argument("--zig", choices=WORDS, help="take ziglang in place of mingw-w64, for this processor")
    parser.add_argument("files", nargs="*", type=Path, help="only compile these")
    options = parser.parse_args()
    os.chdir(ROOT)
    ours = [path.resolve().relative_to(ROOT) for path in options.files] or our_sources()
    hot, cc = hot_files(), compiler(options.zig)

    def job(source: Path, flags: list[str]) -> tuple[Path, Path, list[str]]:
        return source, object_of(source, options.zig), [*cc, *mode(source, hot, options.zig), *flags]

    jobs = [job(source, our_flags()) for source in ours]
    if not options.files:
        jobs += [job(source, libuv_flags()) for source in libuv_sources()]
    failed = compile_all(jobs, options.keep_going)
    if failed:
        tell(failed, len(jobs))
        return 1
    if options.files:
        return 0
    return 0 if link([str(obj) for _, obj, _ in jobs], options.zig) else 1


if __name__ == "__main__":
    sys.exit(main())
