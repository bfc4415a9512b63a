"""A hex dump of both directions on stderr."""

from __future__ import annotations

from pynet._cli.text import note

WIDTH = 16
SHOWN = bytes(byte if 0x20 <= byte < 0x7F else ord(".") for byte in range(256))


class HexDump:
    """Each line has the direction (`>` is sent, `<` is received), the offset in it, 16 bytes, and their characters."""

    def __init__(self) -> None:
        self.offsets = {">": 0, "<": 0}

    def show(self, direction: str, data: bytes) -> None:
        offset = self.offsets[direction]
        self.offsets[direction] += len(data)
        lines = []
        for at in range(0, len(data), WIDTH):
            part = data[at : at + WIDTH]
            left, right = part[:8].hex(" "), part[8:].hex(" ")
            text = part.translate(SHOWN).decode("ascii")
            lines.append(f"{direction} {offset + at:08x}  {left:<23}  {right:<23}  |{text}|")
        note("\n".join(lines))
