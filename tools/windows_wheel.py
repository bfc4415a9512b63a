"""Packs a wheel for Windows, and looks at it: `make windows-wheel`. tools/windows.py has built the module.

    python tools/windows_wheel.py [--arch x86_64|arm64] [--try]

The wheel holds what those for Linux hold, with the module for Windows in the place of theirs. --try packs nothing: it
runs the echo server of `make demo` under wine, with the wheel for x86-64 in dist.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import pe_file
import wheels
import windows
import wine

# Bytes of the wheel. Code for Windows needs its tables for unwinding, and zig cannot optimise it across files.
MOST = 600_000
TAGS = ("cp313", "cp313")
# Windows and CPython for Windows have them.
LIBRARIES = {
    "advapi32.dll", "dbghelp.dll", "iphlpapi.dll", "kernel32.dll", "ole32.dll", "psapi.dll", "python313.dll",
    "shell32.dll", "user32.dll", "userenv.dll", "ws2_32.dll",
}  # fmt: skip


def tags(arch: str) -> tuple[str, str, str]:
    return (*TAGS, f"win_{windows.WORDS[arch]}")


def build(folder: Path, arch: str) -> Path:
    module = windows.ROOT / windows.module(arch)
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYNET_")}
    env["PYNET_PREBUILT"] = str(module)
    env["SETUPTOOLS_EXT_SUFFIX"] = module.name.removeprefix("_pynet")
    env["_PYTHON_HOST_PLATFORM"] = f"win-{windows.WORDS[arch]}"
    sdist = wheels.build_sdist(folder)
    pip = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--no-cache-dir"]
    wheels.run([*pip, "wheel", "--no-deps", "-w", str(folder / "made"), str(sdist)], env=env, cwd=folder)
    (made,) = (folder / "made").glob("*.whl")
    options = [f"--{what}-tag={tag}" for what, tag in zip(("python", "abi", "platform"), tags(arch), strict=True)]
    wheels.run([sys.executable, "-m", "wheel", "tags", "--remove", *options, str(made)])
    (tagged,) = (folder / "made").glob("*.whl")
    without_data(tagged)
    wheels.squeeze(tagged)
    return tagged


def without_data(wheel: Path) -> None:
    """Windows has no man pages."""
    run = [sys.executable, "-m", "wheel"]
    wheels.run([*run, "unpack", "--dest", str(wheel.parent / "unpacked"), str(wheel)])
    (unpacked,) = (wheel.parent / "unpacked").iterdir()
    (data,) = unpacked.glob("*.data")
    shutil.rmtree(data)
    wheels.run([*run, "pack", "--dest-dir", str(wheel.parent), str(unpacked)])


def module_problems(data: bytes, arch: str) -> list[str]:
    module = pe_file.read(data)
    problems = []
    if module.machine != arch:
        problems.append(f"its module is for {module.machine}")
    if module.exports != [wheels.INIT]:
        problems.append(f"its module exports {', '.join(module.exports)} instead of {wheels.INIT} alone")
    used = {name.lower() for name in module.imports}
    unknown = sorted(name for name in used - LIBRARIES if not name.startswith("api-ms-win-crt-"))
    if unknown:
        problems.append(f"its module needs {', '.join(unknown)}")
    if "python313.dll" not in used:
        problems.append("its module does not need python313.dll")
    return problems


def problems_of(wheel: Path, arch: str) -> list[str]:
    problems = []
    if wheel.stat().st_size > MOST:
        problems.append(f"it has {wheel.stat().st_size} bytes, more than {MOST}")
    with zipfile.ZipFile(wheel) as archive:
        problems += [problem for problem in wheels.content_problems(archive) if "/man/" not in problem]
        modules = [name for name in archive.namelist() if name.endswith((".so", ".pyd"))]
        if modules != [f"pynet/{windows.module(arch).name}"]:
            return [*problems, f"its modules are {modules}"]
        problems += module_problems(archive.read(modules[0]), arch)
    if not wheel.name.endswith("-{}-{}-{}.whl".format(*tags(arch))):
        problems.append(f"its name does not end with {'-'.join(tags(arch))}")
    return problems


DEMO = """
import runpy, sys
sys.path.insert(0, sys.argv[1])
import pynet
print(pynet.__file__)
assert pynet.__file__.startswith(sys.argv[1])
runpy.run_path(sys.argv[2], run_name="__main__")
"""


def try_demo(wheel: Path) -> int:
    with tempfile.TemporaryDirectory(dir=windows.ROOT / windows.PLACE) as folder:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder)
        places = [wine.windows_path(Path(folder)), wine.windows_path(windows.ROOT / "examples" / "echo_demo.py")]
        command = [sys.executable, str(windows.ROOT / "tools" / "wine.py"), "python", "-P", "-c", DEMO, *places]
        return subprocess.run(command).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description="Pack a wheel for Windows.")
    parser.add_argument("--arch", choices=windows.WORDS, default="x86_64", help="the processor (default x86_64)")
    parser.add_argument("--try", action="store_true", dest="tries", help="run the demo with it, under wine")
    options = parser.parse_args()
    out = windows.ROOT / "dist"
    there = f"pynet_uv-*-{tags(options.arch)[2]}.whl"
    if options.tries:
        wheel = next(out.glob(there), None)
        return try_demo(wheel) if wheel else sys.exit(f"there is no dist/{there}: `make windows-wheel` makes it")
    out.mkdir(exist_ok=True)
    for old in out.glob(there):
        old.unlink()
    with tempfile.TemporaryDirectory() as temporary:
        made = build(Path(temporary), options.arch)
        wheel = out / made.name
        wheel.write_bytes(made.read_bytes())
    problems = problems_of(wheel, options.arch)
    print(f"{wheel.name}: {wheel.stat().st_size:,} bytes", *(f"    {each}" for each in problems), sep="\n")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
