"""Keys and settings of DKIM; dkimpy judges the signatures themselves (tests/judges/test_dkim_by_dkimpy.py)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from publisher.config import parse_config, parse_delivery
from publisher.delivery.dkim import DkimKey, Signer, sign
from publisher.delivery.dkim_keys import new_keys, to_pem, write_keys
from publisher.delivery.dkim_settings import DkimSettings, open_signer
from publisher.errors import ConfigError, ContentError

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.delivery.dkim import PrivateKey

PAIR = new_keys()
#: Made by: openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:768
SHORT = """-----BEGIN PRIVATE KEY-----
MIIB5QIBADANBgkqhkiG9w0BAQEFAASCAc8wggHLAgEAAmEAxqPn7eMLGFILM8/W
RUYdbui1OBsMMrnctbk0WOcdUswLYT1d+Mfr215youM3g3Ag/y3Xx1fLaBC6w/Hv
I8Yhk0wHHXFu2TdAiyrTXwak7T5IRKvTnKvHmw5R3gbCLYbvAgMBAAECYQCt1CuX
UpOYAdwJyDxjPNtu/jfv1EOVdG6/nEZB8mYH2cWvn6tHlXRB8WHyR1KCNDExSXb3
F+TF3JksbRsK8AZ4R4k54rkJtcWMd3WQ3AYwQwe6IdNBFi3+avMEM5/Hl7kCMQDk
ETkyFtiEyzCjEhaB4T5iS5ad9M79D/ARiMaocFKSEauEl7dEvI8FinyIaUG3E+MC
MQDe+AiUu2l/2Djuz/LhBkP36jd4yXawX8HYGoRXDljWEs62VO1OE5rInt9r/BIZ
poUCMEh7IM5GbHFnkgGBUh3c09KxayCwGMhcNFOeQGRvrg42B2iQPvJdaqa8KG/B
49ynOQIwV/ogUKdeKk6jsD8nA3kYaoLlHmjHxzIRZ3aXD06e6OEE5Va/R9ZedZiS
aaZNcgeNAjEAhHfg4sw+Z1kvaeCDC6bTQWVH1u7MK/+y44fltu9a8BmpavUTKBo6
bd3qYw5RUVon
-----END PRIVATE KEY-----
"""
MESSAGE = b"From: a@example.org\r\nTo: b@example.net\r\n\r\ntext\r\n"


def dkim_settings(folder: Path, **keys: PrivateKey | str) -> DkimSettings:
    """Write the keys into files, and the settings that name them."""
    table: dict[str, Any] = {"domain": "Example.org"}
    for name, key in keys.items():
        content = key if isinstance(key, str) else to_pem(key).decode()
        (folder / f"{name}.pem").write_text(content, encoding="utf-8")
        table[name] = {"selector": f"s-{name}", "key": {"file": f"{name}.pem"}}
    return DkimSettings.model_validate(table)


def test_keys_that_were_made_are_loaded_by_the_settings_that_name_them(tmp_path: Path) -> None:
    signer = Signer.from_config(dkim_settings(tmp_path, **PAIR), tmp_path)
    assert [(key.domain, key.selector, key.algorithm) for key in signer.keys] == [
        ("example.org", "s-rsa", "rsa-sha256"),
        ("example.org", "s-ed25519", "ed25519-sha256"),
    ]
    assert signer.sign(MESSAGE) == sign(MESSAGE, signer.keys)


def test_the_same_message_gets_the_same_signature() -> None:
    keys = [DkimKey(domain="example.org", selector=name, private=key) for name, key in PAIR.items()]
    assert sign(MESSAGE, keys) == sign(MESSAGE, keys)


def test_a_transport_without_the_table_leaves_messages_alone(tmp_path: Path) -> None:
    assert open_signer(None, tmp_path)(MESSAGE) == MESSAGE
    assert open_signer(dkim_settings(tmp_path, **PAIR), tmp_path)(MESSAGE).startswith(b"DKIM-Signature: v=1;")


def test_rsa_alone_will_do(tmp_path: Path) -> None:
    signer = Signer.from_config(dkim_settings(tmp_path, rsa=PAIR["rsa"]), tmp_path)
    assert [key.algorithm for key in signer.keys] == ["rsa-sha256"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"rsa": "no key"}, "dkim.rsa.key is no private key in PEM"),
        ({"rsa": PAIR["ed25519"]}, "dkim.rsa.key holds a key of another kind"),
        ({"rsa": PAIR["rsa"], "ed25519": PAIR["rsa"]}, "dkim.ed25519.key holds a key of another kind"),
        ({"rsa": SHORT}, "has 768 bits"),
    ],
)
def test_a_key_that_receivers_would_not_believe_is_refused(tmp_path: Path, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        Signer.from_config(dkim_settings(tmp_path, **keys), tmp_path)
    assert "publisher dkim keygen" in str(refused.value)


ONE = '{ selector = "a", key = { env = "A" } }'


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('domain = "example.org"', "write an rsa key"),
        ('domain = "example.org/"\nrsa = {selector = "a", key = {env = "A"}}', "not a name for the DNS"),
        ('domain = "example.org"\nrsa = {selector = "a", key = "MIIE"}', "a secret is never written here"),
        (f'domain = "example.org"\nrsa = {ONE}\ned25519 = {ONE}', "the same selector"),
    ],
)
def test_settings_that_can_not_work_are_refused(tmp_path: Path, table: str, words: str) -> None:
    site = '[site]\ntitle = "x"\nurl = "https://example.org/"\n[delivery."smtp.dkim"]\n'
    config = parse_config(site + table, tmp_path / "publisher.toml")
    with pytest.raises(ConfigError, match=words):
        parse_delivery(config, "smtp.dkim", DkimSettings)


@pytest.mark.parametrize("content", [b"", b"To: a@example.org\r\n\r\nFrom: x\r\n", b"From: a@example.org\r\n"])
def test_what_is_no_whole_message_is_not_signed(content: bytes) -> None:
    with pytest.raises(ContentError, match="can't be signed"):
        sign(content, [DkimKey(domain="example.org", selector="a", private=PAIR["ed25519"])])


def test_private_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    made = write_keys(tmp_path / "keys", "example.org", "weekly")
    assert [(key.file.name, key.file.stat().st_mode & 0o777) for key in made] == [
        ("weekly-rsa.pem", 0o600),
        ("weekly-ed25519.pem", 0o600),
    ]
    assert sorted(file.name for file in (tmp_path / "keys").iterdir()) == ["weekly-ed25519.pem", "weekly-rsa.pem"]


def test_a_long_public_key_is_cut_for_the_dns(tmp_path: Path) -> None:
    rsa, ed25519 = write_keys(tmp_path, "example.org", "weekly")
    head, _, strings = rsa.record.partition(" IN TXT ( ")
    pieces = strings.removesuffix(" )").strip('"').split('" "')
    assert head == "weekly-rsa._domainkey.example.org."
    assert [len(piece) for piece in pieces] == [255, len(rsa.text) - 255]
    assert "".join(pieces) == rsa.text
    assert ed25519.record.endswith(f' IN TXT ( "{ed25519.text}" )')


def test_keys_in_use_are_not_written_over(tmp_path: Path) -> None:
    made = write_keys(tmp_path, "example.org", "weekly")
    before = [key.file.read_bytes() for key in made]
    made[0].file.unlink()
    with pytest.raises(ConfigError, match=r"weekly-ed25519\.pem is there already"):
        write_keys(tmp_path, "example.org", "weekly")
    assert not made[0].file.exists()
    again = write_keys(tmp_path, "example.org", "weekly", force=True)
    assert all(key.file.read_bytes() != old for key, old in zip(again, before, strict=True))


def test_a_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError, match="can't write the keys"):
        write_keys(tmp_path / "file" / "keys", "example.org", "weekly")
