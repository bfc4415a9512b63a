"""Builds the wheels from the source distribution, and looks at each: `make wheel`.

One wheel for each Python and platform. ziglang (from PyPI) is a C compiler with the headers and stubs of an old glibc
and of musl, for both processors, so no container is needed. A Python is named by its command: `make wheel
WHEEL_PYTHONS="python3.12 python3.13"`; without, .venv's is taken. It needs its headers and pip.
"""

from __future__ import annotations

import argparse
import email.parser
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
MOST = 500_000  # bytes of a wheel
INIT = "PyInit__pynet"
# What musl has since 1.2.3 and 1.2.5: a musl 1.2.2 (Alpine 3.13) refuses to load what uses one of them.
NEW_IN_MUSL = {"pthread_getname_np", "qsort_r", "preadv2", "pwritev2", "statx"}


@dataclass(frozen=True)
class Platform:
    zig: str  # what `zig cc -target` calls it
    triple: str  # in the extension's file name
    tag: str
    policy: str  # what auditwheel must find
    machine: str  # in the header of the ELF file
    libraries: tuple[str, ...]  # what the extension may be linked with


def _platform(machine: str, libc: str) -> Platform:
    elf = {"x86_64": "EM_X86_64", "aarch64": "EM_AARCH64"}[machine]
    loader = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}[machine]
    if libc == "musl":
        tag = f"musllinux_1_2_{machine}"
        return Platform(f"{machine}-linux-musl", f"{machine}-linux-musl", tag, tag, elf, ("libc.so",))
    return Platform(
        f"{machine}-linux-gnu.2.17",
        f"{machine}-linux-gnu",
        f"manylinux2014_{machine}.manylinux_2_17_{machine}",
        f"manylinux_2_17_{machine}",
        elf,
        ("libc.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libm.so.6", loader),
    )


PLATFORMS = {
    "manylinux-x86_64": _platform("x86_64", "gnu"),
    "manylinux-aarch64": _platform("aarch64", "gnu"),
    "musllinux-x86_64": _platform("x86_64", "musl"),
    "musllinux-aarch64": _platform("aarch64", "musl"),
}


