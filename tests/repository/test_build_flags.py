"""How setup.py compiles each file: the hot ones for speed, all others for size."""

import runpy
import subprocess
import sys
from os import environ

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").is_file(), reason="not in a checkout")
SWITCHES = ("PYNET_LTO", "PYNET_DEBUG", "PYNET_SANITIZE", "PYNET_COVERAGE", "PYNET_CFLAGS")
COLD = "csrc/py/module/functions.c"
HOT = "csrc/uvio/loop.c"


@pytest.fixture
def build(monkeypatch):
    """The names of setup.py, with no switch on; it does not build."""
    for name in SWITCHES:
        monkeypatch.delenv(name, raising=False)
    setuptools = pytest.importorskip("setuptools")
    monkeypatch.setattr(setuptools, "setup", lambda **_given: None)
    return runpy.run_path(str(ROOT / "setup.py"))


def test_hot_files_exist(build):
    names = [name for name in build["HOT"].split() if not name.startswith(build["VENDORED"])]
    assert [name for name in names if not (ROOT / f"{name}.c").is_file()] == []


def test_hot_files_of_libuv_are_among_its_sources(build):
    known = {f"{build['VENDORED']}/src/{name}" for name in build["LIBUV_SOURCES"].split()}
    assert [name for name in build["HOT"].split() if name.startswith(build["VENDORED"]) and name not in known] == []


def test_hot_file_is_compiled_for_speed(build):
    assert build["optimisation"](HOT) == ["-O2"]


def test_cold_file_is_compiled_for_size(build):
    assert build["optimisation"](COLD)[0] == "-Os"


def test_only_hot_files_are_optimised_by_the_linker(build, monkeypatch):
    monkeypatch.setenv("PYNET_LTO", "1")
    assert [name for name in (HOT, COLD) if "-flto" in build["optimisation"](name)] == [HOT]


@pytest.mark.parametrize("switch", ["PYNET_DEBUG", "PYNET_SANITIZE", "PYNET_COVERAGE"])
def test_other_builds_have_one_optimisation_for_all(build, monkeypatch, switch):
    monkeypatch.setenv(switch, "1")
    assert build["optimisation"](HOT) == build["optimisation"](COLD) == []


def test_flags_of_the_user_come_last(tmp_path):
    """The compiler is a script that writes down its arguments."""
    script, log = tmp_path / "cc", tmp_path / "log"
    script.write_text(f'#!/bin/sh\necho "$@" >> {log}\nexit 1\n')
    script.chmod(0o755)
    env = {name: value for name, value in environ.items() if not name.startswith("PYNET_")}
    env |= {"CC": str(script), "CFLAGS": "-O3", "PYNET_CFLAGS": "-O1", "PYNET_SYSTEM_LIBUV": "1"}
    env |= {name: environ[name] for name in ("PYNET_LIBUV",) if name in environ}
    command = [sys.executable, "setup.py", "-q", "build_ext", "--build-lib", str(tmp_path / "lib")]
    subprocess.run(
        [*command, "--build-temp", str(tmp_path / "temp")], cwd=ROOT, env=env, capture_output=True, check=False
    )
    for line in log.read_text().splitlines():
        levels = [argument for argument in line.split() if argument.startswith("-O")]
        assert levels in (["-O3", "-O2", "-O1"], ["-O3", "-Os", "-O1"])
