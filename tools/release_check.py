"""Is what lies in dist fit to be released? `make release-check`, after `make wheel` for all Pythons.

Each check prints one line, and below it what is wrong. The exit code is 1 when anything is. With RELEASE_TAG in the
environment, the tag must be that of the version.
"""

from __future__ import annotations

import email.parser
import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from email.message import Message
from pathlib import Path

import address_files
from address_files import version_of

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
PLATFORMS = ("manylinux2014_x86_64", "manylinux2014_aarch64", "musllinux_1_2_x86_64", "musllinux_1_2_aarch64")


# Of the sources, these alone are not in the source distribution.
NOT_IN_SDIST = {".gitignore"}


def run(*words: str, root: Path = ROOT) -> Iterator[str]:
    """What the command prints, if it fails."""
    done = subprocess.run(
        words,
        cwd=root,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        yield done.stdout.strip() or f"{words[0]} exits with {done.returncode}"


def module(*words: str) -> Iterator[str]:
    yield from run(sys.executable, "-m", *words)


def version(root: Path = ROOT, tag: str | None = None) -> Iterator[str]:
    from packaging.version import InvalidVersion, Version

    text = version_of(root)
    try:
        found = Version(text)
    except InvalidVersion:
        yield f"the version, {text}, is not one of PEP 440"
        return
    if str(found) != text:
        yield f"the version, {text}, is not in its normal form, which is {found}"
    if found.is_devrelease or found.local:
        yield f"the version, {text}, is one of a development, not of a release"
    if tag and tag != f"v{text}":
        yield f"the tag, {tag}, is not v{text}"


def addresses(root: Path = ROOT) -> Iterator[str]:
    release = tomllib.loads((root / "release.toml").read_text())
    email = release["author_email"]
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        yield f"release.toml: author_email is {'no address: ' + email if email else 'empty'}"
    for name, url in release["urls"].items():
        if not url:
            yield f"release.toml: the URL of {name} is empty"
        elif not re.fullmatch(r"https://[^\s/]+\.[^\s]+", url):
            yield f"release.toml: the URL of {name} is no https address: {url}"
    for name in address_files.stale(root):
        yield f"{name} is not what release.toml makes of it: run `make address-files`"


def change_log(root: Path = ROOT) -> Iterator[str]:
    version = version_of(root)
    newest = re.search(r"^## (.+)$", (root / "CHANGES.md").read_text(), re.MULTILINE)
    if newest is None or not re.fullmatch(rf"{re.escape(version)} \(\d{{4}}-\d\d-\d\d\)", newest[1]):
        yield f"the newest heading of CHANGES.md is not '## {version} (YEAR-MONTH-DAY)'" + (
            f", it is '## {newest[1]}'" if newest else ""
        )
    left = sorted(path.name for path in (root / "changes").glob("*.md") if path.name != "README.md")
    if left:
        yield f"{len(left)} fragments in changes/ have not been moved into CHANGES.md, such as {left[0]}"


def archives(dist: Path = DIST, version: str | None = None) -> Iterator[str]:
    version = version or version_of(ROOT)
    names = [path.name for path in dist.glob("*")]
    if f"pynet_uv-{version}.tar.gz" not in names:
        yield f"dist has no pynet_uv-{version}.tar.gz"
    for python in PYTHONS:
        tag = "cp" + python.replace(".", "")
        for platform in PLATFORMS:
            if not any(re.fullmatch(rf"pynet_uv-{re.escape(version)}-{tag}-{tag}-{platform}.*\.whl", n) for n in names):
                yield f"dist has no wheel for CPython {python}, {platform}"
    for name in names:
        if not name.startswith((f"pynet_uv-{version}-", f"pynet_uv-{version}.tar")):
            yield f"dist holds {name}, which is not of version {version}"


# --- are the files in dist those of this tree? ---


def sources(root: Path = ROOT) -> list[str]:
    """What git tracks."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and (root / name).is_file()]


def sdist_contents(dist: Path = DIST, root: Path = ROOT, names: list[str] | None = None) -> Iterator[str]:
    names = sources(root) if names is None else names
    for path in dist.glob("pynet_uv-*.tar.gz"):
        with tarfile.open(path) as archive:
            held = {each.name.partition("/")[2]: each for each in archive if each.isfile()}
            for name in sorted(set(names) - NOT_IN_SDIST):
                if name not in held:
                    yield f"{path.name} does not hold {name}"
                    continue
                file = archive.extractfile(held[name])
                if file is None or file.read() != (root / name).read_bytes():
                    yield f"{path.name} holds another {name} than this tree: run `make wheel` again"
        if "vendor/libuv/src/uv-common.c" not in held:
            yield f"{path.name} does not hold the source of libuv"


def wheel_contents(dist: Path = DIST, root: Path = ROOT) -> Iterator[str]:
    wanted = [path for pattern in ("*.py", "*.pyi", "py.typed") for path in (root / "pynet").rglob(pattern)]
    for path in sorted(dist.glob("pynet_uv-*.whl")):
        with zipfile.ZipFile(path) as archive:
            held = set(archive.namelist())
            for file in sorted(wanted):
                name = file.relative_to(root).as_posix()
                if name not in held:
                    yield f"{path.name} does not hold {name}"
                elif archive.read(name) != file.read_bytes():
                    yield f"{path.name} holds another {name} than this tree: run `make wheel` again"


def core_metadata(path: Path) -> Message:
    if path.name.endswith(".whl"):
        with zipfile.ZipFile(path) as wheel:
            (name,) = (each for each in wheel.namelist() if each.endswith(".dist-info/METADATA"))
            text = wheel.read(name)
    else:
        with tarfile.open(path) as sdist:
            (name,) = (each for each in sdist.getnames() if re.fullmatch(r"[^/]+/PKG-INFO", each))
            file = sdist.extractfile(name)
            assert file is not None
            text = file.read()
    return email.parser.Parser().parsestr(text.decode())


def core_metadata_problems(dist: Path = DIST, root: Path = ROOT) -> Iterator[str]:
    release = tomllib.loads((root / "release.toml").read_text())
    wanted = {f"{name}, {url}" for name, url in release["urls"].items() if url}
    for path in sorted(dist.glob("pynet_uv-*")):
        found = core_metadata(path)
        if found["Version"] != version_of(root):
            yield f"{path.name} says that its version is {found['Version']}"
        if set(found.get_all("Project-URL", [])) != wanted:
            yield f"{path.name} has other addresses than release.toml: run `make wheel` again"
        if release["author_email"] not in (found["Author-Email"] or ""):
            yield f"{path.name} has another author_email than release.toml: run `make wheel` again"


def wheels() -> list[str]:
    return sorted(str(path) for path in DIST.glob("*.whl"))


def wheel_files() -> Iterator[str]:
    if wheels():
        yield from run(sys.executable, "tools/wheels.py", "--check", *wheels())
        yield from module("check_wheel_contents", *wheels())

    yield from wheel_contents()


def metadata() -> Iterator[str]:
    files = sorted(str(path) for path in DIST.glob("pynet_uv-*"))
    if files:
        yield from core_metadata_problems()
        yield from module("twine", "--no-color", "check", "--strict", *files)


def pyproject() -> Iterator[str]:
    yield from module("validate_pyproject", "pyproject.toml")


def stubs() -> Iterator[str]:
    yield from module("mypy.stubtest", "pynet", "--allowlist", "tools/stubtest_allowed.txt")


def docs() -> Iterator[str]:
    yield from run("make", "docs")


def links() -> Iterator[str]:
    yield from run("make", "docs-links")


CHECKS: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("version", lambda: version(tag=os.environ.get("RELEASE_TAG"))),
    ("addresses (release.toml)", addresses),
    ("change log", change_log),
    ("pyproject.toml", pyproject),
    ("what dist holds", archives),
    ("source distribution", sdist_contents),
    ("wheels (check-wheel-contents)", wheel_files),
    ("metadata (twine check --strict)", metadata),
    ("stubs (stubtest)", stubs),
    ("documentation (make docs)", docs),
    ("links to others (make docs-links)", links),
)


def main() -> int:
    failed = 0
    for title, check in CHECKS:
        problems = list(check())
        failed += bool(problems)
        print(f"{'failed' if problems else 'ok    '}  {title}")
        for problem in problems:
            print(*(f"            {line}" for line in problem.splitlines()), sep="\n", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
