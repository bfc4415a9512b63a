"""The PROXY protocol: what a connection's header said, and headers to send.

The C module reads and writes them: csrc/core/proxy_header.c.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, TypeAlias

from pynet import _private, _pynet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pynet._pynet import AddressInfo

    # One end of a connection, and whom a ProxyHeader is about.
    _End: TypeAlias = _pynet.SocketAddress | AddressInfo | tuple[str, int] | tuple[str, int, int, int] | str | bytes
    _Source: TypeAlias = _pynet.Socket | tuple[_End, _End] | Literal["LOCAL"]

_ALPN, _AUTHORITY, _CHECKSUM, _UNIQUE_ID, _SSL = 0x01, 0x02, 0x03, 0x05, 0x20
_SSL_VERSION, _SSL_CN, _SSL_CIPHER, _SSL_SIG_ALG, _SSL_KEY_ALG = 0x21, 0x22, 0x23, 0x24, 0x25
_CLIENT_CERT_CONN, _CLIENT_CERT_SESS = 2, 4


class ProxySSL(NamedTuple):
    """ProxyInfo.ssl: what the proxy says about the TLS of its client. Each text is None if the proxy does not tell."""

    version: str | None
    """The version of TLS, such as "TLSv1.3"."""
    cn: str | None
    """The common name in the client's certificate."""
    cipher: str | None
    """The cipher, such as "TLS_AES_256_GCM_SHA384"."""
    sig_alg: str | None
    """The algorithm of the signature of the proxy's certificate."""
    key_alg: str | None
    """The algorithm of the key of the proxy's certificate."""
    client_cert: bool
    """True if the client has sent a certificate."""
    verified: bool
    """True if the proxy has verified that certificate."""


class ProxyErrorInfo(NamedTuple):
    """The second argument of "proxyError"."""

    peer: AddressInfo | None
    """Who has connected; None on a unix server."""
    data: bytes
    """What came of a header, up to 64 bytes."""


class ProxyInfo(NamedTuple):
    """Socket.proxy: what the header of the PROXY protocol said, and the ends of the connection to the proxy."""

    version: Literal[1, 2]
    """The version of the protocol."""
    command: Literal["PROXY", "LOCAL"]
    """ "LOCAL": the proxy has connected for itself, such as for a health check."""
    peer: AddressInfo | None
    """The proxy's own address; None on a unix server."""
    local: AddressInfo | None
    """The server's address that the proxy has connected to; None on a unix server."""
    source: AddressInfo | str | None
    """The client, or a path; None if the header does not tell."""
    destination: AddressInfo | str | None
    """What the client has connected to."""
    tlvs: Mapping[int, bytes]
    """All TLVs, by type. Of several with the same type it has the last."""
    authority: str | None
    """The name that the client has asked for (SNI)."""
    alpn: bytes | None
    """The protocol that the client and the proxy have negotiated, such as b"h2"."""
    unique_id: bytes | None
    """The proxy's identifier of the connection."""
    ssl: ProxySSL | None
    """About the client's TLS; None if it has none, or the proxy does not tell."""


for _type in (ProxySSL, ProxyErrorInfo, ProxyInfo):
    _type.__module__ = "pynet"


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


def _ssl(value: bytes | None) -> ProxySSL | None:
    """ProxySSL of PP2_TYPE_SSL: None if the client did not use TLS."""
    if value is None or not value[0] & 1:
        return None
    parts = dict(_parts(value[5:]))
    names = (_SSL_VERSION, _SSL_CN, _SSL_CIPHER, _SSL_SIG_ALG, _SSL_KEY_ALG)
    cert = bool(value[0] & (_CLIENT_CERT_CONN | _CLIENT_CERT_SESS))
    version, cn, cipher, sig_alg, key_alg = (_text(parts.get(name)) for name in names)
    return ProxySSL(version, cn, cipher, sig_alg, key_alg, cert, cert and value[1:5] == bytes(4))


def make_info(
    version: Literal[1, 2],
    command: Literal["PROXY", "LOCAL"],
    peer: AddressInfo | None,
    local: AddressInfo | None,
    source: AddressInfo | str | None,
    destination: AddressInfo | str | None,
    tlvs: list[tuple[int, bytes]],
) -> ProxyInfo:
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


# --- sending ---


def _end(value: Any, name: str) -> Any:
    """One end for the C module: a SocketAddress, the bytes of a path, or None."""
    if value is None or isinstance(value, _pynet.SocketAddress):
        return value
    if isinstance(value, str | bytes):
        return value.encode("utf-8", "surrogateescape") if isinstance(value, str) else value
    if isinstance(value, tuple) and len(value) >= 2:
        return _pynet.SocketAddress(value[0], value[1])
    _private.raise_arg_type(name, "a SocketAddress, an (address, port) pair or a path", value)


