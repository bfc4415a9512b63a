"""Compiles csrc for Windows as MSVC would, as far as Linux can tell: `make windows-msvc`. Makes no objects.

clang has a mode for it: MSVC's target and macros (_MSC_VER, and no __GNUC__), its types and rules. The headers of
Windows and of the C library are wine's, which are written for MSVC, too; CPython's and libuv's are those of
`make windows`. Microsoft's own headers and warnings cannot be had here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import windows

WINE = Path("/usr/include/wine/wine")
VERSION = "19.40"  # of cl.exe in Visual Studio 2022
# MSVC has none of GNU's extensions, and arrays of constant length only. Its enums are signed, and cl.exe /W4 does not
# warn of conversions between signed and unsigned.
WARNINGS = "-Wall -Wextra -Wconversion -Wno-sign-conversion -Wgnu -Wvla -Woverlength-strings -Werror".split()
# Declarations that Microsoft's headers have and wine's have not.
ABSENT = """\
#define WSAAPI __stdcall
#include <winsock2.h>
#include <iphlpapi.h>
#define IF_NAMESIZE 256
unsigned long WSAAPI if_nametoindex(const char *name);
char *WSAAPI if_indextoname(unsigned long index, char *name);
"""


def command() -> list[str]:
    absent = windows.PLACE / "msvc" / "absent.h"
    absent.parent.mkdir(parents=True, exist_ok=True)
    absent.write_text(ABSENT)
    zig = windows.zig_program()
    headers = [Path(zig).parent / "lib/include", WINE / "msvcrt", WINE / "windows"]
    headers += [windows.LIBUV / "include", windows.PLACE / "include"]
    system = [word for place in headers for word in ("-isystem", str(place))]
    mode = ["--target=x86_64-pc-windows-msvc", f"-fms-compatibility-version={VERSION}", "-fsyntax-only", "-nostdinc"]
    return [zig, "clang", *mode, "-std=c11", *windows.COMMON, *WARNINGS, "-Icsrc", *system, "-include", str(absent)]


def main() -> int:
    os.chdir(windows.ROOT)
    if not (WINE / "windows").is_dir():
        sys.exit("wine's headers are missing (Debian, Ubuntu: apt-get install libwine-dev)")
    sources = windows.our_sources()
    words = command()

    def check(source: Path) -> str:
        done = subprocess.run([*words, str(source)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        return "" if done.returncode == 0 else done.stdout or f"{source}: clang failed\n"

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        said = [text for text in pool.map(check, sources) if text]
    sys.stderr.writelines(said)
    print(f"{len(sources)} files of csrc in the mode of MSVC: {len(said)} with errors or warnings")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
