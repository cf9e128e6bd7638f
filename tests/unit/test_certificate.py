"""The certificate of a classroom, judged by Python's own TLS."""

import datetime as dt
import hashlib
import os
import ssl
import stat

import pytest

from cnnviz import certificate
from cnnviz.certificate import certificate_for

HOSTS = ["192.0.2.7", "localhost", "schule-höhe.local"]


def shake_hands(path, key, asked):
    """A server with these files and a client that trusts them and asks for a host, in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path, key)
    client = ssl.create_default_context(cafile=path)  # checks names, dates and purpose
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [
        client.wrap_bio(back, there, server_hostname=asked),
        server.wrap_bio(there, back, server_side=True),
    ]
    for end in ends * 3:
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ends[0].getpeercert(binary_form=True)


@pytest.mark.parametrize("host", HOSTS)
def test_a_browser_that_trusts_it_finds_the_host_in_it(tmp_path, host):
    path, key, fingerprint = certificate_for(HOSTS, tmp_path)
    sent = shake_hands(path, key, host)
    assert fingerprint.replace(":", "").lower() == hashlib.sha256(sent).hexdigest()


def test_it_is_for_no_other_host(tmp_path):
    path, key, _ = certificate_for(HOSTS, tmp_path)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(path, key, "192.0.2.8")


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX's")
def test_only_this_user_reads_the_key_also_where_others_read_one_before(tmp_path):
    (tmp_path / "key.pem").write_text("an old one")
    (tmp_path / "key.pem").chmod(0o644)
    _, key, _ = certificate_for(HOSTS, tmp_path)
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_it_is_kept_for_the_same_hosts_and_made_anew_for_others(tmp_path):
    first = certificate_for(HOSTS, tmp_path)
    assert certificate_for(HOSTS[::-1], tmp_path) == first
    other = certificate_for(["192.0.2.8"], tmp_path)
    assert other[2] != first[2]


def test_one_that_lasts_less_than_a_day_is_made_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(certificate, "_LASTS", dt.timedelta(hours=23))
    short = certificate_for(HOSTS, tmp_path)
    monkeypatch.undo()
    assert certificate_for(HOSTS, tmp_path)[2] != short[2]


@pytest.mark.parametrize("spoilt", ["certificate.pem", "key.pem"])
@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAA\n"])
def test_what_cannot_be_read_is_made_anew(tmp_path, spoilt, content):
    certificate_for(HOSTS, tmp_path)
    (tmp_path / spoilt).write_text(content)
    path, key, _ = certificate_for(HOSTS, tmp_path)
    shake_hands(path, key, "localhost")


def test_a_key_of_another_certificate_is_not_used(tmp_path):
    certificate_for(HOSTS, tmp_path)
    _, other, _ = certificate_for(HOSTS, tmp_path / "other")
    (tmp_path / "key.pem").write_bytes(other.read_bytes())
    path, key, _ = certificate_for(HOSTS, tmp_path)
    shake_hands(path, key, "localhost")
