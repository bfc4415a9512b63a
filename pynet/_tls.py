"""TLS: makes the parts of csrc/py/tls for an ssl.SSLContext, its errors, and what a socket tells about TLS.

The C module imports this module with the first connection that uses TLS, so `import pynet` does not import ssl.
"""

from __future__ import annotations

import _ssl
import math
import ssl
from typing import Any, Final, Literal, cast

from pynet import _private
from pynet._pynet import NetError

__all__ = ["NetTLSCertVerificationError", "NetTLSEOFError", "NetTLSError"]

WantReadError = ssl.SSLWantReadError
ZeroReturnError = ssl.SSLZeroReturnError
EOFError = ssl.SSLEOFError

HANDSHAKE_TIMEOUT: Final = 60.0  # seconds

# --- errors ---


class NetTLSError(NetError, ssl.SSLError):
    """An error of TLS: also an ssl.SSLError. `code` is a text such as "ERR_SSL_WRONG_VERSION_NUMBER"."""


class NetTLSCertVerificationError(NetTLSError, ssl.SSLCertVerificationError):
    """A certificate was refused. `verify_code` is OpenSSL's number, `verify_message` its text."""


class NetTLSEOFError(NetTLSError, ssl.SSLEOFError):
    """The connection has ended where TLS does not end."""


for _class in (NetTLSError, NetTLSCertVerificationError, NetTLSEOFError):
    _class.__module__ = "pynet"

# Node's names of OpenSSL's X509_V_ERR_*.
_VERIFY_CODES: Final = {
    2: "UNABLE_TO_GET_ISSUER_CERT",
    3: "UNABLE_TO_GET_CRL",
    4: "UNABLE_TO_DECRYPT_CERT_SIGNATURE",
    5: "UNABLE_TO_DECRYPT_CRL_SIGNATURE",
    6: "UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY",
    7: "CERT_SIGNATURE_FAILURE",
    8: "CRL_SIGNATURE_FAILURE",
    9: "CERT_NOT_YET_VALID",
    10: "CERT_HAS_EXPIRED",
    11: "CRL_NOT_YET_VALID",
    12: "CRL_HAS_EXPIRED",
    13: "ERROR_IN_CERT_NOT_BEFORE_FIELD",
    14: "ERROR_IN_CERT_NOT_AFTER_FIELD",
    15: "ERROR_IN_CRL_LAST_UPDATE_FIELD",
    16: "ERROR_IN_CRL_NEXT_UPDATE_FIELD",
    17: "OUT_OF_MEM",
    18: "DEPTH_ZERO_SELF_SIGNED_CERT",
    19: "SELF_SIGNED_CERT_IN_CHAIN",
    20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    22: "CERT_CHAIN_TOO_LONG",
    23: "CERT_REVOKED",
    24: "INVALID_CA",
    25: "PATH_LENGTH_EXCEEDED",
    26: "INVALID_PURPOSE",
    27: "CERT_UNTRUSTED",
    28: "CERT_REJECTED",
    62: "ERR_TLS_CERT_ALTNAME_INVALID",
    64: "ERR_TLS_CERT_ALTNAME_INVALID",
}


def _place(error: NetTLSError, sock: Any) -> None:
    """The peer, as in other errors of a socket."""
    address, port = sock.remote_address, sock.remote_port
    if address is not None:
        error.address = address
        error.port = port


def _made(kind: type[NetTLSError], sock: Any, code: str, text: str, errno: int = 1) -> NetTLSError:
    error = kind(errno, text)
    error.code = code
    _place(error, sock)
    return error


def _verification_error(sock: Any, cause: ssl.SSLCertVerificationError, hostname: str | None) -> NetTLSError:
    code = _VERIFY_CODES.get(cause.verify_code, "ERR_SSL_CERTIFICATE_VERIFY_FAILED")
    text = f"{code}: {cause.verify_message}"
    if hostname is not None:
        text += f" (server_hostname {hostname!r})"
    error = _made(NetTLSCertVerificationError, sock, code, text)
    error = cast("NetTLSCertVerificationError", error)
    error.verify_code = cause.verify_code
    error.verify_message = cause.verify_message
    return error


