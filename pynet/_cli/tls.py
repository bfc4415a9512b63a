"""--tls, for `connect`, `listen` and `echo`: the options, and the SSLContext of them. Only --tls imports ssl."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import pynet
from pynet._cli.errors import CommandError, UsageError
from pynet._cli.text import note

if TYPE_CHECKING:
    import ssl

# --- a client ---


def add_client(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("TLS")
    group.add_argument("--tls", action="store_true", help="encrypt the connection, and check the server's certificate")
    group.add_argument("--cafile", metavar="FILE", help="trust the certificates in FILE, and not those of the system")
    group.add_argument("--insecure", action="store_true", help="take any certificate")
    group.add_argument(
        "--servername",
        metavar="NAME",
        help="the name that the certificate must have, and that the server is asked for (default: the host)",
    )
    group.add_argument("--alpn", metavar="NAMES", help="the protocols to offer, such as h2,http/1.1")


def add_client_options(args: argparse.Namespace, host: str | None, options: pynet.SocketConnectOptions) -> None:
    """Adds what connect() takes. Raises UsageError, CommandError."""
    if not args.tls:
        _refuse_without_tls(args, "cafile", "insecure", "servername", "alpn")
        return
    if args.insecure and args.cafile is not None:
        raise UsageError("--insecure takes any certificate: --cafile has no use")
    name = host if args.servername is None else args.servername
    if name is None and not args.insecure:
        raise UsageError("--tls to a path needs --servername, or --insecure")
    options["ssl"] = _client_context(args)
    if name is not None:
        options["server_hostname"] = name
    if "connect_timeout" in options:
        options["handshake_timeout"] = options["connect_timeout"]


def _client_context(args: argparse.Namespace) -> ssl.SSLContext:
    import ssl

    try:
        context = ssl.create_default_context(cafile=args.cafile)
    except OSError as error:
        raise CommandError(f"{args.cafile}: {_reason(error)}") from None
    if args.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if args.alpn is not None:
        try:
            context.set_alpn_protocols(args.alpn.split(","))
        except (ssl.SSLError, UnicodeError):
            raise UsageError(f"--alpn takes names with commas between them, not {args.alpn!r}") from None
    return context


def report_client(sock: pynet.Socket) -> None:
    """What -v says about the handshake."""
    cipher = sock.get_cipher()
    parts = [f"{sock.get_protocol()} {cipher[0] if cipher else ''}".rstrip()]
    parts.append("the certificate is verified" if sock.authorized else "the certificate is not verified")
    if sock.alpn_protocol is not None:
        parts.append(f"protocol {sock.alpn_protocol}")
    note("encrypted: " + ", ".join(parts))


def hint(error: pynet.NetError) -> str:
    """What to do about a certificate whose authority is not known."""
    unknown = getattr(error, "verify_code", None) in (18, 19, 20, 21)
    return ". --cafile trusts an authority, --insecure any certificate" if unknown else ""


# --- a server ---


def add_server(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("TLS")
    group.add_argument("--tls", action="store_true", help="encrypt the connections")
    group.add_argument("--cert", metavar="FILE", help="the certificate, and those between it and its authority")
    group.add_argument("--key", metavar="FILE", help="the private key (default: it is in the file of --cert)")


def server_options(args: argparse.Namespace) -> pynet.ServerOptions:
    """What create_server() takes. Raises UsageError, CommandError."""
    if not args.tls:
        _refuse_without_tls(args, "cert", "key")
        return {}
    if args.cert is None:
        raise UsageError("--tls needs --cert")
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(args.cert, args.key)
    except OSError as error:
        files = args.cert if args.key is None else f"{args.cert}, {args.key}"
        raise CommandError(f"{files}: {_reason(error)}") from None
    return {"ssl": context}


def _refuse_without_tls(args: argparse.Namespace, *names: str) -> None:
    for name in names:
        if getattr(args, name):
            raise UsageError(f"--{name} is an option of --tls")


def _reason(error: OSError) -> str:
    """OpenSSL's word for a file that it cannot use, or the system's."""
    reason = getattr(error, "reason", None)
    return str(reason).lower().replace("_", " ") if reason else str(error.strerror)
