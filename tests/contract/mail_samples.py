"""Messages and settings for the suites about sending."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.config import Config, parse_config
from publisher.model.message import Envelope, Mailbox, Message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.delivery.transport import Commit, Receipt

SITE = '[site]\ntitle = "台北週報"\nurl = "https://example.org/"\n'


def make_config(folder: Path, text: str = "") -> Config:
    """Settings as a person would write them, in `folder`."""
    return parse_config(SITE + text, folder / "publisher.toml")


def make_message(recipient: str, number: int = 1, **changes: Any) -> Message:
    """One issue for one recipient; its text has lines that try SMTP's patience."""
    text = "第一行\n.\n..兩點\n.com 是什麼?\n"
    fields: dict[str, Any] = {
        "delivery_key": f"weekly/{number}/{recipient}",
        "envelope": Envelope(sender="weekly@example.org", recipient=recipient),
        "sender": Mailbox(email="weekly@example.org", name="台北週報"),
        "recipient": Mailbox(email=recipient, name="Wang, 小明"),
        "reply_to": None,
        "subject": "本週文章",
        "html_pieces": ("<p>你好</p>",),
        "text_pieces": (text,),
        "headers": {"Message-ID": f"<{number}@example.org>", "List-Unsubscribe": "<mailto:weekly@example.org>"},
        "content": f"To: {recipient}\r\nSubject: test\r\n\r\n.\r\n..two dots\r\n.com\r\nlast line".encode(),
    }
    return Message(**(fields | changes))


class Commits:
    """A `commit` that remembers what it was asked, and withholds what it is told to."""

    def __init__(self, *withheld: str) -> None:
        self.withheld = withheld
        self.asked: list[str] = []
        self.settled: list[tuple[str, Receipt]] = []

    def __call__(
        self, messages: Sequence[Message], settled: Sequence[tuple[Message, Receipt]] = (), /
    ) -> frozenset[str]:
        self.settled += [(message.envelope.recipient, receipt) for message, receipt in settled]
        self.asked += [message.envelope.recipient for message in messages]
        return frozenset(m.delivery_key for m in messages if m.envelope.recipient not in self.withheld)


def commit_all() -> Commit:
    """A commit that lets everything go."""
    return Commits()
