from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from publisher.config import Config, parse_config
from publisher.delivery import transport as doors
from publisher.delivery.maildir import MaildirTransport, file_name
from publisher.delivery.memory import MemoryTransport
from publisher.delivery.smtp_envelope import stuff_dots
from publisher.errors import ConfigError

SITE = '[site]\ntitle = "週報"\nurl = "https://example.org/"\n'


def config(text: str, folder: Path = Path()) -> Config:
    return parse_config(SITE + text, folder / "publisher.toml")


def test_a_transport_needs_no_table_where_it_needs_no_settings() -> None:
    assert isinstance(doors.open_transport("memory", config("")), MemoryTransport)


def test_a_table_of_any_name_says_its_kind(tmp_path: Path) -> None:
    settings = config('[delivery.archive]\nkind = "maildir"\npath = "here"\n', tmp_path)
    opened = doors.open_transport("archive", settings)
    assert isinstance(opened, MaildirTransport)
    assert opened.folder == tmp_path / "here"


def test_an_unknown_transport_names_the_nearest_and_all_there_are() -> None:
    with pytest.raises(ConfigError) as caught:
        doors.open_transport("smpt", config(""))
    assert caught.value.message == 'there is no transport "smpt"'
    assert 'did you mean "smtp"?' in str(caught.value.hint)
    for name in ("maildir", "memory", "resend", "smtp"):
        assert name in str(caught.value.hint)


def test_an_unknown_kind_is_told_by_its_setting() -> None:
    with pytest.raises(ConfigError, match=r'delivery\.relay\.kind: there is no transport "smpt"'):
        doors.open_transport("relay", config('[delivery.relay]\nkind = "smpt"\n'))


def test_a_kind_that_is_no_text_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"delivery\.relay\.kind"):
        doors.open_transport("relay", config("[delivery.relay]\nkind = 7\n"))


def test_a_transport_whose_package_is_missing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("pigeon", "no_such_package.pigeon:Pigeon", doors.GROUP)
    monkeypatch.setattr(doors, "entry_points", lambda **_: [point])
    with pytest.raises(ConfigError, match='"pigeon" can\'t be loaded') as caught:
        doors.open_transport("pigeon", config(""))
    assert "no_such_package" in str(caught.value.hint)


def test_every_delivery_has_a_file_name_of_its_own() -> None:
    keys = [
        "weekly/1/1",
        "weekly/1/11",
        "weekly/11/1",
        "week.ly/1/1",
        "week-ly/1/1",
        "週報/1/1",
        "月報/1/1",
        "a:2,S/1/1",
    ]
    names = [file_name(key) for key in keys]
    assert len(set(names)) == len(keys)
    for name in names:
        assert not set(name) & set(":/,")
        assert not name.startswith(".")
        assert name.endswith(".eml")


@pytest.mark.parametrize(
    ("content", "stuffed"),
    [
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b".\r\n", b"..\r\n"),
        (b"..a\r\n..b\r\n", b"...a\r\n...b\r\n"),
        (b"a.b\r\n", b"a.b\r\n"),
        (b"no end", b"no end\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_dots_at_line_starts_are_doubled(content: bytes, stuffed: bytes) -> None:
    assert stuff_dots(content) == stuffed
