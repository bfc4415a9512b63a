"""The names of TLS: when ssl is imported, the errors, and where connect() and listen() take their options."""

from __future__ import annotations

import logging
import pickle
import socket
import ssl

import pytest

import pynet
from helpers import Recorder, printed, run_coroutine, run_script, wait_until
from tls_peers import Client

# --- imports ---


def test_only_tls_imports_ssl():
    script = """
        import sys
        import pynet
        server = pynet.create_server(lambda sock: sock.end("x")).listen(0, "127.0.0.1")
        with pynet.connect(server.port, "127.0.0.1") as sock:
            assert sock.read_exactly(1, timeout=10) == b"x"
            print(sock.encrypted, sock.ssl_object, sock.alpn_protocol, sock.servername)
        server.close()
        print("ssl" in sys.modules, "pynet._tls" in sys.modules)
        print(issubclass(pynet.NetTLSError, pynet.NetError), "ssl" in sys.modules)
    """
    assert printed(run_script(script)) == ["False None None None", "False False", "True True"]


def test_the_errors_are_public_names():
    for name in ("NetTLSError", "NetTLSCertVerificationError", "NetTLSEOFError"):
        error = getattr(pynet, name)
        assert (error.__module__, error.__name__) == ("pynet", name)
        assert name in dir(pynet) and name in pynet.__all__
        assert issubclass(error, (pynet.NetError, ssl.SSLError))


def test_each_error_is_of_the_kind_of_ssl():
    assert issubclass(pynet.NetTLSCertVerificationError, ssl.SSLCertVerificationError)
    assert issubclass(pynet.NetTLSEOFError, ssl.SSLEOFError)
    assert issubclass(pynet.NetTLSEOFError, pynet.NetTLSError)
    assert not issubclass(pynet.NetTLSError, ssl.SSLCertVerificationError)


def test_an_error_names_its_peer(secure_server, other_authority):
    server = secure_server()
    with pytest.raises(pynet.NetTLSCertVerificationError) as caught:
        pynet.connect(server.port, "127.0.0.1", ssl=other_authority.client_context()).wait("secureConnect", 10)
    error = caught.value
    assert (error.address, error.port) == ("127.0.0.1", server.port)
    assert (error.library, error.reason, error.verify_code) == ("SSL", "CERTIFICATE_VERIFY_FAILED", 20)
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_an_error_can_be_pickled(secure_server, other_authority):
    server = secure_server()
    with pytest.raises(pynet.NetTLSError) as caught:
        pynet.connect(server.port, "127.0.0.1", ssl=other_authority.client_context()).wait("secureConnect", 10)
    copy = pickle.loads(pickle.dumps(caught.value))
    assert (type(copy), str(copy), copy.code) == (type(caught.value), str(caught.value), caught.value.code)


# --- options ---


def test_the_listener_of_connect_is_for_secure_connect(secure_server, client_context):
    server = secure_server()
    seen = []
    sock = pynet.connect(
        server.address(),
        lambda: seen.append(sock.get_protocol()),
        ssl=client_context,
        server_hostname="localhost",
    )
    assert wait_until(lambda: seen)
    assert seen[0].startswith("TLS")
    sock.destroy()


def test_options_in_a_mapping(secure_server, client_context):
    server = secure_server()
    options = {"port": server.port, "host": "127.0.0.1", "ssl": client_context, "serverHostname": "localhost"}
    with pynet.connect({**options, "handshakeTimeout": 10, "strictEnd": True}) as sock:
        sock.wait("secureConnect", 10)
        assert sock.authorized


@pytest.mark.parametrize("name", ["listen", "serve"])
def test_aio_takes_a_mapping_with_ssl(name, server_context, client_context):
    options = {"port": 0, "host": "127.0.0.1", "ssl": server_context, "handshakeTimeout": 10}
    before = dict(options)

    async def handler(sock):
        await sock.read_until(b"\n")

    async def main():
        if name == "listen":
            server = await pynet.aio.listen(options, listener=lambda sock: None)
        else:
            server = await pynet.aio.serve(handler, options)
        sock = await pynet.aio.connect(server.address(), ssl=client_context, server_hostname="localhost")
        authorized = sock.authorized
        sock.destroy()
        await server.shutdown(0)
        return authorized

    assert run_coroutine(main()) is True
    assert options == before


def test_ssl_false_is_no_tls(secure_server):
    server = pynet.create_server(lambda sock: sock.end("clear"), ssl=False).listen(0, "127.0.0.1")
    with server, pynet.connect(server.address(), ssl=False) as sock:
        assert sock.read_exactly(5, timeout=10) == b"clear"
        assert not sock.encrypted


@pytest.mark.parametrize("name", ["server_hostname", "session", "handshake_timeout", "strict_end"])
def test_other_options_need_ssl(name):
    for call in (pynet.connect, pynet.Socket().connect):
        with pytest.raises(ValueError, match=f"options.{name}' needs the option ssl"):
            call(1, **{name: 1})


# --- serve() ---


def test_serve_calls_the_handler_after_the_handshake(server_context, client_context):
    def handler(sock):
        sock.write(sock.get_protocol()[:3] + sock.read_until("\n", timeout=10).decode())

    with pynet.serve(handler, 0, "127.0.0.1", ssl=server_context) as server:
        with pynet.connect(server.address(), ssl=client_context, server_hostname="localhost") as sock:
            sock.write("hello\n")
            assert sock.read_until("\n", timeout=10) == b"TLShello\n"


def test_serve_logs_what_a_client_does_wrong(server_context, client_context, caplog, monkeypatch):
    """Bytes that are no TLS, behind the handshake."""
    monkeypatch.setattr("threading.excepthook", lambda args: pytest.fail(repr(args)))
    pynet._run.lost.reset()
    with (
        caplog.at_level(logging.WARNING, "pynet.server"),
        pynet.serve(lambda sock: sock.read_exactly(10), 0, "127.0.0.1", ssl=server_context) as server,
    ):
        events = Recorder(server, "secureConnection")
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
            Client(plain, client_context).shake_hands()
            events.wait("secureConnection")
            plain.sendall(b"this is no record of TLS")
            assert wait_until(lambda: "the handler of " in caplog.text)
    assert "ERR_SSL_" in caplog.text
    pynet._run.lost.reset()


# --- two protocols on one port ---


def test_start_tls_behind_a_look_at_the_first_bytes(server_context, client_context):
    """What unshift() has put back are the first bytes of the handshake."""

    def on_connection(sock):
        def on_readable():
            first = sock.read()
            if first is None:
                return
            sock.off("readable", on_readable)
            sock.unshift(first)
            if first[0] == 22:
                sock.start_tls(server_context, server_side=True)
            sock.end("hello").resume()

        sock.on("readable", on_readable)

    with pynet.create_server(on_connection).listen(0, "127.0.0.1") as server:
        with pynet.connect(server.address(), ssl=client_context, server_hostname="localhost") as sock:
            assert sock.read_exactly(5, timeout=10) == b"hello"
        with pynet.connect(server.address()) as sock:
            sock.write("x")
            assert sock.read_exactly(5, timeout=10) == b"hello"