def _eof_error(sock: Any, established: bool, server_side: bool) -> NetTLSError:
    if established:
        return _made(
            NetTLSEOFError, sock, "ERR_TLS_UNCLEAN_END", "The peer has ended the connection without close_notify", 8
        )
    text = "The client has closed the connection" if server_side else "The server has closed the connection"
    return _made(NetTLSEOFError, sock, "ECONNRESET", text + " before the TLS handshake was complete", 8)


def error_for(sock: Any, cause: BaseException, established: bool, hostname: str | None) -> BaseException:
    """The error of a socket for what the SSLObject has raised."""
    error: NetTLSError
    if isinstance(cause, ssl.SSLCertVerificationError):
        error = _verification_error(sock, cause, hostname)
    elif isinstance(cause, ssl.SSLEOFError):
        error = _eof_error(sock, established, sock.ssl_object.server_side)
    elif isinstance(cause, ssl.SSLError):
        reason = getattr(cause, "reason", None) or "UNKNOWN"
        code = "ERR_SSL_" + str(reason).replace(" ", "_").upper()
        error = _made(NetTLSError, sock, code, f"{code}: {_words(cause)}", cause.errno or 1)
    else:
        return cause  # such as that of the user's sni_callback
    error.library = getattr(cause, "library", None) or "SSL"
    error.reason = getattr(cause, "reason", None) or ""
    error.__cause__ = cause if cause.args else None
    return error


def _words(cause: ssl.SSLError) -> str:
    """OpenSSL's own words: "[SSL: REASON] words (_ssl.c:1006)" without what is around them."""
    text = str(cause.args[1] if len(cause.args) > 1 else cause)
    if text.startswith("["):
        text = text.partition("] ")[2] or text
    return text.rpartition(" (_ssl.c")[0] or text


def timeout_error(sock: Any) -> NetTLSError:
    """The handshake has taken longer than handshake_timeout."""
    return _made(NetTLSError, sock, "ERR_TLS_HANDSHAKE_TIMEOUT", "The TLS handshake has taken too long")


# --- options ---


def check_context(context: Any, name: str, server_side: bool) -> ssl.SSLContext:
    """The SSLContext of an option."""
    if context is True and not server_side:
        return ssl.create_default_context()
    if isinstance(context, ssl.SSLContext):
        return context
    expected = "an ssl.SSLContext" if server_side else "an ssl.SSLContext or True"
    _private.raise_arg_type(name, expected, context)


