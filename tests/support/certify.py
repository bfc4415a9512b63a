"""What an authority of authority.py needs, where there is no program openssl: keys and certificates by the package
cryptography. On Windows."""

from __future__ import annotations

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_DAY = datetime.timedelta(days=1)


def new_key(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(*form))
    return path


def _load_key(path: Path) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(*, authority: bool) -> x509.KeyUsage:
    no = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
        **no,
    )


def sign(
    key: Path,
    cert: Path,
    common: str,
    issuer: tuple[Path, Path] | None,
    names: tuple[str, ...] | None,
    since: float,
    days: float,
    client: bool = False,
) -> None:
    """Writes `cert`, for `key`. `issuer`: the files of its certificate and its key; None: it signs itself. `names`: of
    hosts; None: it is an authority. It counts from `since` to `days`, in days from now."""
    own = _load_key(key)
    now = datetime.datetime.now(datetime.UTC)
    above = x509.load_pem_x509_certificate(issuer[0].read_bytes()) if issuer is not None else None
    signer = _load_key(issuer[1]) if issuer is not None else own
    public = signer.public_key()
    made = (
        x509.CertificateBuilder()
        .subject_name(_name(common))
        .issuer_name(above.subject if above is not None else _name(common))
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + min(since, days - 1) * _DAY)
        .not_valid_after(now + days * _DAY)
        .add_extension(x509.BasicConstraints(ca=names is None, path_length=None), critical=True)
        .add_extension(_usage(authority=names is None), critical=True)
    )
    if names is None:
        made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    else:
        uses = [ExtendedKeyUsageOID.CLIENT_AUTH]
        if not client:
            uses.insert(0, ExtendedKeyUsageOID.SERVER_AUTH)
        made = made.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
        made = made.add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
    if above is not None:
        made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
    cert.write_bytes(made.sign(signer, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
