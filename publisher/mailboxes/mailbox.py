"""What a mailbox is to us: mails one after the other, and a way to put away those that are dealt with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: What becomes of mails that are dealt with. keep: nothing, the mailbox is only read.
Afterwards = Literal["keep", "seen", "delete"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it lies in a mailbox."""

    #: Names it for a person: a file, a number in an mbox, a UID on a server.
    name: str
    #: Names it for `Mailbox.put_away`.
    ref: str
    #: The mail itself. Of a very long one perhaps only the beginning.
    content: bytes


class Mailbox(Protocol):
    """Where mails lie. Made by `mailboxes.open.open_mailbox`."""

    def count(self) -> int:
        """Say about how many mails there are."""

    def mails(self) -> Iterator[Mail]:
        """Give the mails, oldest first as far as that can be told. One that vanishes meanwhile is passed over."""

    def put_away(self, refs: Sequence[str]) -> None:
        """Mark or delete mails that were dealt with, as was asked when the mailbox was opened."""

    def close(self) -> None:
        """Let go of it. May be called twice."""