def _check_seconds(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _private.raise_arg_type(name, "a number of seconds", value)
    if not 0 < value < math.inf:
        error = ValueError(f'The value of "{name}" is out of range. It must be > 0 seconds. Received {value!r}')
        error.code = "ERR_OUT_OF_RANGE"  # type: ignore[attr-defined]
        raise error
    return float(value)


def _value_error(text: str) -> ValueError:
    error = ValueError(text)
    error.code = "ERR_INVALID_ARG_VALUE"  # type: ignore[attr-defined]
    return error


def parts_for(
    context: Any,
    name: str,
    server_side: bool,
    server_hostname: Any,
    session: Any,
    handshake_timeout: Any,
    strict_end: Any,
) -> tuple[Any, ...]:
    """Checks the options, and makes the parts of a filter."""
    context = check_context(context, name, server_side)
    if server_hostname is not None and not isinstance(server_hostname, str):
        _private.raise_arg_type("server_hostname", "a str", server_hostname)
    if session is not None and not isinstance(session, ssl.SSLSession):
        _private.raise_arg_type("session", "an ssl.SSLSession", session)
    if server_side and server_hostname is not None:
        raise _value_error("server_hostname is an option of clients only")
    if server_side and session is not None:
        raise _value_error("session is an option of clients only")
    if not server_side and context.check_hostname and not server_hostname:
        raise _value_error("server_hostname is missing, and the context checks it")
    timeout = HANDSHAKE_TIMEOUT if handshake_timeout is None else _check_seconds(handshake_timeout, "handshake_timeout")
    try:
        return _parts(context, server_side, server_hostname or None, session, timeout * 1000, bool(strict_end))
    except ssl.SSLError as error:  # such as a context of servers only
        raise _value_error(f"The argument '{name}' does not fit: {_words(error)}") from error
    except ValueError as error:
        if session is not None and "session" in str(error).lower():
            raise _value_error("The argument 'session' belongs to another SSLContext") from error
        if server_side:  # such as a context that checks names, on CPython 3.14.10
            raise _value_error(f"The argument '{name}' does not fit: {error}") from error
        raise


_message_callback = getattr(_ssl._SSLContext, "_msg_callback", None)


def _calls_back(context: ssl.SSLContext) -> bool:
    """Whether OpenSSL calls functions of the user for records after the handshake: then only _ssl calls it."""
    if context.post_handshake_auth or _message_callback is None:
        return True
    return _message_callback.__get__(context) is not None


def _parts(
    context: ssl.SSLContext,
    server_side: bool,
    hostname: str | None,
    session: ssl.SSLSession | None,
    timeout: float,
    strict_end: bool,
) -> tuple[Any, ...]:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    obj, address = _private.tls_wrap(
        context.wrap_bio, incoming, outgoing, server_side=server_side, server_hostname=hostname, session=session
    )
    inner = getattr(obj, "_sslobj", None)  # its methods have no Python frame
    direct = type(obj) is ssl.SSLObject and type(inner).__module__ == "_ssl"
    o: Any = inner if direct else obj
    if not direct or _calls_back(obj.context):  # which truststore, for one, replaces
        address = 0
    shutdown = o.shutdown if direct else obj.unwrap
    return (
        obj,
        direct,
        server_side,
        hostname,
        timeout,
        strict_end,
        address,
        o.do_handshake,
        o.read,
        o.write,
        shutdown,
        incoming.write,
        outgoing.read,
    )


def start(
    sock: Any,
    context: Any = True,
    *,
    server_side: bool = False,
    server_hostname: str | None = None,
    session: ssl.SSLSession | None = None,
    handshake_timeout: float | None = HANDSHAKE_TIMEOUT,
    strict_end: bool = False,
) -> Any:
    """Socket.start_tls()."""
    from pynet import _waiting

    parts = parts_for(context, "context", server_side, server_hostname, session, handshake_timeout, strict_end)
    _private.tls_attach(sock, parts)
    return _waiting.once(sock, "secureConnect")


# --- what a socket tells ---


def ticket(obj: ssl.SSLObject) -> ssl.SSLSession | Literal[False] | None:
    """The session, if it can be resumed; None: not yet, False: it never can."""
    session = obj.session
    if session is not None and session.has_ticket:
        return session
    return None if obj.version() in ("TLSv1.3", None) else False


def _unauthorized(obj: ssl.SSLObject | None, established: bool) -> str | None:
    if obj is None or not established:
        return "The handshake is not complete"
    if obj.context.verify_mode == ssl.CERT_NONE:
        return "The context does not verify certificates"
    return None if peer_certificate(obj, True) else "The peer has presented no certificate"


# While OpenSSL has read only a part of a session ticket, which comes after the handshake of TLS 1.3, getpeercert()
# raises and version() is None. The ticket is in two records if the certificate of the client is long.


def peer_certificate(obj: ssl.SSLObject, binary_form: bool) -> Any:
    """As getpeercert(), whenever the handshake is complete."""
    try:
        return obj.getpeercert(binary_form)
    except ValueError:
        chain = cast("Any", obj)._sslobj.get_unverified_chain()
    if not chain:
        return None
    if binary_form:
        return chain[0].public_bytes(cast("Any", _ssl).ENCODING_DER)
    return chain[0].get_info() if obj.context.verify_mode != ssl.CERT_NONE else {}


def describe(what: str, obj: ssl.SSLObject | None, established: bool, hostname: str | None, arg: Any) -> Any:
    """A property or a method of a socket with this SSLObject."""
    if what == "authorized":
        return _unauthorized(obj, established) is None
    if what == "authorization_error":
        return _unauthorized(obj, established)
    if what == "servername":
        return hostname
    if obj is None or not established:
        return False if what == "is_session_reused" else None
    if what == "alpn_protocol":
        return obj.selected_alpn_protocol()
    if what == "peer_certificate":
        return peer_certificate(obj, bool(arg))
    if what == "get_cipher":
        return obj.cipher()
    if what == "get_protocol":
        return obj.version() or "TLSv1.3"
    return obj.session if what == "get_session" else obj.session_reused
