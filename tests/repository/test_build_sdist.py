"""The source distribution: holds what it must, and builds from itself."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from paths import ROOT

pytest.importorskip("setuptools")
pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").is_file(), reason="not in a checkout")


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
        "csrc/**/*.[ch]", "pynet/*.py", "pynet/*.pyi", "pynet/py.typed", "tests/**/*.py", "tests/**/*.[ch]",
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


@pytest.mark.slow
def test_sdist_builds_from_itself(sdist, tmp_path):
    """Not optimised: that it compiles, links and is imported is what is asked."""
    lib = tmp_path / "lib"
    command = [
        sys.executable,
        "setup.py",
        "-q",
        "build",
        "--build-lib",
        str(lib),
        "--build-temp",
        str(tmp_path / "temp"),
    ]
    run(command, sdist, PYNET_CFLAGS="-O0")
    code = "import pynet; print(pynet.__file__, pynet.__version__)"
    file, version = run([sys.executable, "-c", code], lib).split()
    assert Path(file).parent == lib / "pynet"
    assert sdist.name == f"pynet_uv-{version}"
    assert (lib / "pynet" / "py.typed").is_file()
    assert (lib / "pynet" / "_pynet.pyi").is_file()
