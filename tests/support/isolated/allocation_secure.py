"""A conversation over TLS with failing allocations: a scene as those of allocation_scenes.py."""

from __future__ import annotations

import ssl

import pynet
import pynet._tls  # an import with failing allocations is not the subject
from isolated.allocation_stage import both
from paths import SUPPORT

CERTIFICATES = SUPPORT / "certificates"
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
CONTEXT.load_cert_chain(CERTIFICATES / "localhost.pem", CERTIFICATES / "localhost-key.pem")
TRUSTING = ssl.create_default_context(cafile=str(CERTIFICATES / "localhost.pem"))


@both("secure data end close")
def secure(s, listen):
    """A handshake and an echo."""
    server, target = listen(lambda sock: sock.on("data", sock.write).on("end", sock.end), {"ssl": CONTEXT})
    if target:
        server.on("tlsClientError", lambda err, sock: s.note(err))
        sock = s.keep(pynet.connect(target, ssl=TRUSTING, server_hostname="localhost"))
        sock.on("secureConnect", s.step("secure")).on("data", s.step("data"))
        sock.on("end", s.step("end")).on("close", s.step("close"))
        sock.end("hello")
        s.closes(server, sock)
