"""More verbs, for scenarios of TLS; securing.cjs has the same ones for Node."""

import ssl
from pathlib import Path

import pynet
from harness import listen, name, trace, where

_FOLDER = Path(__file__).resolve().parent.parent / "support" / "certificates"
_CERT, _KEY = _FOLDER / "localhost.pem", _FOLDER / "localhost-key.pem"

CLIENT = "connect ready secureConnect data end finish error close"
PEER = "data end finish error close"


def serve(options, secured, serving):
    """Listens with the certificate of localhost, and calls serving(server); secured(socket) gets each connection, S."""
    alpn = options.pop("alpn_protocols", None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_CERT, _KEY)
    if alpn:
        context.set_alpn_protocols(alpn)
    server = pynet.create_server(ssl=context, **options)

    def on_secure_connection(sock):
        name(sock, "S")
        trace("srv", "secureConnection", sock)
        secured(sock)

    server.on("secureConnection", on_secure_connection)
    server.on("tlsClientError", lambda err, sock: trace("srv", "tlsClientError", err))
    listen(server, lambda: serving(server))


_trusting = None


def secure(server, server_hostname="localhost", alpn_protocols=None, **options):
    """A client that trusts the certificate. All share a context, as sessions need it."""
    global _trusting
    if _trusting is None:
        _trusting = ssl.create_default_context(cafile=str(_CERT))
    context = _trusting
    if alpn_protocols:
        context = ssl.create_default_context(cafile=str(_CERT))
        context.set_alpn_protocols(alpn_protocols)
    return pynet.connect(where(server), ssl=context, server_hostname=server_hostname, **options)


def distrusting(server):
    """A client that trusts no certificate of ours."""
    return pynet.connect(where(server), ssl=True, server_hostname="localhost")
