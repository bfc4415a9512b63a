"""What the build prints when something that it needs is missing: one message, what to type, no traceback."""

import os
import subprocess
import sys

import pytest

from paths import ROOT

INSTALL_LINES = (
    "bash tools/libuv.sh",
    "apt-get install libuv1-dev pkg-config",
    "dnf install libuv-devel",
    "apk add libuv-dev",
    "brew install libuv",
)

pytest.importorskip("setuptools")
pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").is_file(), reason="not in a checkout")


@pytest.fixture
def build(tmp_path):
    """Runs build_ext into tmp_path with the given environment on top, and expects it to fail.

    `before` is code to run first, to make the interpreter look like another one.
    """

    def run(path=None, before="", **variables):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("PYNET_", "LD_PRELOAD", "PKG_CONFIG"))}
        env["PYNET_SYSTEM_LIBUV"] = "1"
        env.update(variables)
        if path is not None:
            env["PATH"] = str(path)
        folders = ["--build-lib", str(tmp_path / "lib"), "--build-temp", str(tmp_path / "temp")]
        done = subprocess.run(
            [sys.executable, "-c", f"{before}\nimport runpy; runpy.run_path('setup.py')", "-q", "build_ext", *folders],
            cwd=ROOT, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        output = done.stdout + done.stderr
        assert done.returncode == 1, output
        assert "Traceback" not in output
        assert output.count("pynet cannot be built") == 1
        return output

    return run


def fake_prefix(folder, version=None, library=None):
    """A prefix with a libuv of that version, as far as the build looks at it."""
    (folder / "include" / "uv").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "include" / "uv.h").touch()
    if version:
        major, minor = version
        header = f"#define UV_VERSION_MAJOR {major}\n#define UV_VERSION_MINOR {minor}\n"
        (folder / "include" / "uv" / "version.h").write_text(header)
    if library:
        (folder / "lib" / library).touch()
    return folder


def program(folder, name, text):
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return folder


def assert_has_install_lines(output):
    assert [line for line in INSTALL_LINES if line not in output] == []


def test_prefix_without_libuv(build, tmp_path):
    output = build(PYNET_LIBUV=str(tmp_path / "nowhere"))
    assert f"no libuv in PYNET_LIBUV={tmp_path / 'nowhere'}" in output
    assert_has_install_lines(output)


def test_prefix_with_headers_but_no_library(build, tmp_path):
    output = build(PYNET_LIBUV=str(fake_prefix(tmp_path / "uv", (1, 48))))
    assert "neither libuv.so nor libuv.a" in output
    assert_has_install_lines(output)


@pytest.mark.parametrize("version", [(1, 43), (0, 99)])
def test_prefix_with_an_old_libuv(build, tmp_path, version):
    output = build(PYNET_LIBUV=str(fake_prefix(tmp_path / "uv", version, "libuv.so")))
    assert f"libuv {version[0]}.{version[1]} in PYNET_LIBUV={tmp_path / 'uv'} is too old, 1.44 or newer" in output
    assert_has_install_lines(output)


def test_no_pkg_config(build, tmp_path):
    output = build(path=program(tmp_path / "bin", "cc", "exit 1"), CC="cc")
    assert "there is no pkg-config" in output
    assert_has_install_lines(output)


def test_pkg_config_without_libuv(build, tmp_path):
    output = build(PKG_CONFIG_LIBDIR=str(tmp_path), PKG_CONFIG=str(program(tmp_path, "pkg", "exit 1") / "pkg"))
    assert "libuv was not found by pkg-config" in output
    assert_has_install_lines(output)


def test_pkg_config_with_an_old_libuv(build, tmp_path):
    output = build(PKG_CONFIG=str(program(tmp_path, "pkg", "echo 1.40.0") / "pkg"))
    assert "pkg-config (version 1.40.0) is too old, 1.44 or newer" in output
    assert_has_install_lines(output)


def test_no_compiler(build):
    output = build(CC="no-such-compiler")
    assert "there is no C compiler 'no-such-compiler'" in output
    assert "apt-get install gcc" in output


@pytest.mark.parametrize(("name", "shown"), [("pypy", "PyPy"), ("graalpy", "GraalPy"), ("another", "another")])
def test_another_python(build, name, shown):
    output = build(before=f"import sys; sys.implementation.name = {name!r}")
    assert f"it is an extension for CPython, and this Python is {shown}. Take CPython 3.11 or newer." in output


def test_no_python_headers(build, tmp_path):
    pretend = "import sysconfig; real = sysconfig.get_path; sysconfig.get_path = "
    output = build(before=pretend + f"lambda name, *a: {str(tmp_path)!r} if 'include' in name else real(name, *a)")
    assert f"Python.h is not in {tmp_path}" in output
    assert "apt-get install python3-dev" in output


def test_pip_shows_the_message_and_no_traceback(tmp_path):
    """`pip install .` as users run it, but for the isolation, which would download setuptools."""
    pytest.importorskip("pip")
    env = {k: v for k, v in os.environ.items() if not k.startswith(("PYNET_", "LD_PRELOAD"))}
    env["PYNET_LIBUV"] = str(tmp_path / "nowhere")
    # The file lists that setuptools leaves in the source tree go elsewhere.
    config = tmp_path / "extra.cfg"
    config.write_text(f"[egg_info]\negg_base = {tmp_path}\n")
    env["DIST_EXTRA_CONFIG"] = str(config)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-cache-dir", "wheel", "--no-deps"]
    done = subprocess.run(
        [*command, "--no-build-isolation", "-w", str(tmp_path), str(ROOT)],
        cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"no libuv in PYNET_LIBUV={tmp_path / 'nowhere'}" in output
    assert "Traceback" not in output
