"""The source distribution: holds what it must, and builds from itself."""

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from load_tool import load_tool
from paths import ROOT

pytest.importorskip("setuptools")
pytestmark = [
    pytest.mark.skipif(not (ROOT / "setup.py").is_file(), reason="not in a checkout"),
    pytest.mark.timeout(300),  # they compile
]


wheels = load_tool("wheels")


def run(command, folder, **variables):
    env = {k: v for k, v in os.environ.items() if k not in ("LD_PRELOAD", "PYTHONPATH", "PYNET_SANITIZE")}
    env.update(variables)
    done = subprocess.run(command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    """The unpacked archive. The backend is called as a front end would call it."""
    folder = tmp_path_factory.mktemp("sdist")
    code = f"import setuptools.build_meta as b; b.build_sdist({str(folder)!r})"
    # The file lists that setuptools leaves in the source tree go elsewhere.
    config = folder / "extra.cfg"
    config.write_text(f"[egg_info]\negg_base = {folder}\n")
    run([sys.executable, "-c", code], ROOT, DIST_EXTRA_CONFIG=str(config))
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        # Python 3.11 before 3.11.4 has no filters, later ones warn without.
        tar.extractall(folder, **({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))
    return folder / archive.name.removesuffix(".tar.gz")


def test_sdist_holds_sources_tests_and_tools(sdist):
    assert sdist.name.startswith("pynet_uv-")
    missing = []
    for pattern in (
        "csrc/**/*.[ch]", "pynet/**/*.py", "pynet/_cli/completions/*", "docs/man/*.1",
        "pynet/*.pyi", "pynet/py.typed", "tests/**/*.py", "tests/**/*.[ch]",
        "bench/**/*.*", "examples/*.py", "tools/*.*", "Makefile", "setup.py", "pyproject.toml", "LICENSE", "README.md",
        "CONTRIBUTING.md", ".ci/run", ".clang-format",
    ):  # fmt: skip
        names = [path.relative_to(ROOT) for path in ROOT.glob(pattern) if "__pycache__" not in path.parts]
        assert names or pattern in ("tests/**/*.[ch]", "bench/**/*.*"), f"{pattern} matches nothing"
        missing += [str(name) for name in names if not (sdist / name).is_file()]
    assert missing == []


def test_sdist_holds_nothing_built(sdist):
    built = {".so", ".o", ".d", ".pyc"}
    assert [str(p.relative_to(sdist)) for p in sdist.rglob("*") if p.suffix in built] == []


def test_sdist_holds_libuv_and_its_licences(sdist):
    libuv = sdist / "vendor" / "libuv"
    assert (libuv / "ORIGIN").read_text().startswith("libuv 1.")
    assert (libuv / "include" / "uv.h").is_file()
    assert (libuv / "src" / "unix" / "core.c").is_file()
    assert not (libuv / "src" / "win").exists()
    assert (sdist / "LICENSE.libuv").is_file()


def test_sdist_holds_the_fragments_of_the_change_log(sdist):
    assert sorted(p.name for p in (sdist / "changes").iterdir()) == sorted(p.name for p in (ROOT / "changes").iterdir())


@pytest.mark.parametrize("name", ["LICENSE", "LICENSE-extra"])
def test_licences_of_libuv_are_those_in_its_source(sdist, name):
    assert (sdist / "vendor" / "libuv" / name).read_text() in (sdist / "LICENSE.libuv").read_text()


@pytest.mark.parametrize(("file", "last"), [("include/uv/tree.h", "SUCH DAMAGE."), ("src/inet.c", "THIS SOFTWARE.")])
def test_licences_of_files_that_libuv_took_over(sdist, file, last):
    comment = (sdist / "vendor" / "libuv" / file).read_text().partition("*/")[0]
    text = "\n".join(re.sub(r"^(/\*-?| \* ?)", "", line).rstrip() for line in comment.splitlines()).strip()
    assert text.endswith(last)
    assert text in (sdist / "LICENSE.libuv").read_text()


def test_sdist_is_refused_without_libuv(sdist, tmp_path):
    """It would not build for those who have no libuv."""
    for name in ("setup.py", "pyproject.toml", "release.toml", "README.md", "LICENSE", "LICENSE.libuv", "pynet"):
        copy = shutil.copytree if (sdist / name).is_dir() else shutil.copy
        copy(sdist / name, tmp_path / name)
    done = subprocess.run(
        [sys.executable, "setup.py", "-q", "sdist"],
        cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "needs libuv's source in vendor/libuv: run `bash tools/libuv.sh` first" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def wheel(sdist, tmp_path_factory):
    """What the sdist builds where there is neither pkg-config nor a libuv. Not optimised: that is not asked here."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "setup.py", "-q", "build", "--build-base", str(folder / "build")]
    command += ["bdist_wheel", "--dist-dir", str(folder), "--bdist-dir", str(folder / "bdist")]
    kept = {name: os.environ.pop(name) for name in [*os.environ] if name.startswith("PYNET_")}
    try:
        run(command, sdist, PYNET_CFLAGS="-O0", PKG_CONFIG=str(folder / "no-pkg-config"))
    finally:
        os.environ.update(kept)
    (archive,) = folder.glob("*.whl")
    return archive


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


@pytest.mark.slow
def test_wheel_works_where_it_is_unpacked(sdist, installed):
    code = "import pynet; print(pynet.__file__, pynet.__version__)"
    file, version = run([sys.executable, "-c", code], installed).split()
    assert Path(file).parent == installed / "pynet"
    assert sdist.name == f"pynet_uv-{version}"
    run([sys.executable, str(ROOT / "examples" / "echo_demo.py")], installed, PYTHONPATH=str(installed))


@pytest.mark.slow
def test_wheel_has_libuv_inside(installed):
    (extension,) = (installed / "pynet").glob("*.so")
    dynamic = run(["nm", "-D", str(extension)], installed)
    assert "uv_" not in dynamic
    defined = [line.split()[-1] for line in dynamic.splitlines() if line.split()[-2] != "U" and len(line.split()) == 3]
    assert [name for name in defined if name not in ("_init", "_fini")] == ["PyInit__pynet"]


@pytest.mark.slow
def test_wheel_holds_what_it_must(wheel):
    with zipfile.ZipFile(wheel) as archive:
        assert wheels.content_problems(archive) == []


@pytest.mark.slow
def test_wheel_has_a_bill_of_materials(installed, sdist):
    (file,) = installed.glob("*.dist-info/sboms/*.cdx.json")
    document = json.loads(file.read_text())
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    (libuv,) = document["components"]
    header = (sdist / "vendor" / "libuv" / "include" / "uv" / "version.h").read_text()
    number = ".".join(
        re.search(rf"#define UV_VERSION_{part} +(\d+)", header)[1] for part in ("MAJOR", "MINOR", "PATCH")
    )
    assert (libuv["name"], libuv["version"]) == ("libuv", number)
    assert {each["license"]["id"] for each in libuv["licenses"]} == {"MIT", "BSD-2-Clause", "ISC"}
    refs = {document["metadata"]["component"]["bom-ref"], libuv["bom-ref"]}
    assert {each["ref"] for each in document["dependencies"]} == refs


@pytest.mark.slow
def test_wheel_has_two_scripts_for_one_function(installed):
    (file,) = installed.glob("*.dist-info/entry_points.txt")
    parser = configparser.ConfigParser()
    parser.read(file)
    assert dict(parser["console_scripts"]) == {"pynet": "pynet.__main__:main", "pynet-uv": "pynet.__main__:main"}
