"""What all mails of a newsletter have in common beyond their words: who sends them, and where its list lives."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from email.utils import parseaddr
from typing import TYPE_CHECKING

from publisher.errors import ContentError
from publisher.model.message import Mailbox

if TYPE_CHECKING:
    from publisher.config import NewsletterConfig

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
#: No space, no angle bracket, ASCII: what a URI in a List- header may hold (RFC 2369, 2).
_URI = re.compile(r"[!-;=?-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Sender and list of a newsletter."""

    newsletter: str
    title: str
    sender: Mailbox
    reply_to: Mailbox | None
    #: MAIL FROM: bounces return there.
    envelope_sender: str
    #: Where the issues can be read in a browser.
    archive_url: str
    #: Whom a reader writes to.
    owner: str
    #: https address of the unsubscribe endpoint, to which a token is appended; empty if there is none.
    unsubscribe_url: str
    #: Address that takes unsubscribe mails.
    unsubscribe_mailbox: str
    #: https address of the page where readers choose, to which a token is appended; empty if there is none.
    preferences_url: str = ""
    #: Stands for the name of a reader who gave none.
    reader: str = ""

    @property
    def domain(self) -> str:
        """The sender's domain: right side of Message-ID and List-Id."""
        return self.sender.email.rpartition("@")[2]

    @property
    def list_id(self) -> str:
        """Permanent name of the list (RFC 2919): ASCII, below a domain of the sender's."""
        name = self.newsletter.lower()
        label = name if _LABEL.fullmatch(name) else "list-" + hashlib.sha256(name.encode()).hexdigest()[:12]
        return f"{label}.{self.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribeLinks:
    """How one subscriber leaves: by a click (RFC 8058), by a mail, or either."""

    #: https address whose POST unsubscribes; empty where nothing answers one.
    https: str = ""
    #: mailto: address; empty if none.
    mailto: str = ""
    #: Where they choose what to read; empty where nobody asks.
    preferences: str = ""

    def __post_init__(self) -> None:
        if not (self.https or self.mailto):
            raise ContentError("a mail without a way to unsubscribe is never sent")
        for uri, scheme in ((self.https, "https://"), (self.mailto, "mailto:")):
            if uri and not (uri.startswith(scheme) and _URI.fullmatch(uri)):
                raise ContentError(f"not an address to unsubscribe at: {uri!r}", hint=f"it begins with {scheme}")

    @property
    def visible(self) -> str:
        """The link that the mail's own words carry."""
        return self.https or self.mailto


def parse_mailbox(text: str) -> Mailbox:
    """Read "Name <name@example.org>" or "name@example.org", as publisher.toml writes it."""
    name, email = parseaddr(text)
    return Mailbox(email=email, name=name)


def make_letterhead(
    name: str, newsletter: NewsletterConfig, title: str, archive_url: str, reader: str = ""
) -> Letterhead:
    """Make the letterhead of a newsletter.

    name: its table in publisher.toml. title: its masthead, which also names a sender that has no name of its own.
    reader: stands for the name of a reader who gave none.
    """
    sender = parse_mailbox(newsletter.sender)
    sender = sender if sender.name else Mailbox(email=sender.email, name=title)
    reply_to = parse_mailbox(newsletter.reply_to) if newsletter.reply_to else None
    return Letterhead(
        newsletter=name,
        title=title,
        sender=sender,
        reply_to=reply_to,
        envelope_sender=newsletter.envelope_sender or sender.email,
        archive_url=archive_url,
        owner=(reply_to or sender).email,
        unsubscribe_url=newsletter.unsubscribe_url,
        unsubscribe_mailbox=newsletter.unsubscribe_mailto or sender.email,
        preferences_url=newsletter.preferences_url,
        reader=reader,
    )


def make_links(letterhead: Letterhead, token: str) -> UnsubscribeLinks:
    """Make one subscriber's links.

    token: names subscriber and newsletter (audience.tokens); letters, digits, "-" and "_" only.
    """
    return UnsubscribeLinks(
        https=letterhead.unsubscribe_url + token if letterhead.unsubscribe_url else "",
        mailto=f"mailto:{letterhead.unsubscribe_mailbox}?subject=unsubscribe%20{token}",
        preferences=letterhead.preferences_url + token if letterhead.preferences_url else "",
    )
