"""Reads what a file for Windows (.dll, .pyd, .exe) says of itself: its processor, what it exports, what it needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MACHINES = {0x8664: "x86_64", 0xAA64: "arm64"}


@dataclass(frozen=True)
class PEFile:
    machine: str
    exports: list[str]
    imports: list[str]  # the names of the DLLs


def read(data: bytes) -> PEFile:
    """Raises ValueError if it is no such file, of 64 bits."""
    if data[:2] != b"MZ":
        raise ValueError("no file for Windows")
    (header,) = struct.unpack_from("<I", data, 0x3C)
    if data[header : header + 4] != b"PE\0\0":
        raise ValueError("no file for Windows")
    machine, sections, _, _, _, size, _ = struct.unpack_from("<HHIIIHH", data, header + 4)
    optional = header + 24
    if struct.unpack_from("<H", data, optional)[0] != 0x20B:
        raise ValueError("not of 64 bits")
    rows = [struct.unpack_from("<IIII", data, optional + size + 40 * number + 8) for number in range(sections)]

    def place(address: int) -> int:
        """Where in the file that is."""
        for virtual_size, virtual, raw_size, raw in rows:
            if virtual <= address < virtual + max(virtual_size, raw_size):
                return address - virtual + raw
        raise ValueError(f"no section has {address:#x}")

    def text(address: int) -> str:
        start = place(address)
        return data[start : data.index(b"\0", start)].decode()

    exported, imported = (struct.unpack_from("<I", data, optional + 112 + 8 * number)[0] for number in (0, 1))
    return PEFile(
        MACHINES.get(machine, hex(machine)),
        _exports(data, exported, place, text),
        _imports(data, imported, place, text),
    )


def _exports(data: bytes, table: int, place, text) -> list[str]:
    if not table:
        return []
    count, _, names = struct.unpack_from("<III", data, place(table) + 24)
    return [text(address) for address in struct.unpack_from(f"<{count}I", data, place(names))] if count else []


def _imports(data: bytes, table: int, place, text) -> list[str]:
    found = []
    start = place(table) if table else 0
    while table:
        (name,) = struct.unpack_from("<I", data, start + 12)
        if not name:
            break
        found.append(text(name))
        start += 20
    return found
