"""Headers of the PROXY protocol beside the package proxy-protocol: it reads ours, and pynet reads its own."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from proxyprotocol.result import ProxyResultIPv4, ProxyResultIPv6, ProxyResultUnix
from proxyprotocol.tlv import ProxyProtocolTLV
from proxyprotocol.v1 import ProxyProtocolV1
from proxyprotocol.v2 import ProxyProtocolV2

import pynet
from helpers import Recorder, raw_client

PORTS = st.integers(0, 65535)
IPV4 = st.tuples(st.builds(IPv4Address, st.integers(0, 2**32 - 1)), PORTS)
IPV6 = st.tuples(st.builds(IPv6Address, st.integers(0, 2**128 - 1)), PORTS)
ENDS = st.one_of(st.tuples(IPV4, IPV4), st.tuples(IPV6, IPV6))
TLVS = st.dictionaries(st.integers(0xE0, 0xEF), st.binary(max_size=200), max_size=3)
REFERENCES = {1: ProxyProtocolV1(), 2: ProxyProtocolV2()}
MANY = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def read(tmp_path):
    """read(data): the ProxyInfo of a connection that begins so; None: it was refused."""
    server = pynet.create_server(lambda sock: sock.destroy(), proxy_protocol=True)
    server.listen(str(tmp_path / "s.sock"))
    log = Recorder(server, "connection", "proxyError")

    def read(data):
        del log.entries[:]
        with raw_client(server) as client:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
            log.wait_for(lambda: len(log.names) == 1)
        return log["connection"].proxy if log.names == ["connection"] else None

    yield read
    server.shutdown(0)


def plain(ends):
    return tuple((str(ip), port) for ip, port in ends)


def ends_of(info):
    """Both ends of a ProxyInfo: the system writes some addresses in another way than Python."""
    return tuple((ip_address(end.address), end.port) for end in (info.source, info.destination))


def result_of(ends, tlvs):
    kind = ProxyResultIPv4 if isinstance(ends[0][0], IPv4Address) else ProxyResultIPv6
    return kind(*ends, protocol=socket.SOCK_STREAM, tlv=ProxyProtocolTLV(init=tlvs))


@pytest.mark.parametrize("version", [1, 2])
def test_the_package_reads_our_headers(version):
    @MANY
    @given(ENDS, TLVS, st.booleans())
    def check(ends, tlvs, checksum):
        extra = {"tlvs": tlvs, "checksum": checksum} if version == 2 else {}
        result = REFERENCES[version].unpack(bytes(pynet.ProxyHeader(plain(ends), version, **extra)))
        assert (result.source, result.dest) == ends
        if version == 2:
            assert {kind: value for kind, value in result.tlv.items() if kind >= 0xE0} == tlvs

    check()


@pytest.mark.posix_only("a named pipe has no half-close")
@pytest.mark.parametrize("version", [1, 2])
def test_we_read_the_headers_of_the_package(read, version):
    @MANY
    @given(ENDS, TLVS)
    def check(ends, tlvs):
        info = read(REFERENCES[version].pack(result_of(ends, tlvs if version == 2 else {})))
        assert info.version == version
        assert ends_of(info) == ends
        if version == 2:
            assert {kind: value for kind, value in info.tlvs.items() if kind >= 0xE0} == tlvs

    check()


@pytest.mark.posix_only("a named pipe has no half-close")
@pytest.mark.parametrize("version", [1, 2])
def test_what_we_accept_the_package_reads_alike(read, version):
    """One byte of a header is another one."""

    @MANY
    @given(ENDS, st.integers(0, 200), st.integers(0, 255))
    def check(ends, place, byte):
        data = bytearray(bytes(pynet.ProxyHeader(plain(ends), version)))
        data[place % len(data)] = byte
        info = read(bytes(data))
        if info is None or info.command == "LOCAL" or info.source is None:
            return
        result = REFERENCES[version].unpack(bytes(data))
        assert not isinstance(result, ProxyResultUnix)
        assert ends_of(info) == (result.source, result.dest)

    check()
