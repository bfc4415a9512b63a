"""Headers of the PROXY protocol, made without pynet."""

from __future__ import annotations

import ipaddress
import struct

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
CLIENT, SERVER = ("192.0.2.1", 56324), ("198.51.100.2", 443)
CLIENT6, SERVER6 = ("2001:db8::1", 56324), ("2001:db8::2", 443)
PROXY, LOCAL = 1, 0
V1 = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n"
V1_6 = b"PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n"


def tlv(kind: int, value: bytes) -> bytes:
    return struct.pack(">BH", kind, len(value)) + value


def packed(source=CLIENT, destination=SERVER) -> bytes:
    """Both addresses as version 2 has them."""
    ips = [ipaddress.ip_address(end[0]).packed for end in (source, destination)]
    return b"".join(ips) + struct.pack(">HH", source[1], destination[1])


def v2(command: int = PROXY, family: int = 0x11, rest: bytes | None = None, tlvs: bytes = b"") -> bytes:
    rest = (packed() if rest is None else rest) + tlvs
    return SIGNATURE + bytes([0x20 | command, family]) + struct.pack(">H", len(rest)) + rest


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def summed(**parts) -> bytes:
    """A header of version 2 with a checksum at its end."""
    data = v2(**{**parts, "tlvs": parts.get("tlvs", b"") + tlv(3, bytes(4))})
    return data[:-4] + struct.pack(">I", crc32c(data))


V2 = v2()
V2_6 = v2(family=0x21, rest=packed(CLIENT6, SERVER6))
V2_LOCAL = v2(LOCAL, 0, b"")
