"""tools/windows_wheel.py looks at the module of a wheel for Windows, by tools/pe_file.py."""

import struct
import sys

import pytest

from paths import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "tools" / "windows_wheel.py").is_file(), reason="not in a checkout")
ARM64, X86_64 = 0xAA64, 0x8664
BASE, START = 0x1000, 0x400  # of the only section: in memory, in the file


@pytest.fixture
def tool(monkeypatch):
    """A function that imports one of tools."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    yield __import__
    for name in ("pe_file", "windows", "windows_wheel", "wheels", "wine"):
        sys.modules.pop(name, None)


def module(machine=ARM64, exports=("PyInit__pynet",), imports=("python313.dll", "KERNEL32.dll")):
    """A file for Windows with these tables, and nothing else."""
    section = bytearray()

    def add(data):
        section.extend(data)
        return BASE + len(section) - len(data)

    def text(name):
        return add(name.encode() + b"\0")

    names = [text(name) for name in exports]
    table = add(struct.pack(f"<{len(names)}I", *names))
    exported = add(struct.pack("<IIHHIIIIIII", 0, 0, 0, 0, 0, 1, len(names), len(names), 0, table, 0))
    rows = [struct.pack("<IIIII", 0, 0, 0, text(name), 0) for name in imports]
    imported = add(b"".join(rows) + bytes(20))
    optional = struct.pack("<H", 0x20B) + bytes(110) + struct.pack("<IIII", exported, 40, imported, 20) + bytes(112)
    header = struct.pack("<4sHHIIIHH", b"PE\0\0", machine, 1, 0, 0, 0, len(optional), 0x2022)
    place = struct.pack("<8sIIII", b".rdata", len(section), BASE, len(section), START) + bytes(16)
    start = b"MZ" + bytes(58) + struct.pack("<I", 64)
    return (start + header + optional + place).ljust(START, b"\0") + bytes(section)


def test_a_module_is_read(tool):
    read = tool("pe_file").read(module(ARM64, ("a", "PyInit_b"), ("one.dll", "two.dll", "three.dll")))
    assert read.machine == "arm64"
    assert read.exports == ["a", "PyInit_b"]
    assert read.imports == ["one.dll", "two.dll", "three.dll"]


@pytest.mark.parametrize(("file", "machine"), [("w64.exe", "x86_64"), ("w64-arm.exe", "arm64")])
def test_a_real_program_is_read(tool, file, machine):
    distlib = pytest.importorskip("pip._vendor.distlib")
    found = next((folder / file for folder in map(type(ROOT), distlib.__path__) if (folder / file).exists()), None)
    if found is None:
        pytest.skip("this pip has no programs for Windows")
    read = tool("pe_file").read(found.read_bytes())
    assert read.machine == machine
    assert "KERNEL32.dll" in read.imports
    assert read.exports == []


@pytest.mark.parametrize("data", [b"", b"\x7fELF" + bytes(200), b"MZ" + bytes(200)], ids=["empty", "elf", "dos"])
def test_another_file_is_refused(tool, data):
    with pytest.raises(ValueError, match="no file for Windows"):
        tool("pe_file").read(data)


@pytest.mark.parametrize(("arch", "machine"), [("x86_64", X86_64), ("arm64", ARM64)])
def test_a_good_module_has_no_problems(tool, arch, machine):
    assert tool("windows_wheel").module_problems(module(machine), arch) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"machine": X86_64}, "its module is for x86_64"),
        ({"exports": ()}, "its module exports  instead of PyInit__pynet alone"),
        (
            {"exports": ("PyInit__pynet", "uv_run")},
            "its module exports PyInit__pynet, uv_run instead of PyInit__pynet alone",
        ),
        ({"imports": ("python313.dll", "libgcc_s_seh-1.dll")}, "its module needs libgcc_s_seh-1.dll"),
        ({"imports": ("KERNEL32.dll",)}, "its module does not need python313.dll"),
    ],
    ids=["machine", "none", "more", "library", "python"],
)
def test_a_bad_module_is_told(tool, options, problem):
    assert tool("windows_wheel").module_problems(module(**options), "arm64") == [problem]
