"""Compiles csrc for other systems, to see that it does: `make cross`. Nothing is linked, and nothing is kept.

ziglang (from PyPI) is clang with the C headers of many systems. The headers of Python and libuv are those of this
machine. csrc/py is compiled with Python.h precompiled, csrc/core and csrc/uvio without: a header that one of their
files forgets would be hidden otherwise.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ziglang

ROOT = Path(__file__).resolve().parent.parent
ZIG = Path(ziglang.__file__).parent
HEADERS = ZIG / "lib" / "libc" / "include"
TARGETS = {
    # name: (triple of clang, folders of HEADERS, macro)
    "x86_64-linux-musl": (
        "x86_64-unknown-linux-musl",
        ("x86_64-linux-musl", "generic-musl", "x86-linux-any", "x86_64-linux-any", "any-linux-any"),
        "_GNU_SOURCE",
    ),
    "aarch64-linux-gnu.2.17": (
        "aarch64-unknown-linux-gnu2.17",
        ("aarch64-linux-gnu", "generic-glibc", "aarch64-linux-any", "any-linux-any"),
        "_GNU_SOURCE",
    ),
    "aarch64-macos": ("arm64-apple-macosx13.0.0", ("any-darwin-any",), "_DARWIN_C_SOURCE"),
    "x86_64-freebsd": (
        "x86_64-unknown-freebsd14.0",
        ("x86_64-freebsd-none", "generic-freebsd", "x86_64-freebsd-any", "any-freebsd-any"),
        "_GNU_SOURCE",
    ),
}
GLIBC = ("-D__GLIBC_MINOR__=17",)  # as zig cc does: its headers are those of all versions
WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Werror")


def libuv_headers(folder: Path) -> Path:
    """A folder with uv.h and what it includes, and no other headers of this machine."""
    asked = subprocess.run(
        ["pkg-config", "--variable=includedir", "libuv"], capture_output=True, text=True, check=False
    )
    local = os.environ.get("PYNET_LIBUV")
    places = [f"{local}/include" if local else "", asked.stdout.strip(), "/usr/include", "/usr/local/include"]
    for place in places:
        if place and Path(place, "uv.h").is_file():
            shutil.copy(Path(place, "uv.h"), folder)
            shutil.copytree(Path(place, "uv"), folder / "uv")
            return folder
    sys.exit("cross: there is no uv.h")


def flags(target: str, uv: Path) -> list[str]:
    triple, folders, macro = TARGETS[target]
    includes = [ZIG / "lib" / "include", *(HEADERS / name for name in folders), uv, sysconfig.get_path("include")]
    return [
        str(ZIG / "zig"),
        "clang",
        f"--target={triple}",
        "-nostdlibinc",
        "-nobuiltininc",
        "-std=c11",
        f"-D{macro}=1",
        "-DNDEBUG",
        *(GLIBC if "gnu" in target else ()),
        *WARNINGS,
        "-Icsrc",
        *(arg for path in includes for arg in ("-isystem", str(path))),
    ]


def run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def check(target: str, temporary: Path, uv: Path) -> str:
    """What clang says of csrc for this target; nothing if all is well."""
    common = flags(target, uv)
    header, precompiled = temporary / f"{target}.h", temporary / f"{target}.pch"
    header.write_text("#include <Python.h>\n")
    below = sorted(
        map(str, [*ROOT.glob("csrc/core/*.c"), *ROOT.glob("csrc/uvio/*.c"), *ROOT.glob("csrc/uvio/posix/*.c")])
    )
    above = sorted(map(str, ROOT.glob("csrc/py/**/*.c")))
    said = run([*common, "-fsyntax-only", *below])
    said += run([*common, "-x", "c-header", str(header), "-o", str(precompiled)])
    return said or run([*common, "-include-pch", str(precompiled), "-fsyntax-only", *above])


def main() -> int:
    failed = 0
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        temporary = Path(name)
        (temporary / "include").mkdir()
        uv = libuv_headers(temporary / "include")
        for target, said in zip(TARGETS, pool.map(lambda target: check(target, temporary, uv), TARGETS), strict=True):
            print(f"{target}: {'failed' if said else 'ok'}", said.strip(), sep="\n" if said else "")
            failed += bool(said)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
