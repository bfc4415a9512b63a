"""The PROXY protocol of real proxies: haproxy and nginx in front of a server, and a pynet proxy in front of haproxy."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys

import pytest

import pynet
from fronts import haproxy, needs_haproxy, needs_nginx, nginx
from helpers import Recorder

ssl = pytest.importorskip("ssl")  # a Python may have been built without OpenSSL
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="starts the proxies of Linux")


@pytest.fixture(params=["tcp", "unix"])
def back(request, tmp_path):
    """A server that says who its client is, a Recorder of it, and its address in the words of haproxy."""

    def on_connection(sock):
        sock.end(f"{sock.remote_address} {sock.remote_port}")

    srv = pynet.create_server(on_connection, proxy_protocol=["127.0.0.1"])
    log = Recorder(srv, "connection", "proxyError")
    if request.param == "tcp":
        srv.listen(0, "127.0.0.1")
        yield srv, log, f"127.0.0.1:{srv.port}"
    else:
        srv.listen(str(tmp_path / "app.sock"))
        yield srv, log, f"unix@{tmp_path}/app.sock"
    srv.shutdown(0)


def ask(port):
    """What the server says, and who we are."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        return client.makefile().read(), "{} {}".format(*client.getsockname())


def info_of(log):
    return log.wait("connection")["connection"].proxy


@needs_haproxy
@pytest.mark.parametrize(("words", "version"), [("send-proxy", 1), ("send-proxy-v2", 2)])
def test_haproxy(back, tmp_path, words, version):
    _, log, where = back
    with haproxy(tmp_path, f"{where} {words}") as port:
        said, we = ask(port)
        assert said == we
        info = info_of(log)
        assert (info.version, info.command) == (version, "PROXY")
        assert info.destination[:2] == ("127.0.0.1", port)


@needs_haproxy
def test_haproxy_with_checksum_and_unique_id(back, tmp_path):
    _, log, where = back
    words = f"{where} send-proxy-v2 proxy-v2-options crc32c,unique-id"
    with haproxy(tmp_path, words, frontend="unique-id-format id-%ci:%cp") as port:
        said, we = ask(port)
        assert said == we
        info = info_of(log)
        assert info.unique_id == b"id-" + we.replace(" ", ":").encode()
        assert len(info.tlvs[3]) == 4


@pytest.fixture
def certificate(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    path = tmp_path / "site.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-subj", "/CN=site.example", "-keyout", f"{path}.key", "-out", f"{path}.crt"],
        check=True,
        capture_output=True,
    )
    path.write_text((tmp_path / "site.pem.crt").read_text() + (tmp_path / "site.pem.key").read_text())
    return path


@needs_haproxy
def test_haproxy_in_front_of_tls(back, tmp_path, certificate):
    _, log, where = back
    words = f"{where} send-proxy-v2-ssl-cn proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority"
    bind = f"ssl crt {certificate} alpn h2,http/1.1 ca-file {certificate}.crt verify optional"
    with haproxy(tmp_path, words, bind=bind) as port:
        context = ssl.create_default_context(cafile=f"{certificate}.crt")
        context.load_cert_chain(f"{certificate}.crt", f"{certificate}.key")
        plain = socket.create_connection(("127.0.0.1", port), timeout=10)
        with context.wrap_socket(plain, server_hostname="site.example") as client:
            assert client.recv(100).decode() == "{} {}".format(*client.getsockname())
        info = info_of(log)
        assert info.ssl.version == "TLSv1.3"
        assert (info.ssl.cn, info.ssl.client_cert, info.ssl.verified) == ("site.example", True, True)
        assert info.ssl.cipher.startswith("TLS_")
        assert info.authority == "site.example"


def checks_of(log, tmp_path, words):
    """What the headers of three checks said."""
    with haproxy(tmp_path, f"{words} check-send-proxy check inter 50ms"):
        return [args[0].proxy for args in log.wait("connection", 3).args("connection")]


@needs_haproxy
def test_checks_of_haproxy_have_no_client(back, tmp_path):
    _, log, where = back
    infos = checks_of(log, tmp_path, f"{where} send-proxy-v2")
    assert {(info.command, info.source) for info in infos} == {("LOCAL", None)}


@needs_haproxy
def test_checks_by_version_1_come_from_the_proxy(back, tmp_path):
    _, log, where = back
    for info in checks_of(log, tmp_path, f"{where} send-proxy"):
        assert (info.command, info.source) == ("PROXY", info.peer)


@needs_haproxy
def test_a_blocked_client_of_haproxy(back, tmp_path):
    srv, log, where = back
    srv.block_list = pynet.BlockList(["127.0.0.1"])
    with haproxy(tmp_path, f"{where} send-proxy-v2") as port:
        assert ask(port)[0] == ""
    assert log.names == []


@needs_haproxy
def test_haproxy_without_the_header_is_refused(back, tmp_path):
    srv, log, where = back
    with haproxy(tmp_path, where) as port, socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert log.wait("proxyError").args("proxyError")[0][0].code == "ERR_PROXY_HEADER_INVALID"
    assert "connection" not in log.names


@needs_nginx
def test_nginx(back, tmp_path):
    _, log, where = back
    with nginx(tmp_path, where.replace("unix@", "unix:")) as port:
        said, we = ask(port)
        assert said == we
        assert info_of(log).version == 1


@needs_haproxy
@pytest.mark.parametrize("version", [1, 2])
def test_haproxy_reads_our_header(back, tmp_path, version):
    """client - haproxy that requires a header - server: what we send, haproxy passes on."""
    _, log, where = back
    source = ("192.0.2.1", 56324), ("198.51.100.2", 443)
    header = pynet.ProxyHeader(source, version, checksum=version == 2)
    with haproxy(tmp_path, f"{where} send-proxy-v2", bind="accept-proxy") as port:
        with pynet.connect(port, "127.0.0.1", proxy_header=header) as client:
            assert b"".join(client) == b"192.0.2.1 56324"
        assert info_of(log).destination[:2] == ("198.51.100.2", 443)
