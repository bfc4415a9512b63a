"""What the tools of a release say of archives and of a tree that are not fit for one."""

import io
import shutil
import subprocess
import tarfile
import zipfile

import pytest

from load_tool import load_tool
from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="not in a checkout")


@pytest.fixture(scope="module")
def wheels():
    return load_tool("wheels")


@pytest.fixture(scope="module")
def addresses_tool():
    return load_tool("address_files")


@pytest.fixture(scope="module")
def release(addresses_tool):
    return load_tool("release_check")


# --- the size of a wheel ---


def entries(path):
    with zipfile.ZipFile(path) as made:
        return [(e.filename, e.date_time, e.external_attr, made.read(e)) for e in made.infolist()]


def test_a_squeezed_wheel_is_smaller_than_zlib_makes_it(wheels, tmp_path):
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as made:
        made.write(wheels.__file__, "x/long.py")
        made.writestr("x/empty.py", b"")
        script = zipfile.ZipInfo("x-1.data/scripts/x", (2026, 1, 2, 3, 4, 6))
        script.external_attr = 0o755 << 16
        made.writestr(script, b"#!/bin/sh\n")
    before, size = entries(wheel), wheel.stat().st_size
    wheels.squeeze(wheel)
    assert entries(wheel) == before
    assert wheel.stat().st_size < size * 0.99


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


RELEASE = """\
author_email = "a@b.example"
[urls]
Homepage = "https://a.example/x"
Documentation = "https://a.example/docs"
Repository = "https://a.example/repository"
"""


@pytest.fixture
def tree(tmp_path, addresses_tool):
    """One that is fit for the release of 1.0."""
    (tmp_path / "pynet").mkdir()
    (tmp_path / "pynet" / "__init__.py").write_text('__version__ = "1.0"\n')
    (tmp_path / "changes").mkdir()
    (tmp_path / "changes" / "README.md").touch()
    (tmp_path / "CHANGES.md").write_text("# Changes\n\n## 1.0 (2030-01-31)\n\n## 0.9 (2029-01-31)\n")
    (tmp_path / "release.toml").write_text(RELEASE)
    (tmp_path / ".github" / "ISSUE_TEMPLATE").mkdir(parents=True)
    for name in ("pyproject.toml", "SECURITY.md", "CODE_OF_CONDUCT.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    for name, text in addresses_tool.files(tmp_path).items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_tree_that_is_fit(release, tree):
    assert [*release.version(tree), *release.addresses(tree), *release.change_log(tree)] == []


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("one", "the version, one, is not one of PEP 440"),
        ("1.0-rc1", "the version, 1.0-rc1, is not in its normal form, which is 1.0rc1"),
        ("1.0.dev3", "the version, 1.0.dev3, is one of a development, not of a release"),
        ("1.0+mine", "the version, 1.0+mine, is one of a development, not of a release"),
    ],
)
def test_version_that_is_none_of_a_release(release, tree, version, problem):
    pytest.importorskip("packaging")
    (tree / "pynet" / "__init__.py").write_text(f'__version__ = "{version}"\n')
    assert [*release.version(tree)] == [problem]


@pytest.mark.parametrize(("tag", "problems"), [("v1.0", []), ("v1.1", ["the tag, v1.1, is not v1.0"])])
def test_tag_of_another_version(release, tree, tag, problems):
    assert [*release.version(tree, tag)] == problems


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
    ("wrong", "problem"),
    [
        ('author_email = ""', "release.toml: author_email is empty"),
        ('author_email = "nobody"', "release.toml: author_email is no address: nobody"),
        ('Homepage = ""', "release.toml: the URL of Homepage is empty"),
        ('Homepage = "http://a.example"', "release.toml: the URL of Homepage is no https address: http://a.example"),
    ],
)
def test_addresses(release, tree, addresses_tool, wrong, problem):
    name = wrong.partition(" ")[0]
    lines = [wrong if line.startswith(name) else line for line in RELEASE.splitlines()]
    (tree / "release.toml").write_text("\n".join(lines))
    for file, text in addresses_tool.files(tree).items():
        (tree / file).write_text(text)
    assert [*release.addresses(tree)] == [problem]


def test_addresses_that_a_file_does_not_have(release, tree):
    (tree / "release.toml").write_text(RELEASE.replace("a@b.example", "c@d.example"))
    assert [*release.addresses(tree)] == [
        f"{name} is not what release.toml makes of it: run `make address-files`"
        for name in ("SECURITY.md", "CODE_OF_CONDUCT.md")
    ]


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


# --- are the files in dist those of the tree? ---

METADATA = """\
Metadata-Version: 2.4
Name: pynet-uv
Version: 1.0
Author-Email: The pynet authors <a@b.example>
Project-URL: Homepage, https://a.example/x
Project-URL: Documentation, https://a.example/docs
Project-URL: Repository, https://a.example/repository

README
"""
IN_SDIST = ["pynet/__init__.py", "CHANGES.md"]