def run(command: list[str], **options) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        sys.exit(f"{shlex.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


# --- building ---


def build_sdist(folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as temporary:
        # The file lists that setuptools leaves in the source tree go there: pytest would find pynet's plugin in them.
        config = Path(temporary, "extra.cfg")
        config.write_text(f"[egg_info]\negg_base = {temporary}\n")
        env = {**os.environ, "DIST_EXTRA_CONFIG": str(config)}
        run([sys.executable, "-m", "build", "-q", "--sdist", "--outdir", str(folder), str(ROOT)], env=env)
    (found,) = folder.glob("pynet_uv-*.tar.gz")
    return found


def link_debian_headers(python: str, folder: Path, machine: str) -> None:
    """The pyconfig.h of Debian's Pythons includes another, in a folder named after the processor, below one that only
    Debian's own compiler looks into. Those of x86-64 and arm64 say the same of what an extension uses."""
    ask = "import sysconfig; print(sysconfig.get_config_h_filename(), sysconfig.get_config_var('MULTIARCH'))"
    found, multiarch = run([python, "-c", ask]).split()
    headers = Path(found).parent
    real = headers.parent / multiarch / headers.name
    if real.is_dir():
        (folder / f"{machine}-linux-gnu").mkdir(parents=True)
        (folder / f"{machine}-linux-gnu" / headers.name).symlink_to(real)


def compilers(python: str, folder: Path, platform: Platform) -> dict[str, str]:
    """The environment of a build for that platform. The Python that runs it is one of this machine."""
    import ziglang

    machine = platform.zig.partition("-")[0]
    headers = folder / "headers"
    link_debian_headers(python, headers, machine)
    script = folder / "cc"
    command = [str(Path(ziglang.__file__).parent / "zig"), "cc", "-target", platform.zig, "-idirafter", str(headers)]
    # For zig, -Oz is another word for -Os; clang behind it knows the difference.
    smallest = 'case " $* " in *" -Os "*) set -- "$@" -Xclang -Oz ;; esac'
    script.write_text(f'#!/bin/sh\n{smallest}\nexec {shlex.join(command)} "$@"\n')
    script.chmod(0o755)
    return {
        "CC": str(script),
        "LDSHARED": f"{script} -shared",
        # Instead of those that the Python was built with. No loop of pynet is long enough to be unrolled. Tables for
        # unwinding would be a twentieth of the wheel. Neither C nor longjmp() needs them, but without them gdb, perf
        # and py-spy do not see who called pynet. And only zig keeps the frame pointer with -O2.
        "CFLAGS": " ".join(
            (
                "-g0 -fno-unroll-loops -fno-vectorize -fno-slp-vectorize",
                "-fno-asynchronous-unwind-tables -fno-unwind-tables -fomit-frame-pointer",
            )
        ),
        "LDFLAGS": "-s -Wl,--hash-style=gnu",
        "PYNET_LTO": "1",
        "PYNET_SYSTEM_LIBUV": "0",
        "_PYTHON_HOST_PLATFORM": f"linux-{machine}",
    }


def found_python(name: str) -> str:
    found = shutil.which(name)
    return str(Path(found).absolute()) if found else sys.exit(f"there is no {name}")


def build_wheel(python: str, sdist: Path, platform: Platform, folder: Path) -> Path:
    env = {k: v for k, v in os.environ.items() if not k.startswith("PYNET_")}
    env.update(compilers(python, folder, platform))
    soabi = run([python, "-c", "import sysconfig; print(sysconfig.get_config_var('SOABI'))"]).strip()
    flavour = "-".join(soabi.split("-")[:2])  # cpython-313, cpython-313t
    env["SETUPTOOLS_EXT_SUFFIX"] = f".{flavour}-{platform.triple}.so"
    pip = [python, "-m", "pip", "-q", "--disable-pip-version-check", "--no-cache-dir"]
    made = folder / "made"
    run([*pip, "wheel", "--no-deps", "-w", str(made), str(sdist)], env=env, cwd=folder)
    (wheel,) = made.glob("*.whl")
    run([sys.executable, "-m", "wheel", "tags", "--remove", "--platform-tag", platform.tag, str(wheel)])
    (tagged,) = made.glob("*.whl")
    squeeze(tagged)
    return tagged


class Zopfli:
    """What zipfile compresses with. zopfli looks longer than zlib for what zlib's decompressor reads: 4 % smaller."""

    def __init__(self) -> None:
        self.data = bytearray()

    def compress(self, data: bytes) -> bytes:
        self.data += data
        return b""

    def flush(self) -> bytes:
        import zopfli.zlib

        return zopfli.zlib.compress(bytes(self.data))[2:-4]  # without zlib's header and checksum


def squeeze(wheel: Path) -> None:
    """Compresses as well as the format allows, which setuptools does not ask for."""
    with zipfile.ZipFile(wheel) as made:
        entries = [(entry, made.read(entry)) for entry in made.infolist()]
    with (
        mock.patch("zipfile._get_compressor", lambda *args: Zopfli()),
        zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as smaller,
    ):
        for entry, data in entries:
            smaller.writestr(entry, data, zipfile.ZIP_DEFLATED)


# --- looking at what was built ---


def elf_problems(data: bytes, platform: Platform) -> list[str]:
    from elftools.elf.dynamic import DynamicSection
    from elftools.elf.elffile import ELFFile

    elf = ELFFile(BytesIO(data))
    problems = []
    if elf["e_machine"] != platform.machine:
        problems.append(f"it is for {elf['e_machine']}, not for {platform.machine}")
    if elf.get_section_by_name(".symtab") or elf.get_section_by_name(".debug_info"):
        problems.append("it is not stripped")
    exported = {
        symbol.name
        for symbol in elf.get_section_by_name(".dynsym").iter_symbols()
        if symbol["st_shndx"] != "SHN_UNDEF" and symbol["st_info"]["bind"] in ("STB_GLOBAL", "STB_WEAK")
    }
    if exported != {INIT}:
        problems.append(f"it exports {', '.join(sorted(exported))} instead of {INIT} alone")
    undefined = {
        symbol.name for symbol in elf.get_section_by_name(".dynsym").iter_symbols() if symbol["st_shndx"] == "SHN_UNDEF"
    }
    missing = sorted(name for name in undefined if name.startswith("uv_"))
    if missing:
        problems.append(f"libuv is not inside: {', '.join(missing[:3])} are undefined")
    if "musl" in platform.tag and undefined & NEW_IN_MUSL:
        problems.append(f"it uses {', '.join(sorted(undefined & NEW_IN_MUSL))}, which musl 1.2.2 does not have")
    for section in elf.iter_sections():
        if isinstance(section, DynamicSection):
            for tag in section.iter_tags():
                if tag.entry.d_tag == "DT_NEEDED" and tag.needed not in platform.libraries:
                    problems.append(f"it needs {tag.needed}")
                if tag.entry.d_tag in ("DT_RPATH", "DT_RUNPATH"):
                    problems.append("it has a path of this machine for libraries")
    return problems


def audit_problems(wheel: Path, platform: Platform) -> list[str]:
    """What auditwheel says of the versions of glibc's symbols; it knows nothing of musl on another libc."""
    if "musl" in platform.tag:
        return []
    said = run([sys.executable, "-m", "auditwheel", "show", str(wheel)])
    found = re.search(r'following platform tag:\s+"([^"]+)"', said)
    oldest = found and re.search(r"manylinux_2_(\d+)_", found[1])
    if oldest and int(oldest[1]) <= 17:
        return []
    return [f"auditwheel does not find {platform.policy}: {said}"]


def content_problems(archive: zipfile.ZipFile) -> list[str]:
    names = archive.namelist()
    problems = []
    for wanted in (
        r"pynet/__init__\.py",
        r"pynet/_pynet\.pyi",
        r"pynet/py\.typed",
        r"pynet/_cli/completions/pynet\.bash",
        r".*\.data/data/share/man/man1/pynet\.1",
        r".*\.dist-info/licenses/LICENSE",
        r".*\.dist-info/licenses/LICENSE\.libuv",
        r".*\.dist-info/sboms/libuv\.cdx\.json",
        r".*\.dist-info/entry_points\.txt",
    ):
        if not any(re.fullmatch(wanted, name) for name in names):
            problems.append(f"nothing in it is called {wanted}")
    known = r"pynet/|pynet_uv-[^/]*\.dist-info/|pynet_uv-[^/]*\.data/data/share/man/man1/pynet(-uv)?\.1$"
    others = [name for name in names if not re.match(known, name) or name.endswith(".c")]
    if others:
        problems.append(f"it holds {', '.join(others)}")
    for name in names:
        if name.endswith(".cdx.json"):
            (part,) = json.loads(archive.read(name))["components"]
            if part["name"] != "libuv":
                problems.append(f"its bill of materials names {part['name']}")
    return problems


def tag_problems(archive: zipfile.ZipFile, platform: Platform) -> list[str]:
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/WHEEL"))
    tags = email.parser.Parser().parsestr(archive.read(name).decode()).get_all("Tag", [])
    wanted = set(platform.tag.split("."))
    found = {tag.split("-", 2)[2] for tag in tags}
    return [] if found == wanted else [f"its tags are {', '.join(sorted(found))}"]


def problems_of(wheel: Path, platform: Platform) -> list[str]:
    problems = []
    if wheel.stat().st_size > MOST:
        problems.append(f"it has {wheel.stat().st_size} bytes, more than {MOST}")
    with zipfile.ZipFile(wheel) as archive:
        problems += content_problems(archive) + tag_problems(archive, platform)
        extensions = [name for name in archive.namelist() if name.endswith(".so")]
        if len(extensions) != 1 or platform.triple not in extensions[0]:
            return [*problems, f"its extensions are {extensions}"]
        problems += elf_problems(archive.read(extensions[0]), platform)
    return problems + audit_problems(wheel, platform)


def platform_of(wheel: Path) -> Platform:
    """By the name of the file."""
    (found,) = (p for p in PLATFORMS.values() if wheel.name.endswith(f"-{p.tag}.whl"))
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", action="append", default=[], help="a command; may be given more than once")
    parser.add_argument("--platform", action="append", default=[], choices=[*PLATFORMS])
    parser.add_argument("--sdist", action="store_true", help="build no wheel")
    parser.add_argument("--check", nargs="+", type=Path, metavar="WHEEL", help="build nothing, look at these")
    args = parser.parse_args()
    failed = 0

    def report(wheel: Path, platform: Platform) -> None:
        nonlocal failed
        problems = problems_of(wheel, platform)
        failed += bool(problems)
        print(
            f"{wheel.name}: {wheel.stat().st_size:,} bytes", *(f"    {each}" for each in problems), sep="\n", flush=True
        )

    if args.check:
        for wheel in args.check:
            report(wheel, platform_of(wheel))
        return bool(failed)
    args.out.mkdir(exist_ok=True)
    for old in args.out.glob("pynet_uv-*"):
        old.unlink()
    sdist = build_sdist(args.out)
    print(f"{sdist.name}: {sdist.stat().st_size:,} bytes", flush=True)
    if args.sdist:
        return 0
    for python in [found_python(name) for name in args.python] or [sys.executable]:
        for name in args.platform or PLATFORMS:
            with tempfile.TemporaryDirectory() as temporary:
                made = build_wheel(python, sdist, PLATFORMS[name], Path(temporary))
                wheel = made.replace(args.out / made.name)
            report(wheel, PLATFORMS[name])
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
