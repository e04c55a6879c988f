"""What arrives by SMTP with our signatures is believed by dkimpy."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import dkim
import pytest

from publisher.delivery.dkim_keys import write_keys
from publisher.delivery.transport import open_transport
from publisher.errors import ConfigError
from tests.contract.mail_samples import commit_all, make_config, make_message
from tests.contract.smtp_server import run_smtp_server

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = b"From: weekly@example.org\r\nTo: a@example.org\r\nSubject: x\r\n\r\n.\r\n..two dots\r\nlast line"


def settings(port: int, dkim_table: str) -> str:
    return (
        f'[delivery.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
        f'[delivery.smtp.dkim]\ndomain = "example.org"\n{dkim_table}'
    )


def table(folder: Path) -> tuple[str, dict[bytes, bytes]]:
    """Make keys; give the settings that name them, and the DNS."""
    keys = write_keys(folder / "keys", "example.org", "weekly")
    lines = [f'{key.kind} = {{ selector = "{key.selector}", key = {{ file = "{key.file}" }} }}' for key in keys]
    return "\n".join(lines), {f"{key.name}.".encode(): key.text.encode() for key in keys}


def test_both_signatures_survive_the_way(tmp_path: Path) -> None:
    text, dns = table(tmp_path)
    with run_smtp_server(tmp_path, require_starttls=False, auth_required=False, tls_context=None) as room:
        config = make_config(tmp_path, settings(room.port, text))
        with closing(open_transport("smtp", config)) as transport:
            messages = [make_message(f"{name}@example.org", content=CONTENT) for name in "ab"]
            receipts = [transport.send((message,), commit_all())[0] for message in messages]
    assert [receipt.status for receipt in receipts] == ["accepted", "accepted"]

    def look_up(name: bytes, timeout: int) -> bytes | None:
        return dns.get(name)

    for _, content in room.accepted:
        arrived = content if content.endswith(b"\r\n") else content + b"\r\n"
        assert [dkim.DKIM(arrived).verify(idx=index, dnsfunc=look_up) for index in range(2)] == [True, True]
        assert arrived.endswith(CONTENT + b"\r\n")


def test_a_key_that_is_not_there_stops_the_send_before_it_begins(tmp_path: Path) -> None:
    config = make_config(tmp_path, settings(25, 'rsa = { selector = "a", key = { file = "nowhere.pem" } }'))
    with pytest.raises(ConfigError, match=r"can't read the secret in .*nowhere\.pem"):
        open_transport("smtp", config)


def test_an_unknown_setting_is_named_with_its_table(tmp_path: Path) -> None:
    config = make_config(tmp_path, settings(25, 'selector = "a"'))
    with pytest.raises(ConfigError, match=r"delivery\.smtp\.dkim\.selector"):
        open_transport("smtp", config)