def make_sdist(dist, files):
    dist.mkdir(exist_ok=True)
    with tarfile.open(dist / "pynet_uv-1.0.tar.gz", "w:gz") as made:
        for name, data in files.items():
            member = tarfile.TarInfo(f"pynet_uv-1.0/{name}")
            member.size = len(data)
            made.addfile(member, io.BytesIO(data))


def make_wheel(dist, files):
    dist.mkdir(exist_ok=True)
    with zipfile.ZipFile(dist / "pynet_uv-1.0-x.whl", "w") as made:
        for name, data in files.items():
            made.writestr(name, data)


@pytest.fixture
def dist(tree):
    """An sdist and a wheel that were made of the tree."""
    held = {name: (tree / name).read_bytes() for name in IN_SDIST}
    held |= {"vendor/libuv/src/uv-common.c": b"", "PKG-INFO": METADATA.encode()}
    make_sdist(tree / "dist", held)
    make_wheel(
        tree / "dist",
        {"pynet/__init__.py": held["pynet/__init__.py"], "pynet_uv-1.0.dist-info/METADATA": METADATA.encode()},
    )
    return tree / "dist"


def problems(release, dist):
    tree = dist.parent
    return [
        *release.sdist_contents(dist, tree, [*IN_SDIST, ".gitignore"]),
        *release.wheel_contents(dist, tree),
        *release.core_metadata_problems(dist, tree),
    ]


def test_dist_of_this_tree(release, dist):
    assert problems(release, dist) == []


def test_dist_that_is_older_than_the_tree(release, dist):
    (dist.parent / "pynet" / "__init__.py").write_text('__version__ = "1.0"\nnew = True\n')
    assert problems(release, dist) == [
        f"{name} holds another pynet/__init__.py than this tree: run `make wheel` again"
        for name in ("pynet_uv-1.0.tar.gz", "pynet_uv-1.0-x.whl")
    ]


def test_dist_without_a_new_module(release, dist):
    (dist.parent / "pynet" / "new.py").touch()
    assert problems(release, dist) == ["pynet_uv-1.0-x.whl does not hold pynet/new.py"]


def test_sdist_without_a_source(release, dist):
    make_sdist(dist, {"pynet/__init__.py": b'__version__ = "1.0"\n', "PKG-INFO": METADATA.encode()})
    assert problems(release, dist) == [
        "pynet_uv-1.0.tar.gz does not hold CHANGES.md",
        "pynet_uv-1.0.tar.gz does not hold the source of libuv",
    ]


def test_dist_of_another_version(release, dist):
    (dist.parent / "pynet" / "__init__.py").write_text('__version__ = "1.1"\n')
    assert [*release.core_metadata_problems(dist, dist.parent)] == [
        f"{name} says that its version is 1.0" for name in ("pynet_uv-1.0-x.whl", "pynet_uv-1.0.tar.gz")
    ]


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("a@b.example", "c@d.example", "another author_email"),
        ("https://a.example/x", "https://new.example", "other addresses"),
        ('Homepage = "https://a.example/x"', 'Homepage = ""', "other addresses"),
    ],
)
def test_dist_that_was_made_before_the_addresses_came(release, dist, old, new, what):
    (dist.parent / "release.toml").write_text(RELEASE.replace(old, new))
    assert [*release.core_metadata_problems(dist, dist.parent)] == [
        f"{name} has {what} than release.toml: run `make wheel` again"
        for name in ("pynet_uv-1.0-x.whl", "pynet_uv-1.0.tar.gz")
    ]


def test_a_command_that_fails_is_a_problem(release, tmp_path):
    (tmp_path / "Makefile").write_text("good:\n\t@echo fine\nbad:\n\t@echo broken; exit 3\nsilent:\n\t@exit 3\n")
    assert [*release.run("make", "good", root=tmp_path)] == []
    (problem,) = release.run("make", "-s", "bad", root=tmp_path)
    assert problem.startswith("broken\n")
    assert [*release.run("false")] == ["false exits with 1"]


def test_every_check_of_a_release_is_run(release, monkeypatch, capsys):
    """One that fails does not keep the others from running, and fails the whole."""
    ran = []
    checks = [(title, lambda title=title: ran.append(title) or iter(())) for title, _ in release.CHECKS]
    checks[2] = ("wrong", lambda: iter(["two\nlines"]))
    monkeypatch.setattr(release, "CHECKS", tuple(checks))
    assert release.main() == 1
    assert len(ran) == len(checks) - 1
    assert "failed  wrong\n            two\n            lines\n" in capsys.readouterr().out
    monkeypatch.setattr(release, "CHECKS", tuple(checks[:2]))
    assert release.main() == 0


def test_a_release_check_has_a_check_of_each_kind(release):
    titles = " ".join(title for title, _ in release.CHECKS)
    for kind in ("version", "release.toml", "change log", "pyproject", "source dist", "wheels", "twine", "stubtest"):
        assert kind in titles
    assert "make docs)" in titles and "make docs-links)" in titles


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
