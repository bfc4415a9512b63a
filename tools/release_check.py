"""Is what lies in dist fit to be released? `make release-check`, after `make wheel` for all Pythons.

Each check prints one line, and below it what is wrong. The exit code is 1 when anything is.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
PYTHONS = ("3.11", "3.12", "3.13", "3.14", "3.15")
PLATFORMS = ("manylinux2014_x86_64", "manylinux2014_aarch64", "musllinux_1_2_x86_64", "musllinux_1_2_aarch64")


def command(*words: str) -> Iterator[str]:
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        yield done.stdout.strip() or f"{words[0]} exits with {done.returncode}"


def version_of(root: Path) -> str:
    found = re.search(r'^__version__ = "(.+)"', (root / "pynet" / "__init__.py").read_text(), re.MULTILINE)
    assert found is not None
    return found[1]


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


def wheels() -> list[str]:
    return sorted(str(path) for path in DIST.glob("*.whl"))


def wheel_files() -> Iterator[str]:
    if wheels():
        found = subprocess.run(
            [sys.executable, "tools/wheels.py", "--check", *wheels()],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if found.returncode != 0:
            yield found.stdout + found.stderr
        yield from command("check_wheel_contents", *wheels())


def metadata() -> Iterator[str]:
    files = sorted(str(path) for path in DIST.glob("pynet_uv-*"))
    if files:
        yield from command("twine", "--no-color", "check", "--strict", *files)


def pyproject() -> Iterator[str]:
    yield from command("validate_pyproject", "pyproject.toml")


def stubs() -> Iterator[str]:
    yield from command("mypy.stubtest", "pynet", "--allowlist", "tools/stubtest_allowed.txt")


CHECKS: tuple[tuple[str, Callable[[], Iterator[str]]], ...] = (
    ("addresses (release.toml)", addresses),
    ("change log", change_log),
    ("pyproject.toml", pyproject),
    ("what dist holds", archives),
    ("wheels", wheel_files),
    ("metadata (twine check --strict)", metadata),
    ("stubs (stubtest)", stubs),
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
