"""A certificate for the classroom's address, so that its pages come over HTTPS.

Browsers give a page the live camera and the clipboard only in a secure context, which a plain
``http://192.168.…`` is not. No authority vouches for an address in a local network, so the
certificate vouches for itself: each browser warns once, and its user may go on.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LASTS = dt.timedelta(days=90)
_LEAST_LEFT = dt.timedelta(days=1)
_HOUR = dt.timedelta(hours=1)


def certificate_for(hosts: Sequence[str], folder: Path) -> tuple[Path, Path, str]:
    """A certificate for these names and addresses: the one in `folder`, or a new one.

    The one of before is kept while it names the same hosts and lasts another day, so that a
    browser that was told to trust it does not warn again.

    Args:
        hosts: Names and IP addresses, the one that people open first.
        folder: Where the two files lie or are written; only this user can read the key.

    Returns:
        Paths of the certificate and of its key, both in PEM, and the certificate's SHA-256
        fingerprint as browsers show it: 32 pairs of hexadecimal digits.

    Raises:
        OSError: The folder cannot be written.
    """
    paths = folder / "certificate.pem", folder / "key.pem"
    names = [_general_name(host) for host in hosts]
    found = _read(*paths)
    if found is None or not _serves(found, names):
        found = _make(hosts[0], names, *paths)
    return *paths, found.fingerprint(hashes.SHA256()).hex(":").upper()


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host.encode("idna").decode())


def _read(certificate: Path, key: Path) -> x509.Certificate | None:
    """The certificate in these files; None where there is none that fits its key."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError):
        return None
    return found if private.public_key() == found.public_key() else None


def _serves(certificate: x509.Certificate, names: Sequence[x509.GeneralName]) -> bool:
    named = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    left = certificate.not_valid_after_utc - dt.datetime.now(dt.UTC)
    return set(named) == set(names) and left > _LEAST_LEFT


def _make(
    host: str, names: Sequence[x509.GeneralName], certificate: Path, key: Path
) -> x509.Certificate:
    private = ec.generate_private_key(ec.SECP256R1())
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"cnnviz on {host}"[:64])])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _HOUR)  # a phone's clock may be behind
        .not_valid_after(now + _LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    certificate.parent.mkdir(parents=True, exist_ok=True)
    secret = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    key.unlink(missing_ok=True)  # one of before may be readable by others
    with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return made