def _ends(source: Any) -> tuple[Any, Any]:
    """What a ProxyHeader is about: both ends, each None for LOCAL."""
    if isinstance(source, str) and source == "LOCAL":
        return None, None
    if isinstance(source, _pynet.Socket):
        remote, local = source.remote, source.local
        if remote is None and local is None:
            raise _value_error("source", "must be a connected socket", source)
        # A unix client has no name, as a rule: its end is an empty path.
        ends: tuple[Any, Any] = (b"" if remote is None else remote, b"" if local is None else local)
    elif isinstance(source, tuple) and len(source) == 2 and not isinstance(source[1], int):
        ends = source
    else:
        _private.raise_arg_type("source", 'a Socket, a (source, destination) pair or "LOCAL"', source)
    first, second = _end(ends[0], "source[0]"), _end(ends[1], "source[1]")
    if first is None or second is None:
        raise _value_error("source", "must have two ends", source)
    if _kind(first) != _kind(second):
        raise _value_error("source", "must have two ends of one family", source)
    return first, second


def _kind(end: Any) -> object:
    return end.family if isinstance(end, _pynet.SocketAddress) else "path"


def _value_error(name: str, what: str, got: object) -> ValueError:
    error = ValueError(f"The argument '{name}' {what}. Received {got!r}")
    error.code = "ERR_INVALID_ARG_VALUE"  # type: ignore[attr-defined]
    return error


def _tlvs(tlvs: Mapping[int, str | bytes] | None) -> bytes:
    """The TLVs as bytes."""
    parts = []
    for kind, value in (tlvs or {}).items():
        if not isinstance(kind, int) or isinstance(kind, bool) or not isinstance(value, str | bytes | bytearray):
            _private.raise_arg_type("tlvs", "a mapping of ints to bytes or str", tlvs)
        data = value.encode() if isinstance(value, str) else bytes(value)
        if not 0 <= kind <= 255 or kind == _CHECKSUM or len(data) > 4093:
            raise _value_error(
                "tlvs", "has types from 0 to 255, but not 3 (see checksum), and values up to 4093 bytes", kind
            )
        parts.append(bytes((kind, len(data) >> 8, len(data) & 255)) + data)
    return b"".join(parts)


class ProxyHeader:
    """ProxyHeader(source, version=2, tlvs=None, *, checksum=False)

    A header of the PROXY protocol, for the option proxy_header of connect(). source is whom the connection is for: a
    Socket, whose two ends it takes now; a pair (source, destination) of a SocketAddress, an (address, port) pair or a
    path each; or "LOCAL", for a connection of the program itself. tlvs is a mapping of types to bytes or str, such as
    {2: "example.com"}; checksum adds the TLV with the CRC-32C. Version 1 has neither of them.

    Raises TypeError (ERR_INVALID_ARG_TYPE), ValueError (ERR_INVALID_ARG_VALUE, ERR_PROXY_HEADER_TOO_LONG, and those of
    SocketAddress).
    """

    __slots__ = ("_data", "_version")
    __module__ = "pynet"

    def __init__(
        self,
        source: _Source,
        version: Literal[1, 2] = 2,
        tlvs: Mapping[int, str | bytes] | None = None,
        *,
        checksum: bool = False,
    ) -> None:
        if version not in (1, 2) or isinstance(version, bool):
            raise _value_error("version", "must be 1 or 2", version)
        if version == 1 and (tlvs or checksum):
            raise _value_error("version", "must be 2 for tlvs and checksum", version)
        first, second = _ends(source)
        if (
            version == 1 and first is not None and _kind(first) == "path"
        ):  # which version 1 does not have: PROXY UNKNOWN
            first = second = None
        self._version = version
        self._data = _private.proxy_encode(version, first is None, first, second, _tlvs(tlvs), bool(checksum))

    @property
    def version(self) -> Literal[1, 2]:
        """1 or 2."""
        return self._version

    def __bytes__(self) -> bytes:
        """The bytes that leave."""
        return self._data

    def __repr__(self) -> str:
        return f"<{type(self).__name__} version {self._version}, {len(self._data)} bytes>"


def header_bytes(value: Any) -> bytes:
    """The option proxy_header: a ProxyHeader, or what its first argument may be. The C module calls this."""
    if not isinstance(value, ProxyHeader):
        if not isinstance(value, _pynet.Socket) and value != "LOCAL":
            _private.raise_arg_type("options.proxy_header", 'a ProxyHeader, a Socket or "LOCAL"', value)
        value = ProxyHeader(value)
    return bytes(value)
