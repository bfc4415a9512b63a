"""The PROXY protocol: what a connection's header said, and headers to send. csrc/core/proxy_header.c reads and writes them."""

from __future__ import annotations

from collections import namedtuple
from types import MappingProxyType

from pynet._run import AddressInfo

TYPE_CHECKING = False  # typing takes longer to import than all of pynet
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_ALPN, _AUTHORITY, _UNIQUE_ID, _SSL = 0x01, 0x02, 0x05, 0x20
_SSL_VERSION, _SSL_CN, _SSL_CIPHER, _SSL_SIG_ALG, _SSL_KEY_ALG = 0x21, 0x22, 0x23, 0x24, 0x25
_CLIENT_CERT_CONN, _CLIENT_CERT_SESS = 2, 4

ProxySSL = namedtuple("ProxySSL", "version cn cipher sig_alg key_alg client_cert verified", module="pynet")
ProxyErrorInfo = namedtuple("ProxyErrorInfo", "peer data", module="pynet")
ProxyInfo = namedtuple(
    "ProxyInfo", "version command peer local source destination tlvs authority alpn unique_id ssl", module="pynet"
)


def _text(value: bytes | None) -> str | None:
    """The text of a TLV; bytes that are not UTF-8 stay visible."""
    return None if value is None else value.decode("utf-8", "backslashreplace")


def _parts(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The TLVs of a TLV, whose lengths the C module has checked."""
    at = 0
    while at + 3 <= len(data):
        size = int.from_bytes(data[at + 1 : at + 3], "big")
        yield data[at], data[at + 3 : at + 3 + size]
        at += 3 + size


def _ssl(value: bytes | None) -> Any:
    """ProxySSL of PP2_TYPE_SSL: None if the client did not use TLS."""
    if value is None or not value[0] & 1:
        return None
    parts = dict(_parts(value[5:]))
    names = (_SSL_VERSION, _SSL_CN, _SSL_CIPHER, _SSL_SIG_ALG, _SSL_KEY_ALG)
    cert = bool(value[0] & (_CLIENT_CERT_CONN | _CLIENT_CERT_SESS))
    return ProxySSL(*(_text(parts.get(name)) for name in names), cert, cert and value[1:5] == bytes(4))


def make_info(
    version: int,
    command: str,
    peer: AddressInfo | None,
    local: AddressInfo | None,
    source: AddressInfo | str | None,
    destination: AddressInfo | str | None,
    tlvs: list[tuple[int, bytes]],
) -> Any:
    """The ProxyInfo of a connection; the C module calls this."""
    values = dict(tlvs)
    return ProxyInfo(
        version,
        command,
        peer,
        local,
        source,
        destination,
        MappingProxyType(values),
        _text(values.get(_AUTHORITY)),
        values.get(_ALPN),
        values.get(_UNIQUE_ID),
        _ssl(values.get(_SSL)),
    )
