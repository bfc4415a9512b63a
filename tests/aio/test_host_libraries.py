"""The libraries that the tests of hosts need: a test is skipped only where no wheel exists."""

import pytest

import hosts


@pytest.fixture
def absent(monkeypatch):
    """Nothing is installed."""
    monkeypatch.setattr(hosts.importlib.util, "find_spec", lambda name: None)


@pytest.mark.posix_only("hosts are tried on Linux only")
@pytest.mark.parametrize("module", ["trio", "uvloop", "PySide6"])
def test_a_library_that_could_be_installed_fails_with_the_command(absent, monkeypatch, module):
    monkeypatch.setattr(hosts, "has_wheel", lambda name: True)
    with pytest.raises(pytest.fail.Exception, match=f"pip install {module}"):
        hosts.require(module)


@pytest.mark.posix_only("hosts are tried on Linux only")
def test_a_library_without_a_wheel_is_skipped(absent, monkeypatch):
    monkeypatch.setattr(hosts, "has_wheel", lambda name: False)
    with pytest.raises(pytest.skip.Exception, match="no wheel"):
        hosts.require("uvloop")


@pytest.mark.parametrize(
    ("module", "version", "libc", "expected"),
    [
        ("trio", (3, 99), "", True),
        ("uvloop", (3, 14), "", True),
        ("uvloop", (3, 15), "", False),
        ("PySide6", (3, 11), "glibc 2.36", True),
        ("PySide6", (3, 11), "glibc 2.31", False),
        ("PySide6", (3, 11), " ", False),
        ("PySide6", (3, 16), "glibc 2.36", False),
    ],
)
def test_where_there_is_a_wheel(module, version, libc, expected):
    assert hosts.has_wheel(module, version, libc) == expected
