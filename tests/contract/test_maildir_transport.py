"""The maildir transport on a real disk, read back by the standard library's own reader."""

from __future__ import annotations

import mailbox
from typing import TYPE_CHECKING

import pytest

from publisher.delivery.maildir import MaildirTransport
from publisher.errors import DeliveryError
from tests.contract.mail_samples import commit_all, make_config, make_message

if TYPE_CHECKING:
    from pathlib import Path


def make(folder: Path) -> MaildirTransport:
    return MaildirTransport("maildir", make_config(folder))


def test_other_programs_find_the_messages(tmp_path: Path) -> None:
    message = make_message("a@example.org")
    make(tmp_path).send([message], commit_all())
    (file,) = (tmp_path / "outbox" / "new").iterdir()
    assert file.read_bytes() == message.content
    (found,) = mailbox.Maildir(tmp_path / "outbox", create=False)
    assert found["To"] == "a@example.org"
    assert list((tmp_path / "outbox" / "tmp").iterdir()) == []


def test_a_repeat_is_seen_even_after_the_message_was_read(tmp_path: Path) -> None:
    message = make_message("a@example.org")
    make(tmp_path).send([message], commit_all())
    box = mailbox.Maildir(tmp_path / "outbox", create=False)
    ((key, read),) = box.items()
    read.set_subdir("cur")
    read.set_flags("S")
    box[key] = read
    (receipt,) = make(tmp_path).send([message], commit_all())
    assert receipt.status == "accepted"
    assert receipt.detail == "it was there already"
    assert len(mailbox.Maildir(tmp_path / "outbox", create=False)) == 1


def test_half_a_message_left_by_a_crash_is_written_again(tmp_path: Path) -> None:
    message = make_message("a@example.org")
    make(tmp_path).send([message], commit_all())
    (file,) = (tmp_path / "outbox" / "new").iterdir()
    half = tmp_path / "outbox" / "tmp" / file.name
    file.rename(half)
    half.write_bytes(b"To: a@ex")
    transport = make(tmp_path)
    assert transport.lookup(message.delivery_key).status == "deferred"  # type: ignore[union-attr]
    transport.send([message], commit_all())
    assert file.read_bytes() == message.content
    assert not half.exists()


def test_a_folder_that_can_t_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("a file")
    with pytest.raises(DeliveryError, match="can't use the maildir") as caught:
        make(tmp_path)
    assert not caught.value.temporary
    assert "delivery.maildir.path" in str(caught.value.hint)


def test_a_message_that_can_t_be_written_is_deferred_and_the_next_one_arrives(tmp_path: Path) -> None:
    transport = make(tmp_path)
    bad, good = make_message("a@example.org"), make_message("b@example.org")
    transport.send([bad], commit_all())
    (file,) = (tmp_path / "outbox" / "new").iterdir()
    file.unlink()
    # A folder where the temporary file should go: the one fault that root meets as well.
    (tmp_path / "outbox" / "tmp" / file.name).mkdir()
    receipts = make(tmp_path).send([bad, good], commit_all())
    assert [receipt.status for receipt in receipts] == ["deferred", "accepted"]
    assert receipts[0].reason == "server"
