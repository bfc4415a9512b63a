"""What the tools of a release say of archives and of a tree that are not fit for one."""

import importlib.util
import subprocess
import sys
import zipfile

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")


def tool(name):
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def wheels():
    return tool("wheels")


@pytest.fixture(scope="module")
def release():
    return tool("release_check")


# --- the contents of a wheel ---

INFO = "pynet_uv-1.0.dist-info"
GOOD = {
    "pynet/__init__.py": "",
    "pynet/_pynet.pyi": "",
    "pynet/py.typed": "",
    "pynet/_cli/completions/pynet.bash": "",
    "pynet_uv-1.0.data/data/share/man/man1/pynet.1": "",
    f"{INFO}/licenses/LICENSE": "",
    f"{INFO}/licenses/LICENSE.libuv": "",
    f"{INFO}/sboms/libuv.cdx.json": '{"components": [{"name": "libuv"}]}',
    f"{INFO}/entry_points.txt": "",
    f"{INFO}/WHEEL": "Wheel-Version: 1.0\nTag: cp311-cp311-musllinux_1_2_x86_64\n",
}


def archive(folder, files):
    with zipfile.ZipFile(folder / "x.whl", "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
    return zipfile.ZipFile(folder / "x.whl")


def test_good_contents(wheels, tmp_path):
    with archive(tmp_path, GOOD) as made:
        assert wheels.content_problems(made) == []


@pytest.mark.parametrize("missing", [name for name in GOOD if not name.endswith("WHEEL")])
def test_contents_with_something_missing(wheels, tmp_path, missing):
    with archive(tmp_path, {name: text for name, text in GOOD.items() if name != missing}) as made:
        (problem,) = wheels.content_problems(made)
        assert problem.startswith("nothing in it is called")


@pytest.mark.parametrize("extra", ["tests/test_x.py", "csrc/x.c", "pynet/x.c", "setup.py", "pynet_uv-1.0.data/data/x"])
def test_contents_with_what_does_not_belong_there(wheels, tmp_path, extra):
    with archive(tmp_path, {**GOOD, extra: ""}) as made:
        assert wheels.content_problems(made) == [f"it holds {extra}"]


def test_tags(wheels, tmp_path):
    with archive(tmp_path, GOOD) as made:
        assert wheels.tag_problems(made, wheels.PLATFORMS["musllinux-x86_64"]) == []
        (problem,) = wheels.tag_problems(made, wheels.PLATFORMS["manylinux-x86_64"])
        assert problem == "its tags are musllinux_1_2_x86_64"


# --- the tree ---


@pytest.fixture
def tree(tmp_path):
    """One that is fit for the release of 1.0."""
    (tmp_path / "pynet").mkdir()
    (tmp_path / "pynet" / "__init__.py").write_text('__version__ = "1.0"\n')
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "README.md").touch()
    (tmp_path / "CHANGES.md").write_text("# Changes\n\n## 1.0 (2030-01-31)\n\n## 0.9 (2029-01-31)\n")
    (tmp_path / "release.toml").write_text('author_email = "a@b.example"\n[urls]\nHomepage = "https://a.example/x"\n')
    return tmp_path


def test_tree_that_is_fit(release, tree):
    assert [*release.addresses(tree), *release.change_log(tree)] == []


@pytest.mark.parametrize("heading", ["## 1.0 (not released)", "## 1.1 (2030-01-31)", "## 1.0", "no heading"])
def test_change_log_with_another_heading(release, tree, heading):
    (tree / "CHANGES.md").write_text(f"# Changes\n\n{heading}\n")
    (problem,) = release.change_log(tree)
    assert problem.startswith("the newest heading of CHANGES.md is not '## 1.0 (YEAR-MONTH-DAY)'")


def test_change_log_with_a_fragment_left(release, tree):
    (tree / "changes" / "something.md").touch()
    assert [*release.change_log(tree)] == [
        "1 fragments in changes/ have not been moved into CHANGES.md, such as something.md"
    ]


@pytest.mark.parametrize(
    ("email", "url", "problem"),
    [
        ("", "https://a.example/x", "release.toml: author_email is empty"),
        ("nobody", "https://a.example/x", "release.toml: author_email is no address: nobody"),
        ("a@b.example", "", "release.toml: the URL of Homepage is empty"),
        ("a@b.example", "http://a.example", "release.toml: the URL of Homepage is no https address: http://a.example"),
    ],
)
def test_addresses(release, tree, email, url, problem):
    (tree / "release.toml").write_text(f'author_email = "{email}"\n[urls]\nHomepage = "{url}"\n')
    assert [*release.addresses(tree)] == [problem]


def test_archives(release, tmp_path):
    for python in ("311", "312", "313", "314", "315"):
        for platform in release.PLATFORMS:
            (tmp_path / f"pynet_uv-1.0-cp{python}-cp{python}-{platform}.whl").touch()
    assert [*release.archives(tmp_path, "1.0")] == ["dist has no pynet_uv-1.0.tar.gz"]
    (tmp_path / "pynet_uv-1.0.tar.gz").touch()
    assert [*release.archives(tmp_path, "1.0")] == []
    (tmp_path / "pynet_uv-1.0-cp313-cp313-musllinux_1_2_aarch64.whl").unlink()
    (tmp_path / "pynet_uv-1.0.1-cp313-cp313-musllinux_1_2_aarch64.whl").touch()
    assert [*release.archives(tmp_path, "1.0")] == [
        "dist has no wheel for CPython 3.13, musllinux_1_2_aarch64",
        "dist holds pynet_uv-1.0.1-cp313-cp313-musllinux_1_2_aarch64.whl, which is not of version 1.0",
    ]


# --- libuv's source ---


@pytest.fixture
def fetcher(tmp_path):
    """tools/libuv.sh in a tree of its own, with a Python that cannot fetch anything."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "libuv.sh").write_bytes((ROOT / "tools" / "libuv.sh").read_bytes())

    def run():
        return subprocess.run(
            ["bash", "tools/libuv.sh"],
            cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "PYTHON": "false"}, capture_output=True, text=True,
        )  # fmt: skip

    return run


def test_libuv_that_cannot_be_fetched(fetcher, tmp_path):
    done = fetcher()
    assert done.returncode == 1
    assert "libuv could not be fetched. PyPI must be reachable; or build with the system's" in done.stderr
    assert list((tmp_path / "vendor").iterdir()) == []


def test_libuv_that_is_there(fetcher, tmp_path):
    folder = tmp_path / "vendor" / "libuv"
    folder.mkdir(parents=True)
    (folder / "ORIGIN").write_bytes((ROOT / "vendor" / "libuv" / "ORIGIN").read_bytes())
    done = fetcher()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
