"""A certificate authority for tests, by the program openssl; on Windows by certify.py."""

from __future__ import annotations

import datetime
import functools
import ipaddress
import ssl
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

_CONFIG = """\
[ca]
default_ca = here
[here]
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
default_md = sha256
unique_subject = no
policy = any
copy_extensions = none
[any]
commonName = supplied
"""


class Issued(NamedTuple):
    """The files of a certificate (and, after it, of those between it and the authority) and of its key."""

    cert: Path
    key: Path


def _openssl(*args: object) -> None:
    done = subprocess.run(["openssl", *map(str, args)], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def _new_key(path: Path) -> Path:
    if sys.platform == "win32":
        import certify

        return certify.new_key(path)
    _openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", path)
    return path


def _san(name: str) -> str:
    try:
        return f"IP:{ipaddress.ip_address(name)}"
    except ValueError:
        return f"DNS:{name}"


def _moment(days: float) -> str:
    when = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=days)
    return when.strftime("%Y%m%d%H%M%SZ")


class Authority:
    """Issues certificates. `cert` is the file that a client trusts."""

    def __init__(self, folder: Path, name: str = "a test authority", issuer: Authority | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.issuer = issuer
        self._count = 0
        (folder / "index.txt").touch()
        (folder / "ca.cnf").write_text(_CONFIG.format(folder=folder))
        self.key = _new_key(folder / "authority.key")
        self.cert = folder / "authority.pem"
        if sys.platform == "win32":
            import certify

            above = (issuer.cert, issuer.key) if issuer is not None else None
            certify.sign(self.key, self.cert, name, above, None, -1, 7300)
            return
        extensions = (
            "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n"
        )
        if issuer is None:
            lines = extensions.splitlines()
            added = [part for line in lines for part in ("-addext", line)]
            common = ("-x509", "-new", "-key", self.key, "-subj", f"/CN={name}", "-days", 7300, "-out", self.cert)
            _openssl("req", *common, *added, "-config", self._request_config())
        else:
            issuer._sign(self.key, self.cert, name, extensions, -1, 7300)

    def issue(
        self, name: str, *names: str, days: float = 3650, since: float = -1, client: bool = False, common: str = ""
    ) -> Issued:
        """A certificate for these names: of hosts, or of addresses. It counts from `since` to `days`, both in days from
        now: days=-0.5 makes one that has expired. `client`: it is one of a client."""
        self._count += 1
        place = self.folder / f"{self._count}"
        key = _new_key(place.with_suffix(".key"))
        cert = place.with_suffix(".pem")
        use = "clientAuth" if client else "serverAuth,clientAuth"
        extensions = (
            "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
            f"extendedKeyUsage={use}\nsubjectAltName={','.join(map(_san, (name, *names)))}\n"
            "authorityKeyIdentifier=keyid\n"
        )
        if sys.platform == "win32":
            import certify

            issuer = (self.cert, self.key)
            certify.sign(key, cert, common or name, issuer, (name, *names), since, days, client)
        else:
            self._sign(key, cert, common or name, extensions, since, days)
        if self.issuer is not None:
            cert.write_text(cert.read_text() + self.cert.read_text())
        return Issued(cert, key)

    def server_context(self, *names: str, **options: object) -> ssl.SSLContext:
        """A context of a server with a new certificate for these names, by default for this host."""
        issued = self.issue(*(names or ("localhost", "127.0.0.1", "::1")), **options)  # type: ignore[arg-type]
        return context_of(issued)

    def client_context(self) -> ssl.SSLContext:
        """A context of a client that trusts this authority, and no other."""
        return ssl.create_default_context(cafile=str(self.cert))

    @functools.cached_property
    def localhost(self) -> Issued:
        """The one certificate for this host, for all tests that do not care which."""
        return self.issue("localhost", "127.0.0.1", "::1")

    def _request_config(self) -> Path:
        """The configuration of the system may add extensions of its own."""
        path = self.folder / "req.cnf"
        path.write_text("[req]\ndistinguished_name = name\n[name]\n")
        return path

    def _sign(self, key: Path, cert: Path, name: str, extensions: str, since: float, days: float) -> None:
        request = cert.with_suffix(".csr")
        extra = cert.with_suffix(".ext")
        extra.write_text(extensions)
        _openssl("req", "-new", "-key", key, "-subj", f"/CN={name}", "-out", request, "-config", self._request_config())
        validity = ("-startdate", _moment(min(since, days - 1)), "-enddate", _moment(days))
        signed = ("-in", request, "-out", cert, "-cert", self.cert, "-keyfile", self.key, "-extfile", extra)
        _openssl("ca", "-batch", "-notext", "-config", self.folder / "ca.cnf", *signed, *validity)


def context_of(issued: Issued) -> ssl.SSLContext:
    """A context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(issued.cert, issued.key)
    return context
